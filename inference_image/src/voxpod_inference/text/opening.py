"""The short piece that somebody who listens hears first: the begin of a text up to where it can be parted from the rest."""

from voxpod_inference.text.chunks import Chunk, cuts_of, ends_clause, parted
from voxpod_inference.text.links import cost_before

LEAST, MOST = 18, 70
"""Phonemes of an opening: shorter ones a model says badly, and they are over before what follows is made; longer ones take
longer than a listener should wait for."""
_WORTH = 1.6
"""How many times as long as its opening a chunk is at least: the opening is said twice, which has to be worth it."""
_WITHIN_CLAUSE, _AT_ANY_WORD = 8, 16
"""Phonemes that a listener waits longer for, rather than hear a clause parted; and on top of it one parted before a word that
joins nothing."""


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
    next_word = next((word for word in chunk.words if word.start >= at), None)
    written = chunk.text[next_word.start - chunk.start : next_word.end - chunk.start] if next_word else ""
    return phonemes + _WITHIN_CLAUSE + _AT_ANY_WORD * cost_before(written, language)
