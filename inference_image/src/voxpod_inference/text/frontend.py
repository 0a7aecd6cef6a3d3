"""Text in, chunks of phonemes out: what is said together, in which order, with which pause after it. Nothing is lost."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from voxpod_crds.sandbox_protocol import MAX_WARNINGS
from voxpod_inference.errors import LANGUAGE_NOT_SUPPORTED, TEXT_EMPTY, InputError
from voxpod_inference.text import split
from voxpod_inference.text.runs import Run, language_runs
from voxpod_inference.text.spoken import PUNCTUATION, Reader, Spoken, Word, is_silent

_MAX_WARNING = 512
_MOST_CHARACTERS_A_TOKEN = 2
"""Longer pieces are cut before they are read: they would not fit, and Open JTalk refuses long ones."""
SENTENCE_PAUSE, CLAUSE_PAUSE, LINE_PAUSE = 0.30, 0.12, 0.55
"""Seconds of silence after a chunk; with the edges that the model itself leaves these are a reader's pauses."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What the model says in one go."""

    text: str
    """The source text of this chunk, unchanged; the chunks' texts joined are the request's text."""
    start: int
    """Where `text` begins in the request's text, in code points."""
    phonemes: str
    pause: float
    """Seconds of silence after it, at normal speed."""
    words: tuple[Word, ...] = ()
    """The words of `text`: offsets are of the request's text and of `phonemes`."""
    rate: float = 1.0
    """Speed of this chunk beside the request's, as its markup asks."""
    gain: float = 1.0
    """Factor for the samples, as its markup asks."""


@dataclass(frozen=True, slots=True)
class Script:
    """A whole text, ready to be spoken."""

    chunks: tuple[Chunk, ...]
    warnings: tuple[str, ...]
    language: str
    """The language that most of the text is in."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a model takes at once, in phonemes."""

    most: int
    """No chunk is longer: the model has no position for more."""
    preferred: int
    """Short sentences are joined up to this length: a model says a lone word badly."""


class FrontEnd:
    """Reads texts with one reader per language; `count` says how many tokens phonemes make."""

    def __init__(self, readers: Mapping[str, Reader], limits: Limits, count: Callable[[str], int]) -> None:
        self._readers = readers
        self._limits = limits
        self._count = count

    def script(self, text: str, language: str, fallback: str) -> Script:
        """The chunks and warnings of a text; InputError when there is nothing to speak or no reader for a part.

        `language` is `auto` or the language that Han is read as; `fallback` reads a text without letters.
        """
        if language != "auto" and language not in self._readers:
            known = ", ".join(["auto", *sorted(self._readers)])
            raise InputError(LANGUAGE_NOT_SUPPORTED, f"language is {language!r}; this model speaks {known}")
        runs = language_runs(text, language, fallback)
        for run in runs:
            if run.language not in self._readers:
                what = f"characters {run.start} to {run.end} of the text are in {run.language}"
                raise InputError(LANGUAGE_NOT_SUPPORTED, f"{what}; this model speaks {', '.join(sorted(self._readers))}")
        pieces = list(self._fitting(text, 0, runs, (split.sentences, split.clauses, split.halves)))
        if not any(_is_sound(spoken.phonemes) for _, spoken in pieces):
            raise InputError(TEXT_EMPTY, f"the text has {len(text)} characters and none of them can be spoken")
        return Script(tuple(self._joined(pieces)), _warnings(spoken for _, spoken in pieces), _main_language(runs))

    def _fitting(
        self, text: str, offset: int, runs: tuple[Run, ...], splitters: tuple[split.Splitter, ...]
    ) -> Iterator[tuple[str, Spoken]]:
        """Pieces that the model takes at once, cut no finer than needed."""
        splitter, *finer = splitters
        for piece in splitter(text):
            readable = len(piece) <= _MOST_CHARACTERS_A_TOKEN * self._limits.most
            spoken = self._read(piece, offset, runs) if readable else None
            if spoken is not None and self._count(spoken.phonemes) <= self._limits.most:
                yield piece, spoken
            elif len(piece) > 1 or spoken is None:
                yield from self._fitting(piece, offset, runs, tuple(finer) or (split.halves,))
            else:
                yield from self._sliced(piece, spoken)
            offset += len(piece)

    def _sliced(self, piece: str, spoken: Spoken) -> Iterator[tuple[str, Spoken]]:
        """A single character that says more than the model takes at once: its phonemes in slices."""
        for at in range(0, len(spoken.phonemes), self._limits.most):
            yield piece if at == 0 else "", Spoken(spoken.phonemes[at : at + self._limits.most])

    def _read(self, piece: str, offset: int, runs: tuple[Run, ...]) -> Spoken:
        parts = []
        for run in runs:
            start, end = max(run.start, offset), min(run.end, offset + len(piece))
            if start < end:
                parts.append(self._readers[run.language](piece[start - offset : end - offset]))
        phonemes = " ".join(p.phonemes for p in parts if p.phonemes)
        unread = tuple(itertools.chain.from_iterable(p.unread for p in parts))
        return Spoken(phonemes, unread, tuple(itertools.chain.from_iterable(p.spelled for p in parts)))

    def _joined(self, pieces: list[tuple[str, Spoken]]) -> Iterator[Chunk]:
        """Chunks of one or more pieces."""
        start, text, phonemes = 0, "", ""
        for piece, spoken in pieces:
            together = _together(phonemes, spoken.phonemes, text.endswith("\n"))
            full = self._count(together) > self._limits.preferred
            full |= text.endswith("\n") and self._count(phonemes) >= self._limits.preferred // 5
            if full and _is_sound(phonemes) and _is_sound(spoken.phonemes):
                yield Chunk(text, start, phonemes, _pause_after(text))
                start, text, phonemes, together = start + len(text), "", "", spoken.phonemes
            if self._count(together) > self._limits.most:  # only punctuation is added: the words fit
                together = phonemes
            text, phonemes = text + piece, together
        yield Chunk(text, start, phonemes, 0.0)


