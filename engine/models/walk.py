"""Ratings arranged for the walk over similar users (or items), from the most similar down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Walk:
    """Ratings as the walk over similar x reads them: CSR over (known x, y), y by ascending number of ratings.

    Attributes:
        indptr: row pointers of the known x, shape (known x + 1,).
        ranks: y of each rating, ascending in a row, uint32.
        deviation: what the rating contributes.
        codes: y of each rank.
    """

    indptr: NDArray[np.int64]
    ranks: NDArray[np.uint32]
    deviation: NDArray[np.float64]
    codes: NDArray[np.int64]


def arrange(
    place: NDArray[np.integer], n_x: int, y: NDArray[np.integer], n_y: int, deviation: NDArray[np.float64]
) -> Walk:
    """Arrange ratings by ``place`` among the ``n_x`` known x and by ``y`` below ``n_y``."""
    codes = np.argsort(np.bincount(y, minlength=n_y), kind="stable")
    rank = np.empty(n_y, dtype=np.uint32)
    rank[codes] = np.arange(n_y, dtype=np.uint32)
    order = np.lexsort((rank[y], place))
    return Walk(np.cumsum(np.bincount(place + 1, minlength=n_x + 1)), rank[y][order], deviation[order], codes)
