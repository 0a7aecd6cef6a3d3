"""A process that speaks with Voxpod's engine: one JSON object a line in, one out. Started by `speakers.start`."""

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
    from voxpod_inference.process import prepare_process

    prepare_process()
    from voxpod_inference import worker  # noqa: F401  a sandbox has it too
    from voxpod_inference.bundle import open_bundle
    from voxpod_inference.engines.registry import engine_of, load_engine

    bundle = open_bundle(Path(settings["bundle"]))
    engine_of(bundle).code()  # the imports are measured apart
    imported = time.monotonic()
    resident = _resident()
    engine = load_engine(bundle, settings["threads"], Path(settings["prepared"]))
    loaded = time.monotonic()
    tell(
        {
            "started": STARTED,
            "imported": imported,
            "loaded": loaded,
            "resident_before_model": resident,
            "prepared": _maps(settings["prepared"]),
        }
    )
    for line in sys.stdin:
        wanted = json.loads(line)
        began, core = time.monotonic(), time.process_time()
        prepared = engine.prepare(wanted["text"], voice=wanted["voice"], language=wanted["language"])
        read = time.monotonic()
        first, samples = 0.0, 0
        for utterance in engine.speak(prepared):
            first = first or time.monotonic()
            samples += len(utterance.samples)
        tell({
            "core": time.process_time() - core, "began": began, "read": read, "first": first, "ended": time.monotonic(), "audio": samples / engine.sample_rate,
            "phonemes": " ".join(chunk.phonemes for chunk in prepared.script.chunks),
        })  # fmt: skip


def tell(what: dict[str, Any]) -> None:
    """One line on standard output."""
    print(json.dumps(what), flush=True)


def _maps(folder: str) -> bool:
    """Whether files of the folder are mapped into this process: what is prepared was not only there, it was used."""
    return str(Path(folder).resolve()) in Path("/proc/self/maps").read_text(encoding="utf-8")


def _resident() -> int:
    fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
