"""CosyVoice stage by stage, for a given length of speech: a process that prints a line of JSON a round, and waits between them.

Speech ends when the model says so, which one of random weights never or always does: here it has as many tokens as are asked for.
"""

import json
import os
import sys
import time
from pathlib import Path


def main(bundle: Path, threads: int, tokens: int, rounds: int, steps: int) -> None:
    """`rounds` times, with so many steps of the flow: seconds and core seconds of each stage."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    import numpy as np

    from voxpod_inference.bundle import open_bundle
    from voxpod_inference.engines.cosyvoice.engine import CosyVoice
    from voxpod_inference.engines.cosyvoice.speech_tokens import Bounds
    from voxpod_inference.engines.onnx import give_back_memory
    from voxpod_inference.engines.registry import load_engine

    began = time.perf_counter()
    engine = load_engine(open_bundle(bundle).with_flow_steps(steps), threads)
    assert isinstance(engine, CosyVoice)
    load = time.perf_counter() - began
    language, flow, vocoder, width = engine._language, engine._flow, engine._vocoder, 1024
    random = np.random.default_rng(1)
    text, speaker = random.integers(0, 50_000, max(10, tokens // 10)).tolist(), engine._speakers[0]
    for _ in range(rounds):
        marks = [(time.perf_counter(), time.process_time())]

        def mark(into: list[tuple[float, float]] = marks) -> None:
            into.append((time.perf_counter(), time.process_time()))

        made = language.say(text, None, speaker[:width], random, Bounds(tokens, tokens))
        spoken = [next(made)]
        mark()
        spoken += made
        mark()
        give_back_memory()
        spectra = np.concatenate(list(flow.spectra(spoken, speaker[width:], random)))
        give_back_memory()
        mark()
        samples = np.concatenate(list(vocoder.samples(spectra, random)))
        mark()
        times = np.diff(np.array(marks), axis=0)
        told = {
            "weights": engine.weights,
            "load": load,
            "audio": len(samples) / engine.sample_rate,
            "seconds": times[:, 0].tolist(),
            "core_seconds": times[:, 1].tolist(),
        }
        print(json.dumps(told), flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:6]))
