"""A request's own lexicon: written word to another text, to IPA between slashes, or to pinyin.

`{"k8s": "Kubernetes", "Voxpod": "/ˈvɑkspɑd/", "重庆": "pinyin:chong2 qing4"}`
"""

import bisect
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from voxpod_inference.errors import INPUT_REFUSED, InputError
from voxpod_inference.text.chunks import is_sound
from voxpod_inference.text.document import OBJECT, Document, Part, Reading, plain
from voxpod_inference.text.pronunciation import has_sound, pinyin_phonemes, shown
from voxpod_inference.text.runs import letter_of
from voxpod_inference.text.spoken import plain_punctuation

MOST_ENTRIES = 500
LONGEST_WORD = 64
LONGEST_VALUE = 256
"""Characters."""

# Written without spaces between words: a key may stand anywhere in these. Korean endings follow their noun without one.
_UNSPACED = re.compile(
    r"[\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7fb\uf900-\ufaff\U00020000-\U000323af]"
)
_TYPED = str.maketrans(
    dict.fromkeys("’ʼ‛＇", "'") | dict.fromkeys("‐‑‒", "-") | dict.fromkeys("\u00a0\u202f\u2009\t", " ")
)
_IN_NUMBER = re.compile(r"\d[.,]\d")
_GAP = re.compile(r"[ \n]{2,}|\n")
_OWNERS = re.compile(r"(?<=[a-zA-Z])['’]s(?!\w)")
_SLASHED = re.compile(r"/([^/]+)/")


@dataclass(frozen=True, slots=True)
class _Entry:
    text: str
    reading: Reading | None


class Lexicon:
    """A checked lexicon; InputError names the entry that cannot be one."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        if len(entries) > MOST_ENTRIES:
            raise InputError(
                INPUT_REFUSED, f"the lexicon has {len(entries)} entries; at most {MOST_ENTRIES} are accepted"
            )
        self._exact: dict[str, _Entry] = {}
        self._folded: dict[str, _Entry] = {}
        lengths: dict[str, set[int]] = defaultdict(set)
        for written, value in entries.items():
            word, entry = _GAP.sub(" ", _typed(_word(written))), _entry(written, value)
            among = self._folded if word == word.lower() else self._exact
            if word in among:
                raise InputError(
                    INPUT_REFUSED,
                    f"lexicon entry {shown(written)}: the word is there twice, written with other code points",
                )
            among[word] = entry
            lengths[word[0].lower()].add(len(word))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def applied(self, document: Document) -> Document:
        """The document with the words of the lexicon replaced, except in what its markup already replaced."""
        parts: list[Part] = []
        at = 0
        for start, end, entry in self._matches(document):
            parts += _sliced(document, at, start)
            parts += (part for part in _sliced(document, start, start + 1) if not part.text)
            reading = entry.reading
            if reading and reading.kind == "ipa" and (owners := _OWNERS.match(document.text, end)):
                reading, end = replace(reading, value=reading.value + _owners_sound(reading.value)), owners.end()
            source_start, source_end = document.source_span(start, end)
            text, script = (OBJECT, letter_of(document.text[start:end]) or OBJECT) if reading else (entry.text, "")
            style = document.part_at(start)[0].style
            parts.append(Part(text, source_start, source_end, style, even=False, reading=reading, script=script))
            at = end
        return replace(document, parts=(*parts, *_sliced(document, at, len(document.text) + 1)))

    def _matches(self, document: Document) -> Iterator[tuple[int, int, _Entry]]:
        text, places = _plainly_typed(document)
        settled = _settled_positions(document)
        at = 0
        while at < len(text):
            after, entry = self._longest_at(text, at)
            if entry is not None:
                start, end = places[at], places[after - 1] + 1
                if settled.isdisjoint(range(start, end)) and _is_uniform(document, start, end):
                    yield start, end, entry
                    at = after
                    continue
            at += 1

    def _longest_at(self, text: str, at: int) -> tuple[int, _Entry | None]:
        lengths = self._lengths.get(text[at].lower(), ())
        if not lengths or _joined(text, at):
            return at, None
        for length in lengths:
            word = text[at : at + length]
            entry = self._exact.get(word) or self._folded.get(word.lower())
            if entry is not None and len(word) == length and not _joined(text, at + length):
                return at + length, entry
        return at, None


def _plainly_typed(document: Document) -> tuple[str, list[int]]:
    """The text with the signs that keyboards have, each run of spaces as one, and the position of each of its characters."""
    typed = _typed(document.text)
    markup = {at for part, at in zip(document.parts, document.positions, strict=True) if not part.even}
    gaps = (
        gap for gap in _GAP.finditer(typed) if gap.group().count("\n") < 2 and markup.isdisjoint(range(*gap.span()))
    )
    pieces, places, at = [], list[int](), 0
    for gap in gaps:
        pieces += [typed[at : gap.start()], " "]
        places += range(at, gap.start() + 1)
        at = gap.end()
    return "".join([*pieces, typed[at:]]), [*places, *range(at, len(typed))]


def _typed(text: str) -> str:
    return text.translate(_TYPED)


def _word(written: str) -> str:
    """The word as a document has it: composed, without what nobody sees."""
    word = plain(written)
    if not 1 <= len(word) <= LONGEST_WORD or word != word.strip() or not any(char.isalnum() for char in word):
        what = f"a word has 1 to {LONGEST_WORD} characters, one of them a letter or figure, no space around"
        raise InputError(INPUT_REFUSED, f"lexicon entry {shown(written)}: {what}")
    return word


def _entry(word: str, value: str) -> _Entry:
    place = f"lexicon entry {shown(word)}"
    if not isinstance(value, str):
        raise InputError(INPUT_REFUSED, f"{place}: {value!r}; a text is accepted for a word")
    if not value.strip() or len(value) > LONGEST_VALUE:
        raise InputError(
            INPUT_REFUSED, f"{place}: a text, /IPA/ or pinyin:... of 1 to {LONGEST_VALUE} characters is accepted"
        )
    if value.startswith("pinyin:"):
        reading = Reading("pinyin", value.removeprefix("pinyin:"), place)
        if not pinyin_phonemes(reading.value, place):
            raise InputError(INPUT_REFUSED, f"{place}: no syllable after pinyin:")
        return _Entry("", reading)
    slashed = _SLASHED.fullmatch(value)
    text = " ".join(plain(value).split())
    if not (has_sound(slashed[1]) if slashed else is_sound(plain_punctuation(text))):
        raise InputError(
            INPUT_REFUSED, f"{place}: no sound is in {shown(value)}; a text, /IPA/ or pinyin:... is accepted"
        )
    return _Entry("", Reading("ipa", slashed[1], place)) if slashed else _Entry(text, None)


def _owners_sound(ipa: str) -> str:
    """How English says the `'s` after a word."""
    return "ɪz" if ipa[-1] in "szʃʒ" else "s" if ipa[-1] in "ptkfθ" else "z"


def _joined(text: str, at: int) -> bool:
    """Whether a word goes on across this position, so that none of the lexicon may begin or end there."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if _IN_NUMBER.match(text[at - 1 : at + 2]) or _IN_NUMBER.match(text[max(0, at - 2) : at + 1]):
        return True
    if after in "'’":  # the owner's 's follows a whole word, as in Voxpod's; don't is one word
        rest = text[at + 1 : at + 3]
        return _in_word(before) and rest[:1].isalpha() and not (rest[0] in "sS" and not rest[1:].isalnum())
    return _in_word(before) and _in_word(after)


