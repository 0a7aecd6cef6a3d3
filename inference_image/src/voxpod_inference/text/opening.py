"""The short piece that somebody who listens hears first: the begin of a text up to where it can be parted from the rest."""

from voxpod_inference.text.chunks import Chunk, cuts_of, ends_clause, parted
from voxpod_inference.text.links import cost_before, leads_on
from voxpod_inference.text.spoken import Word

LEAST, MOST = 11, 50
"""Phonemes of an opening: shorter ones a model says badly, and they are over before what follows is made; longer ones take
longer than a listener should wait for."""
_WORTH = 1.8
"""How many times as long as its opening a chunk is at least: the opening is said twice, which has to be worth it."""
_WITHIN_CLAUSE, _AT_ANY_WORD, _AFTER_LEADING = 6, 10, 16
"""Phonemes that a listener waits longer for, rather than hear a clause parted; on top of it one parted before a word that joins
nothing, and one parted after a word that leads on to the next."""


def opening_of(chunk: Chunk, language: str) -> Chunk | None:
    """The opening of a text whose first chunk this is; None where the chunk is short itself, or all of one word."""
    longest = min(MOST, len(chunk.phonemes) / _WORTH)
    cuts = [cut for cut in cuts_of(chunk) if LEAST <= cut[0] <= longest]
    best = min(cuts, key=lambda cut: _cost(chunk, cut, language), default=None)
    return None if best is None else parted(chunk, best)[0]


def _cost(chunk: Chunk, cut: tuple[int, int], language: str) -> float:
    phonemes, at = cut
    if ends_clause(chunk.phonemes[:phonemes]):
        return phonemes
    before = next((word for word in reversed(chunk.words) if word.end <= at), None)
    after = next((word for word in chunk.words if word.start >= at), None)
    cost = phonemes + _WITHIN_CLAUSE + _AT_ANY_WORD * cost_before(_written(chunk, after), language)
    return cost + _AFTER_LEADING * leads_on(_written(chunk, before), language)


def _written(chunk: Chunk, word: Word | None) -> str:
    return chunk.text[word.start - chunk.start : word.end - chunk.start] if word else ""
