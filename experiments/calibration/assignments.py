"""Random assignments of the same units, thousands at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.errors import ExperimentError

_WORD = 64
_MOST_VARIANTS = 255


def draw_assignments(
    rng: np.random.Generator, replications: int, units: int, split: Sequence[float], *, exact: bool = False
) -> NDArray[np.uint8]:
    """Return a variant code for every unit in every replication, shape (replications, units).

    One replication after the other is drawn, so that several calls on one generator give what one call for all
    of them gives.

    Args:
        rng: where the draws come from.
        replications: how many assignments.
        units: how many units each.
        split: weight of each variant, any positive scale; a variant of weight 0 gets no unit.
        exact: whether every replication has the split's counts to the unit (by largest remainder), in random
            order; otherwise each unit is drawn on its own, as where units arrive one by one.

    Raises:
        ExperimentError: where the weights are not a split.
    """
    shares = _shares(split)
    if exact:
        codes = np.repeat(np.arange(len(shares), dtype=np.uint8), _counts(shares, units))
        return rng.permuted(np.broadcast_to(codes, (replications, units)), axis=1)
    if len(shares) == 2 and shares[0] == shares[1]:
        words = rng.integers(0, 2**_WORD, (replications, -(-units // _WORD)), dtype=np.uint64)
        return np.unpackbits(words.astype("<u8", copy=False).view(np.uint8), axis=1, count=units)
    draws = rng.integers(0, 2**32, (replications, units), dtype=np.uint32)
    codes = np.zeros((replications, units), dtype=np.uint8)
    # A draw passes as many edges as there are variants before its own; one of 2**32 is never passed.
    for edge in np.rint(np.cumsum(shares)[:-1] * 2**32):
        if edge < 2**32:
            codes += draws >= np.uint32(edge)
    return codes


def _shares(split: Sequence[float]) -> NDArray[np.float64]:
    weights = np.asarray(split, dtype=np.float64)
    fits = weights.ndim == 1 and 2 <= weights.size <= _MOST_VARIANTS
    if not fits or not np.isfinite(weights).all() or (weights < 0).any() or weights.sum() <= 0:
        raise ExperimentError(
            f"Split {list(split)} was given; expected 2 to {_MOST_VARIANTS} weights of 0 or more, not all 0."
        )
    return np.asarray(weights / weights.sum())


def _counts(shares: NDArray[np.float64], units: int) -> NDArray[np.int64]:
    """Return whole numbers near shares · units that sum to units: the largest remainders are rounded up."""
    wanted = shares * units
    counts = np.floor(wanted).astype(np.int64)
    most = np.argsort(counts - wanted, kind="stable")[: units - counts.sum()]
    counts[most] += 1
    return counts
