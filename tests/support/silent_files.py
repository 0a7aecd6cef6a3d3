"""What the facade answers to a text without anything to speak: a quarter of a second of silence, written as a sandbox writes audio.

As a program it writes the files anew: PYTHONPATH=... python tests/support/silent_files.py
"""

import io
from pathlib import Path

import numpy as np

from voxpod_inference.audio.writer import write_audio

FOLDER = Path(__file__).resolve().parents[2] / "api/src/voxpod_api/openai/silence_files"
FORMATS = ("mp3", "opus", "flac", "wav", "pcm")
RATE = 24_000


def silent_file(audio_format: str) -> bytes:
    """A quarter of a second of silence in a format."""
    file = io.BytesIO()
    write_audio(file, [np.zeros(RATE // 4, dtype=np.float32)], RATE, format=audio_format, sample_rate=RATE)
    return file.getvalue()


if __name__ == "__main__":
    for name in FORMATS:
        (FOLDER / f"silence.{name}").write_bytes(silent_file(name))
