"""The filter side of 1-D Winograd convolution: what `native/winograd.h` is for frames, for weights at pack time.

Points are in the same order as there: 0 when their number is odd, a, -a, b, -b, ..., infinity. In float64 throughout.
"""

import numpy as np
from numpy.typing import NDArray

ALGORITHMS: dict[int, tuple[int, tuple[float, ...]]] = {
    3: (8, (1.25, 0.8, 0.4, 2.5)),
    7: (12, (0.25, 0.5, 0.7, 0.9, 1.1, 1.5, 2.0, 4.0)),
    11: (10, (0.2, 0.4, 2 / 3, 0.8, 1.0, 1.25, 1.5, 2.5, 5.0)),
}
"""Taps -> outputs of a tile, and the positive points."""


def filter_transform(taps: int) -> NDArray[np.float64]:
    """G, [points, taps]: a filter's values at the points, scaled as `native/winograd.h` expects."""
    outputs, pairs = ALGORITHMS[taps]
    size = outputs + taps - 1
    points = [0.0] * (size % 2 == 0) + [sign * a for a in pairs for sign in (1.0, -1.0)]
    transform = np.zeros((size, taps))
    for row, point in enumerate([*points, None]):
        others = [p for p in points if p != point]
        # The rows of the input transform are divided by their largest coefficient; here it comes back.
        largest = np.abs(np.poly(others)).max()
        if point is None:
            transform[row, taps - 1] = largest
        else:
            transform[row] = [point**i * largest / np.prod([point - p for p in others]) for i in range(taps)]
    return transform


def transformed(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Filters [out, in, taps] -> [points, in, out]."""
    points: NDArray[np.float64] = np.einsum("pk,oik->pio", filter_transform(weight.shape[2]), weight, optimize=True)
    return points
