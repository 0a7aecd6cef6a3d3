"""Attribute values of the SSML subset: times, rates, volumes, languages. Each parser returns None for what it does not accept."""

import re

from voxpod_inference.text.languages import language_of

SLOWEST, FASTEST = 0.25, 4.0
LOUDEST = 4.0
LONGEST_BREAK = 10.0
"""Seconds."""
BREAKS = {"none": 0.0, "x-weak": 0.1, "weak": 0.2, "medium": 0.4, "strong": 0.7, "x-strong": 1.2}
RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.3, "x-fast": 1.7}
EMPHASES = ("strong", "moderate", "none", "reduced")
VOLUMES = {"silent": 0.0, "x-soft": 0.25, "soft": 0.5, "medium": 1.0, "default": 1.0, "loud": 1.4, "x-loud": 2.0}

_TIME = re.compile(r"(\d{1,6}(?:\.\d{1,6})?|\.\d{1,6})(ms|s)", re.A)
_NUMBER = re.compile(r"\d{1,4}(?:\.\d{1,6})?", re.A)
_PERCENT = re.compile(r"([+-]?)(\d{1,4}(?:\.\d{1,6})?)%", re.A)
_DECIBELS = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,6})?)dB", re.I | re.A)


def seconds(value: str) -> float | None:
    """`500ms` or `1.5s`, up to LONGEST_BREAK."""
    found = _TIME.fullmatch(value)
    told = float(found[1]) / (1000 if found[2] == "ms" else 1) if found else None
    return told if told is not None and told <= LONGEST_BREAK else None


def rate(value: str) -> float | None:
    """A name, `80%`, `+20%`, or a number: the factor by which speech becomes faster."""
    told = RATES.get(value)
    if told is None:
        told = float(value) if _NUMBER.fullmatch(value) else _percent(value)
    return told if told is not None and SLOWEST <= told <= FASTEST else None


def volume(value: str) -> float | None:
    """A name, `50%`, `+10%`, `-6dB`, or a number from 0 to 100: the factor for the samples."""
    told = VOLUMES.get(value)
    if told is None and _NUMBER.fullmatch(value):
        told = float(value) / 100 if float(value) <= 100 else None
    elif told is None and (decibels := _DECIBELS.fullmatch(value)):
        told = 10 ** (float(decibels[1]) / 20)
    elif told is None:
        told = _percent(value)
    return told if told is not None and 0 <= told <= LOUDEST else None


def language(value: str) -> str | None:
    """A BCP 47 tag of a language that the front end knows."""
    return language_of(value)


def _percent(value: str) -> float | None:
    found = _PERCENT.fullmatch(value)
    if found is None:
        return None
    share = float(found[2]) / 100
    return {"": share, "+": 1 + share, "-": 1 - share}[found[1]]
