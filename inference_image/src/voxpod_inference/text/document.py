"""A text with its markup taken apart: what is spoken, how, and where in the source each part of it stands."""

import bisect
import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

OBJECT = "\ufffc"
"""Stands in the spoken text for a part whose sound is given: one character, so that nothing cuts or misreads it."""
LINE, SENTENCE = "\n", "\u2028"
"""In the spoken text: a paragraph's end and a sentence's end that the markup made."""

# Zero-width and direction controls, soft hyphens, variation selectors, tags: they say nothing and must not split a word.
# Zero-width (non-)joiners stay after Devanagari, where they are spelling.
_INVISIBLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    r"\ufff9-\ufffb\U000e0000-\U000e0fff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
)
_SURROGATES = r"\ud800-\udfff"
_LINE_ENDS = str.maketrans(dict.fromkeys("\x0b\x0c\x85\u2028\u2029", "\n") | {OBJECT: "\ufffd"})
_WRAPPED = re.compile(r"^[^\n]{39,}[^\s.!?…:。！？][ \t]*\n(?=[ \t]*(?P<next>[^\W\d_]))", re.M)
"""Lines of mails, READMEs and old books: long, without a final stop, and the next one begins small."""
# Letters and the marks that make one letter with them (accents, voiced kana, Korean written in single jamo), compatibility Han.
_COMPOSED = r"[^\W\d_][\u0300-\u036f\u3099\u309a]+|[\u1100-\u115e][\u1161-\u11a7][\u11a8-\u11ff]?|[\uf900-\ufaff]"
_UNEVEN = re.compile(
    rf"(?P<drop>[{_INVISIBLE}]+|(?<![\u0900-\u097f])[\u200c\u200d]+)|(?P<lone>[{_SURROGATES}])|(?P<letter>{_COMPOSED})"
)


@dataclass(frozen=True, slots=True)
class Style:
    """How a part is spoken."""

    language: str | None = None
    """Set by markup; None lets the script and what stands around decide."""
    rate: float = 1.0
    gain: float = 1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """How a part sounds, when that is not to be read from its letters."""

    kind: str
    """`ipa`, `pinyin`, `x-kokoro` for given phonemes; `characters`, `digits`, `telephone`, `date`... for `say-as`."""
    value: str
    """Phonemes, or the content to be said in that way."""
    place: str
    """What an error calls it: `phoneme at line 1, column 9`, `lexicon entry 'tomato'`."""
    format: str = ""
    """Order of a date's fields."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the source and what is spoken for it."""

    text: str
    """What is spoken; OBJECT when `reading` says it; empty for a break."""
    start: int
    end: int
    """Which part of the source this is, in code points."""
    style: Style = field(default=Style())
    even: bool = True
    """Whether each character of `text` is one of the source; otherwise the whole text stands for the whole part."""
    settled: bool = False
    """Whether markup said to speak this instead of what is written: no lexicon changes it."""
    reading: Reading | None = None
    script: str = ""
    """For OBJECT: a character of the script that it is written in, which tells its language; empty when it does not."""
    pause: float | None = None
    """Seconds of silence that a `break` asks for."""


@dataclass(frozen=True)
class Document:
    """All parts in the order of the source; `text` is what the front end reads, offsets into it are called positions."""

    source: str
    parts: tuple[Part, ...]
    unread: tuple[str, ...] = ()
    """Characters that can never be spoken and were left out: unpaired surrogates."""
    warnings: tuple[str, ...] = ()

    @cached_property
    def text(self) -> str:
        """What is spoken, without markup."""
        return "".join(part.text for part in self.parts)

    @cached_property
    def outline(self) -> str:
        """`text` with each OBJECT replaced by its script: what tells the languages."""
        return "".join(part.script or part.text for part in self.parts)

    @cached_property
    def positions(self) -> list[int]:
        """Where each part begins in `text`."""
        return list(itertools.accumulate((len(part.text) for part in self.parts[:-1]), initial=0)) if self.parts else []

    def part_at(self, position: int) -> tuple[Part, int]:
        """The part that holds the character at a position of `text`, and where in it."""
        at = bisect.bisect_right(self.positions, position) - 1
        return self.parts[at], position - self.positions[at]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the source that `text[start:end]` (not empty) is spoken for."""
        (first, skip), (last, take) = self.part_at(start), self.part_at(end - 1)
        return (
            first.start + skip if first.even else first.start,
            last.start + take + 1 if last.even else last.end,
        )

    def boundary(self, position: int) -> int:
        """Where the source is cut when `text` is cut at a position: markup belongs to what stands before it."""
        if position >= len(self.text):
            return len(self.source)
        part, skip = self.part_at(position)
        return part.start + skip if part.even else part.end if skip else part.start

    def may_cut(self, position: int) -> bool:
        """Whether a cut of `text` there leaves every replaced part whole."""
        if not 0 < position < len(self.text):
            return True
        part, skip = self.part_at(position)
        return part.even or skip == 0


def spoken_parts(text: str, start: int, style: Style, unread: list[str]) -> Iterator[Part]:
    """The parts of a stretch of plain text that begins at `start` of the source: composed, without what nobody sees."""
    text = _WRAPPED.sub(_unwrapped, text.translate(_LINE_ENDS))
    at = 0
    for found in _UNEVEN.finditer(text):
        composed = unicodedata.normalize("NFC", found.group()) if found.lastgroup == "letter" else ""
        if composed == found.group():
            continue
        if at < found.start():
            yield Part(text[at : found.start()], start + at, start + found.start(), style)
        at = found.end()
        if composed:
            yield Part(composed, start + found.start(), start + at, style, even=False)
        elif found.lastgroup == "lone":
            unread.append(found.group())
    if at < len(text):
        yield Part(text[at:], start + at, start + len(text), style)


def _unwrapped(line: re.Match[str]) -> str:
    """A line that an editor broke goes on in the next: as long as the text was, so that all places stay."""
    return f"{line.group()[:-1]} " if line["next"].islower() else line.group()


def plain(text: str) -> str:
    """`text` composed and without what nobody sees: what is spoken for something else."""
    return "".join(part.text for part in spoken_parts(text, 0, Style(), []))


def replaced(part: Part, text: str, reading: Reading | None = None) -> Part:
    """`part` spoken as something else, which stands for it as a whole."""
    return replace(part, text=OBJECT if reading else text, even=False, settled=True, reading=reading)
