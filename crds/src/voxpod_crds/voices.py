"""How a voice is named: `af_heart`, or a mix such as `af_heart(2)+af_bella(1)`. Standard library only: the sandbox reads it too."""

import re

MAX_VOICE = 256
"""Longest name of a voice or mix."""
MAX_PARTS = 8
_NAME = r"[A-Za-z0-9_-]{1,64}"
_WEIGHT = r"[1-9][0-9]?(\.[0-9]{1,2})?|0\.(0[1-9]|[1-9][0-9]?)"
_PART = rf"{_NAME}(\(({_WEIGHT})\))?"
PATTERN = rf"^{_PART}(\+{_PART}){{0,{MAX_PARTS - 1}}}$"
"""A voice, or up to eight joined by `+`, each with a weight in brackets (0.01 to 99.99; 1 without one)."""


def voice_shares(voice: str) -> dict[str, float]:
    """The voices of a mix and the share of each, which add up to 1; a single voice has it all. A voice named twice counts twice.

    ValueError when the text is not of the form PATTERN.
    """
    if len(voice) > MAX_VOICE or not re.fullmatch(PATTERN, voice):
        raise ValueError(f"voice is {voice[:MAX_VOICE]!r}, expected a voice, or a mix such as af_heart(2)+af_bella(1)")
    weights: dict[str, float] = {}
    for part in voice.split("+"):
        name, _, weight = part.rstrip(")").partition("(")
        weights[name] = weights.get(name, 0.0) + float(weight or 1)
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}
