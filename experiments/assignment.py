"""Who sees what: the random split of units over variants."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.errors import ExperimentError
from engine.noise import uniform


def assign(keys: NDArray[np.integer], split: Sequence[float], seed: int) -> NDArray[np.int64]:
    """Return each unit's variant code, drawn independently with the weights of ``split``, shape (units,).

    Each unit's draw is its own: it does not change when other units come or go, so a unit keeps its variant
    as an experiment grows. Counts vary by chance around the split, as they do where units arrive one by one.

    Args:
        keys: what a unit's luck is drawn by, shape (units,).
        split: weight of each variant, any scale; a variant of weight 0 gets no unit.
        seed: any integer; the same seed gives the same assignment.

    Raises:
        ExperimentError: where the weights are not a split.
    """
    return np.searchsorted(_edges(split), uniform(seed, "assignment", keys), side="right").astype(np.int64)


def mirrored(keys: NDArray[np.integer], split: Sequence[float], seed: int) -> NDArray[np.int64]:
    """Return the assignment and its mirror images, one a variant with units, shape (variants, units).

    Every draw is moved on by an equal step around the circle, so each image keeps the split. Where the split is
    even a unit is in each variant exactly once.

    Args:
        keys: as ``assign`` takes them, like the next two.
        split: weight of each variant.
        seed: any integer; the first row is ``assign`` with the same seed.

    Raises:
        ExperimentError: where the weights are not a split.
    """
    edges = _edges(split)
    steps = np.arange(np.count_nonzero(split)) / np.count_nonzero(split)
    moved = (uniform(seed, "assignment", keys) + steps[:, None]) % 1.0
    return np.searchsorted(edges, moved, side="right").astype(np.int64)


def _edges(split: Sequence[float]) -> NDArray[np.float64]:
    """Return the upper end of each variant's part of the unit interval."""
    weights = np.asarray(split, dtype=np.float64)
    if weights.ndim != 1 or not weights.size or (weights < 0).any() or not 0 < weights.sum() < np.inf:
        raise ExperimentError(f"Split {list(split)} was given; weights are 0 or more, and not all 0.")
    edges: NDArray[np.float64] = np.cumsum(weights) / weights.sum()
    edges[np.flatnonzero(weights)[-1] :] = 1.0
    return edges
