"""What one process takes for itself while it speaks; what it maps from the bundle is shared with all that do."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.vocoder import native_library
from voxpod_inference.prepare import prepare

pytestmark = pytest.mark.model

_MEASURE = """
import json, sys, tempfile, threading, time
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
        time.sleep(0.005)

threading.Thread(target=watch, daemon=True).start()
asked = json.load(sys.stdin)
text, rate = asked.pop("text"), asked.pop("rate", 0)
prepared = engine.prepare(text, **asked)
times = worker.SpokenTimes(text, engine.sample_rate)
with tempfile.TemporaryFile() as file:
    chunks = (utterance.samples for utterance in times.noting(engine.speak(prepared)))
    worker.write_audio(file, chunks, engine.sample_rate, sample_rate=rate)
times.document("word", prepared.script.sentences)
done = True
print(json.dumps(sizes | {"peak": peak, "weights": engine.weights}))
"""
"""What a worker does from its start to a finished file and document, and the most private MiB it had meanwhile."""

SENTENCE = "The weather is beautiful today, and I would like to go for a walk in the park with my old friend Sam."
LONG = "When the ferry had left the harbour and nobody was to be seen on the pier any more, not even the old man who "
LONG += (
    "used to sell roasted chestnuts there in winter, the keeper of the lighthouse closed his window and went to bed. "
)
MIXED = "The weather is beautiful today. 今日はいい天気ですね。今天天气很好。<lang=fr>Il fait beau.</lang> <lang=hi>आज मौसम अच्छा है।</lang> "
JAPANESE = "友達と話し合いました"
BREAKS = "<speak>Hi." + '<break time="10s"/>' * 15 + "Bye.</speak>"

needs_the_library = pytest.mark.skipif(
    native_library() is None, reason="without the native library a sandbox takes three times as much"
)


def measured(bundle: Bundle, root: Path, **asked: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(bundle.root), str(root)],
        input=json.dumps(asked), capture_output=True, text=True, timeout=600, check=True,
    )  # fmt: skip
    sizes: dict[str, Any] = json.loads(done.stdout)
    print(sizes)
    return sizes


@needs_the_library
def test_a_sandbox_starts_small(kokoro_bundle: Bundle, root: Path) -> None:
    sizes = measured(kokoro_bundle, root, text=SENTENCE)
    assert sizes["weights"] == "prepared"
    assert sizes["imports"] < 35
    assert sizes["loaded"] < 55
    assert sizes["peak"] < 115


# Two of the largest chunks that a text is cut into tell the peak; `long` has them twice, to see that nothing is kept.
@needs_the_library
@pytest.mark.parametrize(
    ("most", "asked"),
    [
        pytest.param(140, {"text": LONG * 2}, id="long"),
        pytest.param(165, {"text": "and then he said that " * 15}, id="without punctuation"),
        pytest.param(155, {"text": "x" * 80}, id="one word without end"),
        pytest.param(
            160,
            {"text": f'<speak><say-as interpret-as="digits">{"12345 " * 14}</say-as></speak>', "ssml": True},
            id="one element",
        ),
        pytest.param(140, {"text": LONG, "speed": 0.25, "rate": 48_000}, id="slow at a high rate"),
        pytest.param(
            140, {"text": f'<speak><prosody rate="30%">{LONG}</prosody></speak>', "ssml": True}, id="slow by markup"
        ),
        pytest.param(90, {"text": BREAKS, "ssml": True, "speed": 0.25, "rate": 48_000}, id="ten minutes of breaks"),
        pytest.param(180, {"text": MIXED * 2, "rate": 48_000}, id="five languages"),
        pytest.param(150, {"text": JAPANESE * 5, "voice": "jf_nezumi"}, id="slowest Japanese voice"),
        pytest.param(
            185,
            {"text": JAPANESE * 5, "voice": "jf_nezumi", "speed": 0.25, "rate": 48_000},
            id="slowest Japanese voice, slow",
        ),
        pytest.param(140, {"text": LONG, "voice": "af_nicole"}, id="slowest English voice"),
    ],
)
def test_no_request_makes_it_large(most: float, asked: dict[str, object], kokoro_bundle: Bundle, root: Path) -> None:
    assert measured(kokoro_bundle, root, **asked)["peak"] < most


@pytest.mark.parametrize("text", [pytest.param(SENTENCE, id="short"), pytest.param(LONG * 8, id="long")])
def test_hibari_stays_small(text: str, hibari_bundle: Bundle, tmp_path: Path) -> None:
    prepare(hibari_bundle, tmp_path, print)
    sizes = measured(hibari_bundle, tmp_path, text=text)
    assert sizes["loaded"] < 45
    assert sizes["peak"] < 100
