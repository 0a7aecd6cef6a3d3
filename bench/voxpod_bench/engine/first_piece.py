"""The first sound of a listener, stage by stage, in a process of its own on one core: prints one line of JSON.

Processor time, the least of some rounds: what it takes whatever runs beside.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

STAGES = ("read", "plan", "say", "coded", "rest")


def main(
    bundle: Path, prepared: Path, texts: list[dict[str, str]], sentences: list[dict[str, str]], rounds: int
) -> None:
    """Of each text the least seconds of each stage, what the first reading of the process took before that, and the sentences' seams."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    from voxpod_inference.process import prepare_process

    prepare_process()
    from voxpod_inference import dispatch, worker  # noqa: F401  a sandbox has them too
    from voxpod_inference.bundle import open_bundle
    from voxpod_inference.engines.kokoro import Kokoro
    from voxpod_inference.engines.registry import load_engine
    from voxpod_inference.rehearsal import rehearse

    engine = load_engine(open_bundle(bundle), 1, prepared)
    assert isinstance(engine, Kokoro)
    idle = _private()
    marks: list[float] = []
    engine._plan = _timed(engine._plan, marks)  # type: ignore[method-assign]
    engine._model.say = _timed(engine._model.say, marks)  # type: ignore[method-assign]
    began = time.thread_time()
    engine.prepare(texts[0]["text"], voice=texts[0]["voice"])
    cold_read = time.thread_time() - began
    rehearse(engine)
    rehearsed = _private()
    told = [_stages(engine, text, marks, rounds) for text in texts]
    seams = _seams(engine, sentences)
    print(json.dumps({"cold_read": cold_read, "texts": told, "idle": idle, "rehearsed": rehearsed, "seams": seams}))


def _stages(engine: Any, text: dict[str, str], marks: list[float], rounds: int) -> dict[str, float]:
    from voxpod_inference.audio.live import LiveSound
    from voxpod_inference.overheard import overheard

    found: list[tuple[float, ...]] = []
    heard: list[Any] = []
    rate, level = engine.sample_rate, engine.level(text["voice"])
    for _ in range(rounds):
        heard.clear()
        began = time.thread_time()
        script = engine.prepare(text["text"], voice=text["voice"])
        read = time.thread_time() - began
        marks.clear()
        for _ in overheard(engine, script, heard.append, lambda: 0.0):
            break
        began = time.thread_time()
        next(LiveSound("mp3", rate, rate, loudness=-16.0, own=level).piece(heard[0]))
        found.append((read, *marks[:2], time.thread_time() - began, sum(marks[2:4])))
    return {**dict(zip(STAGES, map(min, *found), strict=True)), "seconds": len(heard[0]) / rate}


def _seams(engine: Any, sentences: list[dict[str, str]]) -> list[dict[str, float | None]]:
    """How the opening of each differs from the same words as they are stored."""
    from voxpod_bench.quality.seams import join, level
    from voxpod_inference.overheard import overheard

    found: list[dict[str, float | None]] = []
    for sentence in sentences:
        heard: list[Any] = []
        script = engine.prepare(sentence["text"], voice=sentence["voice"])
        stored = next(iter(overheard(engine, script, heard.append, lambda: 0.0))).samples
        if len(heard) == 2:  # an opening, and the rest of the first chunk
            opening, rest = heard
            begin = stored[: len(stored) - len(rest)]
            live, kept = (join(before, rest, engine.sample_rate) for before in (opening, begin))
            found.append(
                {"silence": live.silence, "kept_silence": kept.silence, "pitch": live.pitch, "kept_pitch": kept.pitch,
                 "level": level(opening) - level(begin)}
            )  # fmt: skip
    return found


def _timed(work: Callable[..., Any], marks: list[float]) -> Callable[..., Any]:
    def timed(*given: Any) -> Any:
        began = time.thread_time()
        made = work(*given)
        marks.append(time.thread_time() - began)
        return made

    return timed


def _private() -> int:
    from voxpod_inference.engines.onnx import give_back_memory

    give_back_memory()
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Anonymous:"))


if __name__ == "__main__":
    bundle, prepared, texts, sentences, rounds = sys.argv[1:]
    main(Path(bundle), Path(prepared), json.loads(texts), json.loads(sentences), int(rounds))
