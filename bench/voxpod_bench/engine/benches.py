"""Which measurement makes which page."""

from voxpod_bench.engine import estimate, first_audio, footprint, image_size, rtf, side_by_side, speakers, throughput
from voxpod_bench.engine.page import Log, Page
from voxpod_inference.engines.kokoro_source import default_folder, fetch_kokoro

FIRST_AUDIO_ROUNDS = 5
"""A start takes a second: more of them cost little."""


def run(name: str, rounds: int, log: Log) -> Page:
    """Measure and say it as a page; `name` as on the command line. BenchError when something cannot be had."""
    if name == "image-size":
        return image_size.page(image_size.measure(log))
    if name == "engines":
        return side_by_side.page(side_by_side.measure(speakers.engines(log), rounds, log))
    bundle = fetch_kokoro(default_folder(), log)
    if name == "quality":
        from voxpod_bench.quality import report

        return report.page(report.measure(bundle, log))
    if name == "estimate":
        return estimate.page(estimate.measure(bundle, log))
    engines = speakers.variants(bundle)
    if name == "rtf":
        return rtf.page(rtf.measure(engines, rounds, log))
    if name == "first-audio":
        return first_audio.page(first_audio.measure(engines, rounds * FIRST_AUDIO_ROUNDS, log))
    if name == "memory":
        return footprint.page(*footprint.measure(engines, log))
    return throughput.page(throughput.measure(engines, bundle, rounds, log))
