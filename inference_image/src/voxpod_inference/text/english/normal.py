"""Written English as it is read aloud: the rules of each kind of form, in the order in which they apply.

Each rule turns one written form into words and leaves the rest alone. What a form is read as where it is ambiguous:
docs/text.md.
"""

import functools
import re

from voxpod_inference.text.english.abbreviations import ABBREVIATIONS
from voxpod_inference.text.english.addresses import ADDRESSES
from voxpod_inference.text.english.clock import CLOCK
from voxpod_inference.text.english.codes import CODES
from voxpod_inference.text.english.dates import DAYS, dates
from voxpod_inference.text.english.figures import FIGURES, FIRST, SUMS
from voxpod_inference.text.english.measures import BARE_UNITS, MEASURES
from voxpod_inference.text.english.money import MONEY
from voxpod_inference.text.english.names import NAMES
from voxpod_inference.text.english.roman import ROMAN
from voxpod_inference.text.traced import Rule, Traced

_SAME_SIGN: tuple[Rule, ...] = ((re.compile(r"(?<=\d)(\s?)[μµ](?=[A-Za-zΩ])"), r"\1µ"),)
"""Micro and mu look alike, and keyboards have either."""
_HUNDRED = re.compile(
    r"\b(hundred|thousand) (?=(?:[a-z]+ty )?(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[a-z]+teen|[a-z]+ty)\b(?! (?:hundred|thousand|million)))"
)
_LOOSE_SPACE = re.compile(r" +(?=[ ,.;:!?])")


def read_aloud(text: str) -> str:
    """`text` without figures and abbreviations; text that has none comes back as it is."""
    return aloud(Traced.of(text)).text


def aloud(text: Traced, *, british: bool = False) -> Traced:
    """Like `read_aloud`, and every character still knows what was written for it. The British say `hundred and five`."""
    changed = text
    for pattern, replacement in _WORDS:
        changed = changed.sub(pattern, replacement)
    if "^" in changed.text or any(map(str.isnumeric, changed.text)):
        for pattern, replacement in _figures(british):
            changed = changed.sub(pattern, replacement)
    if changed is text:
        return text
    if british:
        changed = changed.sub(_HUNDRED, r"\1 and ")
    return changed.sub(_LOOSE_SPACE, "").stripped()


_WORDS = (*_SAME_SIGN, *ADDRESSES, *NAMES, *ABBREVIATIONS, *ROMAN, *DAYS, *BARE_UNITS)


@functools.cache
def _figures(british: bool) -> tuple[Rule, ...]:
    """Most sentences have no figure, and are spared these rules."""
    return (*FIRST, *dates(british), *CLOCK, *CODES, *MONEY, *SUMS, *MEASURES, *FIGURES)
