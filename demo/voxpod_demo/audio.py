"""Whether a file is the speech that a request promised: a WAV of that length, not silent, with that checksum."""

import array
import hashlib
import sys
import wave
from dataclasses import dataclass
from pathlib import Path

from voxpod_crds.tts_request import AudioObject
from voxpod_demo.errors import DemoError

SILENCE = 1000
"""Peak of 16-bit samples (1/32 of full scale) below which nobody would hear speech."""

TOLERANCE_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Wav:
    """What was found in the file."""

    seconds: float
    sample_rate: int
    peak: int


def check_wav(file: Path, promised: AudioObject) -> Wav:
    """Facts of the file; DemoError says how it differs from what the request's status promised."""
    content = file.read_bytes()
    if (actual := hashlib.sha256(content).hexdigest()) != promised.sha256:
        raise DemoError(f"{file} has SHA-256 {actual}, the request's status says {promised.sha256}")
    found = read_wav(file)
    if found.sample_rate != promised.sample_rate:
        raise DemoError(
            f"{file} has {found.sample_rate} samples a second, the request's status says {promised.sample_rate}"
        )
    if abs(found.seconds - promised.duration_seconds) > TOLERANCE_SECONDS:
        raise DemoError(
            f"{file} lasts {found.seconds:.3f} s, the request's status says {promised.duration_seconds:.3f} s"
        )
    if found.peak < SILENCE:
        raise DemoError(f"{file} is silent: its loudest sample is {found.peak} of 32767")
    return found


def read_wav(file: Path) -> Wav:
    """Facts of a 16-bit mono WAV; DemoError for any other file."""
    try:
        with wave.open(str(file)) as reader:
            if (reader.getnchannels(), reader.getsampwidth()) != (1, 2):
                raise DemoError(
                    f"{file} has {reader.getnchannels()} channels of {reader.getsampwidth()} bytes, mono of 2 bytes is"
                    " expected"
                )
            frames, rate = reader.getnframes(), reader.getframerate()
            samples = array.array("h", reader.readframes(frames))
    except (wave.Error, EOFError) as error:
        raise DemoError(f"{file} is no WAV file: {error or 'it ends too early'}") from error
    if sys.byteorder == "big":
        samples.byteswap()
    if len(samples) != frames:
        raise DemoError(f"{file} says it has {frames} samples, and holds {len(samples)}")
    return Wav(frames / rate, rate, max(map(abs, samples), default=0))
