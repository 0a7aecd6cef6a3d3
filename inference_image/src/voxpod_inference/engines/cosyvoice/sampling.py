"""Which speech token comes next: drawn among the likeliest, and again among all where it would repeat itself."""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

_SHARE, _MOST = 0.8, 25
"""Of the likeliest tokens so many are looked at: until they have this share of all probability, and no more than so many."""
_WINDOW = 10
"""A token that is among so many last ones is not taken a second time from the few: a model that repeats itself does not stop."""


def draw(scores: Scores, made: list[int], random: np.random.Generator) -> int:
    """One token by its score among all, [tokens]; minus infinity is never drawn."""
    token = _from_the_likeliest(scores, random)
    if token not in made[-_WINDOW:]:
        return token
    others = scores.copy()
    others[token] = -np.inf
    return int(random.choice(len(others), p=_shares(others)))


def _from_the_likeliest(scores: Scores, random: np.random.Generator) -> int:
    shares = _shares(scores)
    least = np.partition(shares, -_MOST)[-_MOST] if len(shares) > _MOST else 0.0
    top = np.flatnonzero(shares >= least)  # a fifth of the time that it takes to sort all 4,097
    order = top[np.argsort(-shares[top], kind="stable")[:_MOST]]
    before = np.cumsum(shares[order]) - shares[order]
    few = order[before < _SHARE]
    chosen = shares[few]
    return int(random.choice(few, p=chosen / chosen.sum()))


def _shares(scores: Scores) -> NDArray[np.float64]:
    shares = np.exp(scores.astype(np.float64) - scores.max())
    return np.asarray(shares / shares.sum())
