"""The short pieces that somebody who listens hears first: the begin of a text, up to where it can be parted from the rest."""

from collections.abc import Callable

from voxpod_inference.text.chunks import Chunk, cuts_of, ends_clause, parted
from voxpod_inference.text.links import cost_before, parts_phrase
from voxpod_inference.text.spoken import Word

LEAST, MOST = 8, 50
"""Phonemes of an opening: shorter ones are over before what follows is made; longer ones take longer than a listener should wait
for."""
LEAST_OF = {"ja": 12, "zh": 16}
"""Where a syllable has four or five of them, with its tone."""
_WORTH = 1.8
"""How many times as long as its opening a chunk is at least: the opening is said twice, which has to be worth it."""
_WITHIN_CLAUSE, _AT_ANY_WORD, _WITHIN_PHRASE = 6.0, 10, 20
"""What it is worth in phonemes not to part a clause; on top of it not before a word that joins nothing, and not within a phrase."""


def opening_of(chunk: Chunk, language: str) -> tuple[Chunk, Chunk] | None:
    """The opening of a text whose first chunk this is, and the rest; None where the chunk is short itself, or all of one word."""
    longest = min(MOST, len(chunk.phonemes) / _WORTH)
    return _best(chunk, language, longest, lambda cut: cut[0] + _cost(chunk, cut, language))


def continuation_of(rest: Chunk, language: str, most: float) -> tuple[Chunk, Chunk] | None:
    """A piece of what follows an opening, of at most so many phonemes and rather many, and what follows that; None without one.

    Where it is parted counts for twice as much as in an opening: nobody waits for it yet.
    """
    return _best(rest, language, most, lambda cut: 2 * _cost(rest, cut, language) - cut[0])


def _best(
    chunk: Chunk, language: str, most: float, cost: Callable[[tuple[int, int]], float]
) -> tuple[Chunk, Chunk] | None:
    least = LEAST_OF.get(language, LEAST)
    best = min((cut for cut in cuts_of(chunk) if least <= cut[0] <= most), key=cost, default=None)
    return None if best is None else parted(chunk, best)


def _cost(chunk: Chunk, cut: tuple[int, int], language: str) -> float:
    """How bad it is to part it there, in phonemes that a listener waits longer for rather."""
    phonemes, at = cut
    if ends_clause(chunk.phonemes[:phonemes]):
        return 0.0
    before = _written(chunk, next((word for word in reversed(chunk.words) if word.end <= at), None))
    after = _written(chunk, next((word for word in chunk.words if word.start >= at), None))
    cost = _WITHIN_CLAUSE + _AT_ANY_WORD * cost_before(after, language)
    return cost + _WITHIN_PHRASE * parts_phrase(before, after, language)


def _written(chunk: Chunk, word: Word | None) -> str:
    return chunk.text[word.start - chunk.start : word.end - chunk.start] if word else ""
