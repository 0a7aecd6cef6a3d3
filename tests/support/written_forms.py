"""Whether a written form is read as its spoken form: both go through the front end, and must sound alike.

A line of a frozen set is a kind, what is written, and what is said for it; ` | ` stands between what is equally right.
Stress, pauses and the borders of words do not count: `3-1` and "three one" differ in them by right; so do a
Japanese ん, which takes the place of the sound after it within a word only, and Korean consonants, which are voiced within one only.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from voxpod_inference.text.frontend import FrontEnd
from voxpod_inference.text.spoken import PUNCTUATION

_UNHEARD = re.compile(f"[ˈˌ{re.escape(''.join(sorted(PUNCTUATION)))}]")
_BY_BORDERS = {
    "ja": lambda phonemes: re.sub("[mnŋɲɴ](?=[^aeioɯɨj])", "ɴ", phonemes),
    "ko": lambda phonemes: phonemes.translate(str.maketrans("ɡdbʑ", "ktpɕ")),
}
_LETTERS_APART = re.compile(r"(?<=\b[A-Z]) (?=[A-Z]\b)")


@dataclass(frozen=True, slots=True)
class Form:
    """One line of a set."""

    kind: str
    written: str
    spoken: tuple[str, ...]


def forms(path: Path) -> list[Form]:
    """The lines of a set."""
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return [Form(kind, written, tuple(spoken.split(" | "))) for kind, written, spoken in lines]


def misread(form: Form, front_end: FrontEnd, language: str) -> str:
    """What is said for `form` when that is none of its spoken forms; else nothing."""
    said = _sounds(form.written, front_end, language)
    # letters of a spoken form are written apart and said as one acronym: G D P
    right = (_sounds(_LETTERS_APART.sub("", spoken), front_end, language) for spoken in form.spoken)
    return "" if any(_heard(said, language) == _heard(sounds, language) for sounds in right) else said


def _heard(phonemes: str, language: str) -> str:
    return _BY_BORDERS.get(language, str)(_UNHEARD.sub("", phonemes))


def _sounds(text: str, front_end: FrontEnd, language: str) -> str:
    return " ".join(chunk.phonemes for chunk in front_end.script(text, language, language).chunks)
