"""Sets of unit-item pairs as sorted integers: what has been seen, without a units-by-items table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.world import kernel

Pairs = NDArray[np.int64]


def pairs_of(units: NDArray[np.integer], items: NDArray[np.integer], n_items: int) -> Pairs:
    """Return one integer a pair, ``unit x n_items + item``, of the broadcast shape."""
    return np.asarray(units, dtype=np.int64) * n_items + items


def contains(seen: Pairs, pairs: Pairs) -> NDArray[np.bool_]:
    """Return whether each of ``pairs`` (any shape) is among ``seen`` (sorted)."""
    if not len(seen):
        return np.zeros(pairs.shape, dtype=bool)
    place = np.minimum(np.searchsorted(seen, pairs), len(seen) - 1)
    return np.asarray(seen[place] == pairs)


def added(seen: Pairs, pairs: Pairs) -> Pairs:
    """Return ``seen`` (sorted) with ``pairs`` (not yet among them), sorted."""
    if not len(pairs):
        return seen
    merged = np.empty(len(seen) + len(pairs), dtype=np.int64)
    kernel.merge_sorted(seen, np.sort(pairs), merged)
    return merged


def as_matrix(seen: Pairs, n_units: int, n_items: int) -> sparse.csr_array:
    """Return sorted pairs as a (units, items) matrix with a one for each."""
    starts = np.searchsorted(seen, np.arange(n_units + 1, dtype=np.int64) * n_items)
    ones = np.ones(len(seen), dtype=np.float64)
    return sparse.csr_array((ones, seen % n_items, starts), shape=(n_units, n_items))


def first_unseen(
    seen: Pairs, units: NDArray[np.integer], candidates: NDArray[np.integer], n_items: int, k: int
) -> NDArray[np.int32]:
    """Return the first ``k`` candidates of each row its unit has not had; -1 where fewer are left.

    Args:
        seen: what units had, sorted.
        units: unit codes, shape (n,).
        candidates: item codes, best first, -1 for none, shape (n, depth).
        n_items: size of the catalogue.
        k: items wanted.
    """
    slates = np.empty((len(candidates), k), dtype=np.int32)
    rows = np.ascontiguousarray(candidates, dtype=np.int32)
    kernel.first_unseen(seen, n_items, np.asarray(units, dtype=np.int64), rows, slates)
    return slates


def first_fresh(candidates: NDArray[np.integer], fresh: NDArray[np.bool_], k: int) -> NDArray[np.int32]:
    """Return the first ``k`` candidates of each row that are ``fresh``, in order; -1 where fewer are left."""
    place = np.cumsum(fresh, axis=1)
    row, column = np.nonzero(fresh & (place <= k))
    slates = np.full((len(candidates), k), -1, dtype=np.int32)
    slates[row, place[row, column] - 1] = candidates[row, column]
    return slates