def _together(before: str, after: str, new_line: bool) -> str:
    """Two pieces in one; a line without punctuation ends like a sentence."""
    stop = "." if new_line and _is_sound(after) and before and before[-1] not in PUNCTUATION else ""
    return f"{before}{stop} {after}".strip()


def _main_language(runs: tuple[Run, ...]) -> str:
    """The language with the most text; four Latin letters weigh as much as one Chinese or Japanese character."""
    weights: Counter[str] = Counter()
    for run in runs:
        weights[run.language] += (run.end - run.start) * (1 if run.language == "en" else 4)
    return weights.most_common(1)[0][0] if weights else ""


def _is_sound(phonemes: str) -> bool:
    return any(p not in PUNCTUATION and not is_silent(p) for p in phonemes)


def _pause_after(text: str) -> float:
    if text.endswith("\n"):
        return LINE_PAUSE
    ended = text.rstrip().rstrip("\"'”’」』）)")
    if ended.endswith((".", "!", "?", "。", "！", "？", "…")):
        return SENTENCE_PAUSE
    return CLAUSE_PAUSE if ended.endswith((",", "，", "、", ";", "；", ":", "：", "—")) else 0.0


def _warnings(spoken: Iterator[Spoken]) -> tuple[str, ...]:
    unread: Counter[str] = Counter()
    spelled: dict[str, None] = {}
    for part in spoken:
        unread.update(part.unread)
        spelled.update(dict.fromkeys(part.spelled))
    said = [
        f"left out, cannot be spoken: {char!r} (U+{ord(char):04X}){f', {times} times' if times > 1 else ''}"
        for char, times in unread.most_common()
    ]
    said += [f"spelled letter by letter, in no dictionary: {word!r}"[:_MAX_WARNING] for word in spelled]
    if len(said) > MAX_WARNINGS:
        said[MAX_WARNINGS - 1 :] = [f"and {len(said) - MAX_WARNINGS + 1} more warnings of this kind"]
    return tuple(said)
