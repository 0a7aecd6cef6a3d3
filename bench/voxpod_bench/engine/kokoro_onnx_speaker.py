"""As `ours`, with kokoro-onnx: runs in its environment, where nothing of Voxpod is installed."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

STARTED = time.monotonic()


def main(settings: dict[str, Any]) -> None:
    """Serve until standard input ends."""
    os.sched_setaffinity(0, settings["cores"])
    import onnxruntime
    from kokoro_onnx import Kokoro  # type: ignore[import-not-found, unused-ignore]

    imported, resident = time.monotonic(), _resident()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings["threads"]
    session = onnxruntime.InferenceSession(settings["model"], options, providers=["CPUExecutionProvider"])
    engine = Kokoro.from_session(session, settings["voices"])
    tell({"started": STARTED, "imported": imported, "loaded": time.monotonic(), "resident_before_model": resident})
    for line in sys.stdin:
        wanted = json.loads(line)
        began, core = time.monotonic(), time.process_time()
        phonemes = engine.tokenizer.phonemize(wanted["text"], wanted["language"]) if wanted["language"] else ""
        read = time.monotonic()
        samples, rate = engine.create(wanted["phonemes"] or phonemes, wanted["voice"], is_phonemes=True)
        ended = time.monotonic()
        tell(
            {
                "core": time.process_time() - core,
                "began": began,
                "read": read,
                "first": ended,
                "ended": ended,
                "audio": len(samples) / rate,
                "phonemes": phonemes,
            }
        )


def tell(what: dict[str, Any]) -> None:
    """One line on standard output."""
    print(json.dumps(what), flush=True)


def _resident() -> int:
    fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
