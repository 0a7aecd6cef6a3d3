"""Pieces of a text that were read, joined into what a model says in one go."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from voxpod_inference.text.document import SENTENCE, Document, Style
from voxpod_inference.text.split import CLOSING, OPENING
from voxpod_inference.text.spoken import PUNCTUATION, Spoken, Word, is_long_row, is_silent

SENTENCE_PAUSE, CLAUSE_PAUSE, LINE_PAUSE = 0.30, 0.12, 0.55
"""Seconds of silence after a chunk; with the edges that the model itself leaves these are a reader's pauses."""
_STOPS = (".", "!", "?", "。", "！", "？", "…", "｡", "．", "।", "॥")
_LESSER_STOPS = (",", "，", "、", ";", "；", ":", "：", "—", "–")
_SIGNS = "".join(PUNCTUATION)
_CLOSES = frozenset(".,!?:;”)…")
"""Punctuation without a space before it."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is said in one go, or in two if the model plans it too long."""

    text: str
    """The source text of this chunk, unchanged; the chunks' texts joined are the request's text, markup and all."""
    start: int
    """Where `text` begins in the request's text, in code points."""
    phonemes: str
    """Empty when there is nothing but the pause: a break at the very beginning."""
    pause: float
    """Seconds of silence after it; a request's speed changes it, `rate` does not."""
    words: tuple[Word, ...] = ()
    """The words of `text`: offsets are of the request's text and of `phonemes`. What replaces a part of the text, by lexicon or
    markup, is one word."""
    rate: float = 1.0
    """Speed of this chunk beside the request's, as its markup asks; 0.25 to 4."""
    gain: float = 1.0
    """Factor for the samples, as its markup asks; 0 to 4."""
    rests: tuple[tuple[int, float], ...] = ()
    """Ends of sentences and lines inside: how many phonemes are before, and the seconds of silence that are due there."""
    asked: bool = False
    """Whether `pause` is of a break: then so long is all of the silence, with what the speech itself leaves at its edges."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a model takes at once, in phonemes."""

    most: int
    """No chunk has more."""
    preferred: int
    """Short sentences are joined up to this length: a model says a lone word badly."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a document's text that was read: positions `start` to `end`, which the words' offsets are, too."""

    start: int
    end: int
    spoken: Spoken


@dataclass(frozen=True, slots=True)
class Section:
    """Positions `start` to `end` of a document's text: one rate and volume, up to the next break."""

    start: int
    end: int
    style: Style
    pause: float | None
    """Seconds of the break at its end."""


@dataclass(slots=True)
class _Draft:
    """A chunk in the making; offsets are positions of the document's text."""

    end: int
    phonemes: str
    words: list[Word]
    style: Style
    pause: float | None = None
    """None for what the text makes natural."""
    rests: list[tuple[int, float]] = field(default_factory=list)


def is_sound(phonemes: str) -> bool:
    """Whether there is anything to hear in it, and not punctuation alone."""
    return any(p not in PUNCTUATION and not is_silent(p) for p in phonemes)


def beside(before: str, after: str) -> str:
    """What stands between two stretches of phonemes: a space, or nothing before a comma and its like."""
    return " " if before and after and after[0] not in _CLOSES else ""


def cut_in_two(chunk: Chunk) -> tuple[Chunk, Chunk]:
    """The chunk cut where it is best to: near its middle, after punctuation, between two words.

    What has one word or none is cut at a space of its phonemes, or else anywhere; the first part then has all of the text.
    """
    return parted(chunk, min(cuts_of(chunk), key=lambda cut: _cost(chunk.phonemes, cut[0])))


