"""What one process takes for itself while it speaks; what it maps from the bundle is shared with all that do."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.vocoder import native_library
from voxpod_inference.prepare import prepare

pytestmark = pytest.mark.model

_MEASURE = """
import json, sys, threading, time
from pathlib import Path
from voxpod_inference.process import prepare_process
prepare_process()

def private():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Dirty", "Private_Hugetlb"))) / 1024

from voxpod_inference import worker
sizes = {"imports": private()}
from voxpod_inference.bundle import open_bundle
from voxpod_inference.engines.registry import load_engine
engine = load_engine(open_bundle(Path(sys.argv[1])), 1, Path(sys.argv[2]))
sizes["loaded"] = private()
done, peak = False, 0.0

def watch():
    global peak
    while not done:
        peak = max(peak, private())
        time.sleep(0.01)

threading.Thread(target=watch, daemon=True).start()
for name, text in json.load(sys.stdin).items():
    peak = 0.0
    for _ in engine.speak(engine.prepare(text)):
        pass
    sizes[name] = peak
done = True
print(json.dumps(sizes | {"weights": engine.weights}))
"""
SENTENCE = "The weather is beautiful today, and I would like to go for a walk in the park with my old friend Sam."
LONG = "When the ferry had left the harbour and nobody was to be seen on the pier any more, not even the old man who "
LONG += "used to sell roasted chestnuts there in winter, the keeper of the lighthouse closed his window and went to bed. "


@pytest.mark.skipif(native_library() is None, reason="without the native library a sandbox takes three times as much")
def test_private_memory_is_small_and_does_not_grow_with_the_text(kokoro_bundle: Bundle, tmp_path: Path) -> None:
    prepare(kokoro_bundle, tmp_path, print)
    texts = {"100 characters": SENTENCE, "many characters": LONG * 3, "without punctuation": "and then he said that " * 30}
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(kokoro_bundle.root), str(tmp_path)],
        input=json.dumps(texts), capture_output=True, text=True, timeout=600, check=True,
    )  # fmt: skip
    sizes = json.loads(done.stdout)
    print(sizes)
    assert sizes["weights"] == "prepared"
    assert sizes["imports"] < 35
    assert sizes["100 characters"] < 120
    assert sizes["many characters"] < 1.5 * sizes["100 characters"]
    assert sizes["without punctuation"] < 1.5 * sizes["100 characters"]
