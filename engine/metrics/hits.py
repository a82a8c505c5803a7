"""Where a ranked list meets the relevant items: what every ranking metric starts from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.compiled import compiled

Ranked = NDArray[np.integer]
PerUser = NDArray[np.float64]


def hits(ranked: Ranked, relevant: sparse.csr_array) -> NDArray[np.bool_]:
    """Return whether each recommended item is relevant, shape (users, k).

    Args:
        ranked: item codes, best first, shape (users, k); -1 where a list is shorter than k.
        relevant: stored entries mark relevant items, shape (users, items); row r belongs to row r of
            ``ranked``.
    """
    found = np.zeros(ranked.shape, dtype=np.bool_)
    _find(
        np.ascontiguousarray(ranked, dtype=np.int32),
        relevant.indptr.astype(np.int64, copy=False),
        relevant.indices.astype(np.int32, copy=False),
        np.zeros(relevant.shape[1], dtype=np.bool_),
        found,
    )
    return found


@compiled
def _find(ranked, ends, items, wanted, found):  # type: ignore[no-untyped-def]
    """Mark in ``found`` where row r of ``ranked`` names one of ``items[ends[r]:ends[r + 1]]``.

    ``wanted``, one place an item, is false before and after.
    """
    for row in range(len(ranked)):
        own = items[ends[row] : ends[row + 1]]
        for item in own:
            wanted[item] = True
        for place in range(ranked.shape[1]):
            item = ranked[row, place]
            found[row, place] = item >= 0 and wanted[item]
        for item in own:
            wanted[item] = False


def n_relevant(relevant: sparse.csr_array) -> PerUser:
    """Return how many items are relevant to each user, NaN where none is, shape (users,).

    trec_eval leaves out queries without a relevant document; NaN makes every ranking metric do the same.
    """
    count = np.diff(relevant.indptr).astype(np.float64)
    return np.where(count > 0, count, np.nan)


def where_relevant(values: NDArray[np.generic], relevant: sparse.csr_array) -> PerUser:
    """Return ``values`` as floats, NaN for users to whom nothing is relevant, shape (users,)."""
    return np.where(np.diff(relevant.indptr) > 0, values.astype(np.float64), np.nan)