def parted(chunk: Chunk, cut: tuple[int, int]) -> tuple[Chunk, Chunk]:
    """The chunk before and after one of its `cuts_of`."""
    at = cut[1] - chunk.start
    phonemes = chunk.phonemes[: cut[0]].rstrip()
    before = tuple(replace(w, last=min(w.last, len(phonemes))) for w in chunk.words if w.first < cut[0])
    after = tuple(
        replace(w, first=max(0, w.first - cut[0]), last=w.last - cut[0]) for w in chunk.words if w.last > cut[0]
    )
    at_cut = max((rest for place, rest in chunk.rests if place == cut[0]), default=0.0)
    pause = max(at_cut, _pause_after(phonemes) / chunk.rate)
    earlier = tuple(rest for rest in chunk.rests if rest[0] < cut[0])
    later = tuple((place - cut[0], rest) for place, rest in chunk.rests if place > cut[0])
    first = replace(
        chunk, text=chunk.text[:at], phonemes=phonemes, pause=pause, words=before, rests=earlier, asked=False
    )
    text, phonemes = chunk.text[at:], chunk.phonemes[cut[0] :]
    return first, replace(chunk, text=text, start=cut[1], phonemes=phonemes, words=after, rests=later)


def cuts_of(chunk: Chunk) -> list[tuple[int, int]]:
    """Where it may be cut: how many phonemes are before, and where in the source."""
    phonemes, end = chunk.phonemes, chunk.start + len(chunk.text)
    cuts = []
    for word in chunk.words[1:]:
        opening = len(phonemes[: word.first]) - len(phonemes[: word.first].rstrip("“("))
        before = chunk.text[: word.start - chunk.start]
        cuts.append((word.first - opening, word.start - len(before) + len(before.rstrip(OPENING))))
    if not cuts:
        spaces = (
            at for at, p in enumerate(phonemes, 1) if p == " " and is_sound(phonemes[:at]) and is_sound(phonemes[at:])
        )
        cuts = [(at, end) for at in spaces]
    return cuts or [((len(phonemes) + 1) // 2, end)]


def ends_clause(phonemes: str) -> bool:
    """Whether a reader pauses after them."""
    return phonemes.rstrip()[-1:] in _CLOSES | {"—"}


def _cost(phonemes: str, cut: int) -> float:
    """How far from the middle, as a share of the whole; within a clause a quarter more."""
    return abs(cut / len(phonemes) - 0.5) + (0.0 if ends_clause(phonemes[:cut]) else 0.25)


def chunks_of(
    document: Document, sections: Iterable[tuple[Section, list[Piece]]], limits: Limits, count: Callable[[str], int]
) -> tuple[Chunk, ...]:
    """The chunks of all sections in order; their texts joined are the document's source."""
    drafts: list[_Draft] = []
    for section, pieces in sections:
        sounding = list(itertools.dropwhile(lambda piece: not is_sound(piece.spoken.phonemes), pieces))
        if drafts:  # punctuation after an element ends what the element says
            for piece in pieces[: len(pieces) - len(sounding)]:
                _append_punctuation(drafts[-1], piece, limits, count)
        if sounding:
            drafts += _joined(document.text, sounding if drafts else pieces, section.style, limits, count)
        if section.pause is not None and (drafts or section.pause):
            drafts = drafts or [_Draft(section.end, "", [], section.style)]
            drafts[-1].pause = (drafts[-1].pause or 0.0) + section.pause
    return tuple(_finished(document, drafts))


def _append_punctuation(draft: _Draft, piece: Piece, limits: Limits, count: Callable[[str], int]) -> None:
    draft.end = piece.end
    signs = piece.spoken.phonemes[_too_many(draft.phonemes, piece.spoken.phonemes) :]
    if draft.pause is None and count(draft.phonemes + signs) <= limits.most:
        draft.phonemes += signs


def _joined(
    text: str, pieces: list[Piece], style: Style, limits: Limits, count: Callable[[str], int]
) -> Iterator[_Draft]:
    """Drafts of one or more pieces each."""
    draft = _Draft(pieces[0].start, "", [], style)
    new_line = False
    for piece in pieces:
        dropped = _too_many(draft.phonemes, piece.spoken.phonemes)
        phonemes = piece.spoken.phonemes[dropped:]
        prefix = _prefix(draft.phonemes, phonemes, new_line)
        full = count(prefix + phonemes) > limits.preferred
        full |= new_line and count(draft.phonemes) >= limits.preferred // 5
        if full and is_sound(draft.phonemes) and is_sound(phonemes):
            yield draft
            draft, prefix = _Draft(piece.start, "", [], style), ""
            phonemes, dropped = piece.spoken.phonemes, 0
        if count(prefix + phonemes) > limits.most:  # only punctuation is added, to one side or the other
            prefix, phonemes = ("", phonemes) if is_sound(phonemes) else (draft.phonemes, "")
        shift = len(prefix) - dropped
        draft.words += (replace(w, first=w.first + shift, last=w.last + shift) for w in piece.spoken.words)
        rest = _pause_after(text[max(0, piece.start - 400) : piece.start])
        if rest >= SENTENCE_PAUSE and is_sound(draft.phonemes) and is_sound(phonemes):
            draft.rests.append((len(prefix), rest / style.rate))
        draft.phonemes, draft.end = prefix + phonemes, piece.end
        new_line = _white_end(text[piece.start : piece.end]) != ""
    yield draft


def _prefix(before: str, after: str, new_line: bool) -> str:
    """What stands before `after` in one chunk; a line without punctuation ends like a sentence."""
    stop = "." if new_line and is_sound(after) and before and before[-1] not in PUNCTUATION else ""
    return f"{before}{stop}{beside(before, after)}" if after else before


def _too_many(before: str, after: str) -> int:
    """How much of the signs that `after` begins with is left out: all, where `before` ends in signs and it would be a long row."""
    ended = before[len(before.rstrip(_SIGNS)) :]
    begun = after[: len(after) - len(after.lstrip(_SIGNS))]
    return len(begun) if ended and is_long_row(ended + begun) else 0


def _white_end(text: str) -> str:
    """`\n` or SENTENCE when one of them is in the white space at the end of a text."""
    white = text[len(text.rstrip()) :]
    return "\n" if "\n" in white else SENTENCE if SENTENCE in white else ""


def _finished(document: Document, drafts: list[_Draft]) -> Iterator[Chunk]:
    start = 0
    for at, draft in enumerate(drafts, 1):
        last = at == len(drafts)
        end = len(document.source) if last else document.boundary(draft.end)
        natural = 0.0 if last else _pause_after(document.text[max(0, draft.end - 400) : draft.end]) / draft.style.rate
        pause = natural if draft.pause is None else draft.pause
        words = tuple(_in_source(document, draft.words))
        asked = draft.pause is not None
        style = draft.style
        rests = tuple(draft.rests)
        text = document.source[start:end]
        yield Chunk(text, start, draft.phonemes, pause, words, style.rate, style.gain, rests, asked)
        start = end


def _in_source(document: Document, words: list[Word]) -> Iterator[Word]:
    """The words with offsets of the source; those that one replacement is made of become one, in each chunk that says some of it."""
    current: Word | None = None
    for word in words:
        span = document.source_span(word.start, word.end)
        if current is not None and span[0] < current.end:
            current = Word(current.start, max(current.end, span[1]), current.first, word.last)
            continue
        if current is not None:
            yield current
        current = Word(*span, word.first, word.last) if span[0] < span[1] else None
    if current is not None:
        yield current


def _pause_after(text: str) -> float:
    line_end = _white_end(text)
    if line_end:
        return LINE_PAUSE if line_end == "\n" else SENTENCE_PAUSE
    ended = text.rstrip().rstrip(CLOSING)
    if ended.endswith(_STOPS):
        return SENTENCE_PAUSE
    return CLAUSE_PAUSE if ended.endswith(_LESSER_STOPS) else 0.0
