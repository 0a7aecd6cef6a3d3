"""From an engine's samples to a finished sound file: rate, loudness, format; memory does not grow with the length."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from voxpod_crds.sandbox_protocol import MAX_SAMPLES
from voxpod_inference.audio import loudness as level
from voxpod_inference.audio.formats import encode, output_rate
from voxpod_inference.audio.resample import resampled
from voxpod_inference.audio.samples import Samples
from voxpod_inference.audio.spool import Spool
from voxpod_inference.errors import INPUT_REFUSED, InputError

DEFAULT_LOUDNESS = -16.0
"""LUFS: what podcasts and voice assistants are published at."""
_BLOCK = 1 << 15
"""Samples that are resampled and measured at one time, however long the engine's chunks are."""


@dataclass(frozen=True, slots=True)
class Written:
    """What `write_audio` wrote."""

    duration_seconds: float
    sample_rate: int
    bytes: int
    loudness: float | None
    """LUFS of what was written; None for sound that has none: shorter than 400 ms, or silent."""


def write_audio(
    target: Path | BinaryIO,
    chunks: Iterable[Samples],
    engine_rate: int,
    *,
    format: str = "wav",
    sample_rate: int = 0,
    loudness: float | None = DEFAULT_LOUDNESS,
    check: Callable[[], None] = lambda: None,
    expected_seconds: float = 0.0,
) -> Written:
    """Write an engine's chunks, one after the other, as one sound file in any format.

    `target` is a path, or a file open for writing and seeking (as of tempfile.TemporaryFile()). `format` is one of
    FORMATS; `sample_rate` one of SAMPLE_RATES, 0 keeps the engine's where the format has it. `loudness` is the level in
    LUFS that the whole sound is brought to, with its true peak at -1 dB at most; None keeps the engine's. `check` is
    called before each block and may raise to end it all (a deadline). A sound that is expected to be far too long is refused
    before any of it is made. InputError when format and rate do not fit or the
    sound is too long (MAX_SAMPLES); OSError when the disk is full.
    """
    rate = output_rate(format, sample_rate, engine_rate)
    _refuse_too_long(round(expected_seconds / _FAR_TOO_LONG * rate), rate)
    with ExitStack() as stack:
        spool = stack.enter_context(Spool())
        meter = level.Meter(rate)
        for samples in resampled(_sliced(chunks), engine_rate, rate):
            check()
            _refuse_too_long(len(spool) + len(samples), rate)
            spool.append(samples)
            meter.feed(samples)
        meter.finish()
        gain = level.gains(meter, loudness)
        file = stack.enter_context(target.open("w+b")) if isinstance(target, Path) else target
        encode(file, format, rate, _levelled(spool, meter, gain, check))
        return Written(len(spool) / rate, rate, file.seek(0, 2), meter.loudness(gain))


_FAR_TOO_LONG = 1.5
"""How many times as long as accepted: what is expected is a guess."""


def _sliced(chunks: Iterable[Samples]) -> Iterator[Samples]:
    for chunk in chunks:
        yield from (chunk[start : start + _BLOCK] for start in range(0, len(chunk), _BLOCK))


def _levelled(spool: Spool, meter: level.Meter, gain: level.Gain, check: Callable[[], None]) -> Iterator[Samples]:
    for start, samples in spool.blocks():
        check()
        yield level.applied(gain, meter.peak_samples, samples, start)


def _refuse_too_long(samples: int, rate: int) -> None:
    if samples <= MAX_SAMPLES:
        return
    longest = f"{MAX_SAMPLES // rate // 60} minutes at {rate} Hz"
    advice = "cut the text in two, speak faster or take a lower sample rate"
    raise InputError(INPUT_REFUSED, f"the sound is longer than {longest}, the most that one request can have; {advice}")
