"""Homogenisation: do similar users consume more of the same than their tastes ask for?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]

_BLOCK = 512  # rows of cosines at once; bounds the memory


def most_similar(taste: Array) -> NDArray[np.int64]:
    """Return for each unit the other unit whose taste has the highest cosine with its own, shape (units,)."""
    length = np.linalg.norm(taste, axis=1, keepdims=True)
    unit = taste / np.maximum(length, 1e-12)
    partner = np.empty(len(taste), dtype=np.int64)
    for start in range(0, len(taste), _BLOCK):
        cosine = unit[start : start + _BLOCK] @ unit.T
        rows = np.arange(len(cosine))
        cosine[rows, start + rows] = -np.inf
        partner[start : start + _BLOCK] = cosine.argmax(axis=1)
    return partner


def overlap(had: sparse.csr_array, partner: NDArray[np.int64]) -> Array:
    """Return the Jaccard index of what each unit and its partner had, shape (units,).

    Chaney, Stewart & Engelhardt 2018 ("How algorithmic confounding in recommendation systems increases
    homogeneity and decreases utility", RecSys, section 4): homogenisation is this, less the same where the
    ideal recommender, which knows the true preferences, chose.

    Args:
        had: ones where a unit had an item, shape (units, items).
        partner: each unit's most similar unit.

    Returns:
        NaN where neither had anything.
    """
    both = np.asarray(had.multiply(had[partner]).sum(axis=1), dtype=np.float64)
    count = np.asarray(had.sum(axis=1), dtype=np.float64)
    either = count + count[partner] - both
    return np.asarray(np.divide(both, either, out=np.full(len(both), np.nan), where=either > 0))
