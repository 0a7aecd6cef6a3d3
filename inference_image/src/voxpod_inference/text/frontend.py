"""Text in, chunks of phonemes out: what is said together, in which order, with which pause after it. Nothing is lost."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from voxpod_crds.sandbox_protocol import MAX_WARNINGS
from voxpod_inference.errors import INPUT_REFUSED, LANGUAGE_NOT_SUPPORTED, TEXT_EMPTY, InputError
from voxpod_inference.text import markup, pronunciation
from voxpod_inference.text.chunks import CLAUSE_PAUSE, LINE_PAUSE, SENTENCE_PAUSE, Chunk, Limits, chunks_of, is_sound
from voxpod_inference.text.document import Document
from voxpod_inference.text.languages import LATIN, described, language_of
from voxpod_inference.text.passage import Passage
from voxpod_inference.text.runs import Run, language_runs
from voxpod_inference.text.spoken import Reader, Spoken

__all__ = ["CLAUSE_PAUSE", "LINE_PAUSE", "SENTENCE_PAUSE", "Chunk", "FrontEnd", "Limits", "Script"]

_MAX_WARNING = 512


@dataclass(frozen=True, slots=True)
class Script:
    """A whole text, ready to be spoken."""

    chunks: tuple[Chunk, ...]
    warnings: tuple[str, ...]
    language: str
    """The one that was asked for, where it occurs; else the one that most of the text is in."""
    languages: frozenset[str]
    """All that occur in it."""
    sentences: tuple[tuple[int, int], ...]
    """Start and end of each in the request's text, in code points: from its first character that is spoken to its last."""


class FrontEnd:
    """Reads texts with one reader per language; `count` says how many tokens phonemes make.

    Without `phonemes` the model takes written text, and pronunciations that are given in phonemes are refused.
    """

    def __init__(
        self, readers: Mapping[str, Reader], limits: Limits, count: Callable[[str], int], *, phonemes: bool = True
    ) -> None:
        self._readers = readers
        self._limits = limits
        self._count = count
        self._phonemes = phonemes

    def script(
        self, text: str, language: str, fallback: str, *, ssml: bool = False, lexicon: Mapping[str, str] | None = None
    ) -> Script:
        """The chunks and warnings of a text; InputError when there is nothing to speak, no reader for a part, or broken markup.

        `language` is `auto` or a BCP 47 tag of what Han and Latin letters are read as, where they can be; `fallback` (the
        voice's language) decides what neither it, nor markup, nor the text does. `text` is plain with `<lang=zh>` spans, or with
        `ssml` the subset of SSML in docs/text.md. `lexicon` is of written word to text, `/IPA/` or `pinyin:...`.
        """
        asked = self._asked(language)
        document = _document(text, ssml=ssml, lexicon=lexicon)
        spans = [span for span in _spans(document) if span.start < span.end]
        runs = language_runs(document.outline, asked, fallback, spans)
        for run in runs:
            if run.language not in self._readers:
                self._refuse(run.language, _place(document, run))
        if not self._phonemes:
            _refuse_phonemes(document)
        passage = Passage(document, runs, self._readers, self._limits, self._count, self._refuse)
        sections = list(passage.sections())
        spoken = [piece.spoken for _, pieces in sections for piece in pieces]
        if not any(is_sound(s.phonemes) for s in spoken):
            raise InputError(TEXT_EMPTY, f"the text has {len(text)} characters and none of them can be spoken")
        said = Spoken("", document.unread)
        warnings = _warnings(document.warnings, [said, *spoken])
        chunks = chunks_of(document, sections, self._limits, self._count)
        return Script(
            chunks, warnings, _main_language(runs, asked), frozenset(run.language for run in runs), passage.sentences()
        )

    def _asked(self, tag: str) -> str:
        language = "auto" if tag == "auto" else language_of(tag)
        if language is None or (language != "auto" and language not in self._readers):
            known = ", ".join(["auto", *sorted(self._readers)])
            raise InputError(LANGUAGE_NOT_SUPPORTED, f"language is {tag!r}; this model speaks {known}")
        return language

    def _refuse(self, language: str, what: str) -> NoReturn:
        known = ", ".join(sorted(self._readers))
        hint = "; if it is Mandarin, set language to zh" if language == "yue" and "zh" in self._readers else ""
        raise InputError(LANGUAGE_NOT_SUPPORTED, f"{what} in {described(language)}; this model speaks {known}{hint}")


def _refuse_phonemes(document: Document) -> None:
    given = next((p.reading for p in document.parts if p.reading and p.reading.kind in pronunciation.ALPHABETS), None)
    if given is not None:
        what = f"{given.place}: this model reads letters and takes no {given.kind}"
        raise InputError(INPUT_REFUSED, f"{what}; a spelling that is read as it shall sound is accepted")


def _document(text: str, *, ssml: bool, lexicon: Mapping[str, str] | None) -> Document:
    """The text with its markup taken apart; what only SSML and lexicons need is loaded when there are some."""
    if ssml:
        from voxpod_inference.text.ssml import reader

        document = reader.document(text)
    else:
        document = markup.document(text)
    if lexicon:
        from voxpod_inference.text.lexicon import Lexicon

        document = Lexicon(lexicon).applied(document)
    return document


def _spans(document: Document) -> Iterable[Run]:
    """Positions whose language the markup names."""
    for part, at in zip(document.parts, document.positions, strict=True):
        if part.style.language is not None:
            yield Run(at, at + len(part.text), part.style.language)


def _place(document: Document, run: Run) -> str:
    """Where a run's letters stand in the source."""
    letters = [at for at in range(run.start, run.end) if document.text[at].isalnum()] or [run.start, run.end - 1]
    start, end = document.source_span(letters[0], letters[-1] + 1)
    shown = document.source[start : min(end, start + 20)].split("\n")[0]
    return f"characters {start} to {end} of the text ({shown!r}) are"


def _main_language(runs: tuple[Run, ...], asked: str) -> str:
    """The language with the most text; four letters of an alphabet weigh as much as one Chinese, Japanese or Korean character."""
    if any(run.language == asked for run in runs):
        return asked
    weights: Counter[str] = Counter()
    for run in runs:
        weights[run.language] += (run.end - run.start) * (1 if run.language in LATIN or run.language == "hi" else 4)
    return weights.most_common(1)[0][0] if weights else ""


def _warnings(of_markup: Iterable[str], spoken: Iterable[Spoken]) -> tuple[str, ...]:
    unread: Counter[str] = Counter()
    spelled: dict[str, None] = {}
    for part in spoken:
        unread.update(part.unread)
        spelled.update(dict.fromkeys(part.spelled))
    left_out = (
        f"left out, cannot be spoken: {char!r} (U+{ord(char):04X}){f', {times} times' if times > 1 else ''}"
        for char, times in unread.most_common()
    )
    letters = (f"spelled letter by letter, in no dictionary: {word!r}"[:_MAX_WARNING] for word in spelled)
    said = list(itertools.chain(of_markup, left_out, letters))
    if len(said) > MAX_WARNINGS:
        said[MAX_WARNINGS - 1 :] = [f"and {len(said) - MAX_WARNINGS + 1} more warnings of this kind"]
    return tuple(said)
