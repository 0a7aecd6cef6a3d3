"""Names that are written with figures or signs: `C++`, `AT&T`, `#BigData`, `CO2`, `Na⁺`."""

import re

from voxpod_inference.text.traced import Rule

_IONS = {"+": "plus", "⁺": "plus", "-": "minus", "⁻": "minus"}


def _hashtag(match: re.Match[str]) -> str:
    return "hashtag " + re.sub(r"_|(?<=[a-z])(?=[A-Z])", " ", match[1])


def _ion(match: re.Match[str]) -> str:
    """`Ca²⁺` as C A two plus: an element by its letters, as chemists spell it."""
    count = {"²": "two ", "³": "three ", "⁴": "four "}.get(match[2], "")
    return f"{' '.join(match[1].upper())} {count}{_IONS[match[3]]}"


NAMES: tuple[Rule, ...] = (
    (re.compile(r"(?<!\w)\.(NET)\b"), r"dot \1"),
    (re.compile(r"(?<=[A-Za-z])\.(?=js\b)"), " dot "),
    (re.compile(r"\b([ACF])#(?!\w)"), r"\1 sharp"),
    (re.compile(r"\b([A-Za-z])\+\+(?!\w)"), r"\1 plus plus"),
    (re.compile(r"#(?=[A-Z]{1,5}-?\d)"), "number "),
    (re.compile(r"#([A-Za-z]\w*)"), _hashtag),
    (re.compile(r"\b([A-Z]{1,3})&([A-Z]{1,2})\b"), lambda m: f"{' '.join(m[1])} and {' '.join(m[2])}"),
    (re.compile(r"\b([A-Z][a-z]?)([²³⁴]?)([⁺⁻])(?![²³⁴\d])"), _ion),
    (re.compile(r"\bCO(?=2\b)"), "C O "),
    (re.compile(r"\bA(?=\d)"), "A-"),
)
