"""A chunk whose phonemes are its letters: what is cut and what is said can be read."""

from voxpod_inference.text.chunks import Chunk
from voxpod_inference.text.spoken import Word


def a_chunk(text: str) -> Chunk:
    """Words are parted by spaces."""
    words, at = [], 0
    for written in text.split(" "):
        letters = written.rstrip(",.;")
        words.append(Word(at, at + len(letters), at, at + len(letters)))
        at += len(written) + 1
    return Chunk(text, 0, text, 0.3, tuple(words))
