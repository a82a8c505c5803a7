"""Where a ranked list meets the relevant items: what every ranking metric starts from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Ranked = NDArray[np.integer]
PerUser = NDArray[np.float64]


def hits(ranked: Ranked, relevant: sparse.csr_array) -> NDArray[np.bool_]:
    """Return whether each recommended item is relevant, shape (users, k).

    Args:
        ranked: item codes, best first, shape (users, k); -1 where a list is shorter than k.
        relevant: stored entries mark relevant items, shape (users, items); row r belongs to row r of
            ``ranked``.
    """
    n_users, n_items = relevant.shape
    row_of_entry = np.repeat(np.arange(n_users), np.diff(relevant.indptr))
    keys = np.sort(row_of_entry * n_items + relevant.indices)
    asked = np.arange(n_users)[:, None] * n_items + ranked
    if len(keys) == 0:
        return np.zeros(ranked.shape, dtype=bool)
    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    found: NDArray[np.bool_] = (keys[place] == asked) & (ranked >= 0)
    return found


def n_relevant(relevant: sparse.csr_array) -> PerUser:
    """Return how many items are relevant to each user, NaN where none is, shape (users,).

    trec_eval leaves out queries without a relevant document; NaN makes every ranking metric do the same.
    """
    count = np.diff(relevant.indptr).astype(np.float64)
    return np.where(count > 0, count, np.nan)


def where_relevant(values: NDArray[np.generic], relevant: sparse.csr_array) -> PerUser:
    """Return ``values`` as floats, NaN for users to whom nothing is relevant, shape (users,)."""
    return np.where(np.diff(relevant.indptr) > 0, values.astype(np.float64), np.nan)
