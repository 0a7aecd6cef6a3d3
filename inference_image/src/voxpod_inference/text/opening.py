"""The short piece that somebody who listens hears first, cut off the begin of a text where a reader would pause."""

from voxpod_inference.text.chunks import Chunk, cuts_of, ends_clause, parted

LEAST, MOST = 20, 70
"""Phonemes of an opening: shorter ones a model says badly, and they are over before what follows is made; longer ones take
longer than a listener should wait for (30 take a third of a second of a core, 100 a second)."""
_WORTH = 1.6
"""How many times as long as its opening a chunk is at least: the opening is said twice, which has to be worth it."""


def opening_of(chunk: Chunk) -> Chunk | None:
    """The opening of a text whose first chunk this is; None where the chunk is short itself, or has no place to pause."""
    longest = min(MOST, len(chunk.phonemes) / _WORTH)
    for cut in cuts_of(chunk):
        if LEAST <= cut[0] <= longest and ends_clause(chunk.phonemes[: cut[0]]):
            return parted(chunk, cut)[0]
    return None
