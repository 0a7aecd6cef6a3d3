"""How long a text will sound, from the text alone. Pure.

For fair shares, and for what is held of a day's audio until the true seconds are known. Calibrated on Kokoro's default voices at
speed 1 by script, which tells more than the language a request names: that is mostly `auto`, and one text may have several.
`python bench estimate` measures how far it is off (docs/benchmarks/estimate.md).
"""

import re

SECONDS: dict[str, float] = {
    "[A-Za-z\u00c0-\u024f\u0370-\u052f]": 0.063,  # a letter
    "[\u3041-\u30ff]": 0.167,  # kana
    "[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]": 0.215,  # Han
    "[\u0900-\u097f]": 0.107,  # Devanagari, its vowel signs too
    "[\u1100-\u11ff\uac00-\ud7fb]": 0.2,  # Hangul: a syllable, as a kana with its vowel
    r"\d": 0.3,  # a figure is a syllable or two of a word
    r"[.!?\u2026\u0964]+(?=\s|$)|[\u3002\uff01\uff1f]+": 0.8,  # the pause after a sentence, and how it slows down before it
}
"""What is heard, and its length."""

KANJI_SECONDS = 0.195
"""Of a Han character beside kana."""

LEAST_SECONDS = 0.1

_PATTERNS = [(re.compile(pattern), seconds) for pattern, seconds in SECONDS.items()]
_KANA, _HAN = (_PATTERNS[at][0] for at in (1, 2))
_ENDS = _PATTERNS[-1]
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_NO_DIGITS = bytes(code for code in range(128) if not chr(code).isdigit())


def seconds_of(text: str, speed: float) -> float:
    """Estimated seconds of audio at a speaking rate; never 0."""
    return max(LEAST_SECONDS, _ascii(text) if text.isascii() else _any(text)) / speed


def _any(text: str) -> float:
    seconds = sum(len(pattern.findall(text)) * each for pattern, each in _PATTERNS)
    if _KANA.search(text):
        seconds -= len(_HAN.findall(text)) * (SECONDS[_HAN.pattern] - KANJI_SECONDS)
    return seconds


def _ascii(text: str) -> float:
    """The same, as quick as most texts are plain: it is asked for each look at each request."""
    raw, letters = text.encode("ascii"), _PATTERNS[0][1]
    figures = SECONDS[r"\d"]
    pauses = len(_ENDS[0].findall(text)) * _ENDS[1]
    return len(raw.translate(None, _NO_LETTERS)) * letters + len(raw.translate(None, _NO_DIGITS)) * figures + pauses
