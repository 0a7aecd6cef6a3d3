"""How long a text will sound, from the text alone. Pure.

A rough measure for fair shares: a Han, kana or Hangul character takes about as long as three to four letters (Kokoro at speed
1: 14 letters or 4 characters a second, docs/benchmarks/rtf.md).
"""

import unicodedata

SECONDS_PER_LETTER = 1 / 14
SECONDS_PER_WIDE_CHARACTER = 1 / 4


def seconds_of(text: str, speed: float) -> float:
    """Estimated seconds of audio at a speaking rate; never 0."""
    if text.isascii():
        return max(1, len(text)) * SECONDS_PER_LETTER / speed
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return (
        max(1.0 * SECONDS_PER_LETTER, wide * SECONDS_PER_WIDE_CHARACTER + (len(text) - wide) * SECONDS_PER_LETTER)
        / speed
    )