def _in_word(char: str) -> bool:
    # vowel signs and a virama are marks: without them राम would be found in रामायण
    is_mark = unicodedata.category(char)[0] == "M"
    return (char.isalnum() or char == "_" or is_mark) and not _UNSPACED.match(char)


def _settled_positions(document: Document) -> set[int]:
    """Positions of what markup replaced."""
    return {
        position
        for part, start in zip(document.parts, document.positions, strict=True)
        if part.settled
        for position in range(start, start + len(part.text))
    }


def _is_uniform(document: Document, start: int, end: int) -> bool:
    """Whether nothing between two positions changes how it is spoken, no break stands there, and neither is inside a letter."""
    if not (document.may_cut(start) and document.may_cut(end)):
        return False
    first = document.part_at(start)[0].style
    inside = list(_sliced(document, start, end))
    while not inside[0].text:  # a break before it
        inside.pop(0)
    return all(part.text and part.style == first for part in inside)


def _sliced(document: Document, start: int, end: int) -> Iterator[Part]:
    """The parts of `document.text[start:end]`, cut where these begin and end; breaks belong to what follows them."""
    positions = document.positions
    first = bisect.bisect_left(positions, start)
    if first == len(positions) or positions[first] > start:
        first -= 1
    for at, part in zip(positions[first:], document.parts[first:], strict=True):
        if at >= end:
            return
        a, b = max(start, at), min(end, at + len(part.text))
        if a < b:
            whole = (a, b) == (at, at + len(part.text))
            yield (
                part
                if whole
                else replace(part, text=part.text[a - at : b - at], start=part.start + a - at, end=part.start + b - at)
            )
        elif not part.text and at >= start:
            yield part
