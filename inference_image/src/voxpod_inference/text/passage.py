"""A document with its languages known, read piece by piece: each piece fits the model and is cut no finer than needed."""

import bisect
import itertools
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from voxpod_inference.text import pronunciation, split
from voxpod_inference.text.chunks import Limits, Piece, Section, beside, is_sound
from voxpod_inference.text.document import SENTENCE, Document, Reading
from voxpod_inference.text.links import cost_before
from voxpod_inference.text.runs import Run, language_runs
from voxpod_inference.text.sentence_spans import sentence_spans
from voxpod_inference.text.spoken import Reader, Spoken, Word
from voxpod_inference.text.ssml import say_as

_MOST_CHARACTERS_A_TOKEN = 2
"""Longer pieces are cut before they are read: they would not fit, and Open JTalk refuses long ones."""

Refuse = Callable[[str, str], NoReturn]
"""Called with a language without a reader and what needs it; raises InputError."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """Positions that one reader reads, or one whose sound is given."""

    start: int
    end: int
    language: str
    reading: Reading | None


class Passage:
    """`runs` cover the document's text, each in a language that has a reader."""

    def __init__(
        self,
        document: Document,
        runs: tuple[Run, ...],
        readers: Mapping[str, Reader],
        limits: Limits,
        count: Callable[[str], int],
        refuse: Refuse,
    ) -> None:
        self._document = document
        self._text = document.text
        self._readers = readers
        self._limits = limits
        self._count = count
        self._refuse = refuse
        self._units = list(_units(document, runs))
        self._starts = [unit.start for unit in self._units]
        self._known: dict[tuple[str, str], Spoken] = {}
        self._said: dict[tuple[str, str], tuple[str, list[str]]] = {}

    def sections(self) -> Iterator[tuple[Section, list[Piece]]]:
        """All of the text in order."""
        for section in _sections(self._document):
            yield section, list(self._fitting(section.start, section.end, 0, ()))

    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Where each sentence stands in the source."""
        return tuple(sentence_spans(self._document, self._language))

    def _fitting(self, start: int, end: int, fineness: int, words: tuple[Word, ...]) -> Iterator[Piece]:
        """Pieces that the model takes at once; `words` are those of the stretch, if it was read."""
        for a, b in itertools.pairwise(self._cuts(start, end, fineness, words)):
            readable = b - a <= _MOST_CHARACTERS_A_TOKEN * self._limits.most
            spoken = self._spoken(a, b) if readable else None
            if spoken is not None and self._count(spoken.phonemes) <= self._limits.most:
                yield Piece(a, b, spoken)
            elif spoken is None or b - a > 1:
                yield from self._fitting(a, b, fineness + 1, spoken.words if spoken else ())
            else:
                yield from self._sliced(a, b, spoken)

    def _cuts(self, start: int, end: int, fineness: int, words: tuple[Word, ...]) -> list[int]:
        """Where a stretch is cut: after its sentences, after its clauses, or else in two; what was replaced stays whole if it can."""
        text = self._text[start:end]
        if fineness >= 2:
            return [start, self._middle(start, end, words), end] if end - start > 1 else [start, end]
        pieces = split.clauses(text) if fineness else split.sentences(text, lambda at: self._language(start + at))
        ends = itertools.accumulate(map(len, pieces), initial=start)
        return [at for at in ends if at in (start, end) or self._document.may_cut(at)]

    def _middle(self, start: int, end: int, words: tuple[Word, ...]) -> int:
        """Where a stretch is best cut in two: near its middle before a word that joins, else a word, at a space, or between letters."""
        middle, near = (start + end) // 2, (end - start) // 4
        costs = {
            w.start: abs(w.start - middle) / near + cost_before(self._text[w.start : w.end], self._language(w.start))
            for w in words
            if abs(w.start - middle) <= near and start < w.start < end and self._document.may_cut(w.start)
        }
        if costs:
            return min(costs, key=lambda border: costs[border])
        cut = start + len(split.halves(self._text[start:end])[0])
        if self._document.may_cut(cut):
            return cut
        part, skip = self._document.part_at(cut)
        edges = [edge for edge in (cut - skip, cut - skip + len(part.text)) if start < edge < end]
        return min(edges, key=lambda edge: abs(edge - cut), default=cut)

    def _sliced(self, start: int, end: int, spoken: Spoken) -> Iterator[Piece]:
        """A single character that says more than the model takes at once: its phonemes in slices, between words where it can."""
        phonemes, at, most = spoken.phonemes, 0, self._limits.most
        while at < len(phonemes):
            space = phonemes.rfind(" ", at, at + most) if len(phonemes) - at > most else -1
            stop = space if space > at else at + most
            piece = phonemes[at:stop]
            words = (Word(start, end, 0, len(piece)),) if is_sound(piece) else ()
            yield Piece(start if at == 0 else end, end, Spoken(piece, spoken.unread if at == 0 else (), (), words))
            at = stop

    def _language(self, position: int) -> str:
        return self._units[bisect.bisect_right(self._starts, position) - 1].language

    def _spoken(self, start: int, end: int) -> Spoken:
        phonemes, unread, spelled, words = "", list[str](), list[str](), list[Word]()
        for at in range(bisect.bisect_right(self._starts, start) - 1, len(self._units)):
            unit = self._units[at]
            if unit.start >= end:
                break
            a, b = max(unit.start, start), min(unit.end, end)
            spoken = self._read(a, b, unit)
            shift = len(phonemes) + len(beside(phonemes, spoken.phonemes))
            words += (Word(a + w.start, a + w.end, w.first + shift, w.last + shift) for w in spoken.words)
            phonemes += beside(phonemes, spoken.phonemes) + spoken.phonemes
            unread += spoken.unread
            spelled += spoken.spelled
        return Spoken(phonemes, tuple(unread), tuple(spelled), tuple(words))

    def _read(self, start: int, end: int, unit: _Unit) -> Spoken:
        """What the reader of a unit makes of a part of it."""
        if unit.reading is not None:
            return self._given(unit.reading, unit.language)
        text = self._text[start:end].replace(SENTENCE, " ")
        key = (unit.language, text)
        if key not in self._known:  # a sentence that is cut finer is read again, mostly in the same parts
            self._known[key] = _with_words(text, self._readers[unit.language](text))
        return self._known[key]

    def _given(self, reading: Reading, language: str) -> Spoken:
        unread: list[str] = []
        if reading.kind in pronunciation.ALPHABETS:
            phonemes = pronunciation.phonemes(reading, language, self._count)
        else:
            phonemes = say_as.phonemes(reading, language, lambda text: self._say(text, language, reading.place, unread))
        words = (Word(0, 1, 0, len(phonemes)),) if is_sound(phonemes) else ()
        return Spoken(phonemes, tuple(unread), words=words)

    def _say(self, text: str, language: str, place: str, unread: list[str]) -> str:
        """Text that stands for something else, aloud; a sign of its own without a sound, as in `a.b` spelled out, is unread."""
        if (language, text) not in self._said:  # the same ten figures, again and again
            self._said[language, text] = self._aloud(text, language, place)
        phonemes, told = self._said[language, text]
        unread += told
        return phonemes

    def _aloud(self, text: str, language: str, place: str) -> tuple[str, list[str]]:
        phonemes, unread = "", list[str]()
        for run in language_runs(text, language, language):
            if run.language not in self._readers:
                self._refuse(run.language, f"{place}: {text!r} is")
            spoken = self._readers[run.language](text[run.start : run.end])
            unread += spoken.unread
            phonemes += beside(phonemes, spoken.phonemes) + spoken.phonemes
        if not is_sound(phonemes) and not unread:
            unread += (char for char in text if not unicodedata.category(char).startswith(("Z", "M", "C")))
        return phonemes, unread


def _with_words(text: str, spoken: Spoken) -> Spoken:
    """What a reader made of a text, its words without the space around them; a reader that tells none made one."""
    words = spoken.words
    if not words and is_sound(spoken.phonemes):
        letters = [at for at, char in enumerate(text) if char.isalnum()]
        words = (
            Word(letters[0], letters[-1] + 1, 0, len(spoken.phonemes))
            if letters
            else Word(0, len(text), 0, len(spoken.phonemes)),
        )
    return replace(spoken, words=tuple(_trimmed(text, word) for word in words))


def _trimmed(text: str, word: Word) -> Word:
    written = text[word.start : word.end]
    start = word.start + len(written) - len(written.lstrip())
    return replace(word, start=start, end=max(start, word.end - len(written) + len(written.rstrip())))


def _units(document: Document, runs: tuple[Run, ...]) -> Iterator[_Unit]:
    given = [(at, part.reading) for at, part in zip(document.positions, document.parts, strict=True) if part.reading]
    next_given = 0
    for run in runs:
        start = run.start
        while next_given < len(given) and given[next_given][0] < run.end:
            at, reading = given[next_given]
            if start < at:
                yield _Unit(start, at, run.language, None)
            yield _Unit(at, at + 1, run.language, reading)
            start, next_given = at + 1, next_given + 1
        if start < run.end:
            yield _Unit(start, run.end, run.language, None)


def _sections(document: Document) -> Iterator[Section]:
    start = end = 0
    style = None
    for part in document.parts:
        changes = style is not None and part.text and (part.style.rate, part.style.gain) != (style.rate, style.gain)
        if style is not None and changes and start < end:
            yield Section(start, end, style, None)
            start = end
        if part.text or style is None:
            style = part.style
        end += len(part.text)
        if part.pause is not None:
            yield Section(start, end, style, part.pause)
            start = end
    if style is not None and start < end:
        yield Section(start, end, style, None)
