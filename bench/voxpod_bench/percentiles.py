"""Percentiles by nearest rank: every number in a table was really measured."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle, the slow end and the slowest of some values."""

    p50: float
    p95: float
    max: float


def spread(values: Sequence[float]) -> Spread:
    """The spread of at least one value."""
    return Spread(percentile(values, 50), percentile(values, 95), max(values))


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of the values do not exceed."""
    if not values:
        raise ValueError("no values: a percentile needs one")
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]
