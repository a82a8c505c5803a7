"""Ranked lists as arrays: (users, k) item codes, -1 where a list is shorter than k."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.metrics.hits import PerUser, Ranked


def list_mean(values: NDArray[np.float64], ranked: Ranked) -> PerUser:
    """Return the mean of an item's value over each list, NaN for empty lists, shape (users,).

    Args:
        values: one value an item, shape (items,).
        ranked: item codes, shape (users, k).
    """
    shown = ranked >= 0
    return mean_where(np.where(shown, values[ranked], 0.0), shown)


def mean_where(values: NDArray[np.float64], there: NDArray[np.bool_]) -> PerUser:
    """Return the mean of each row's ``values`` that are ``there``, NaN where none is, shape (rows,)."""
    count = there.sum(axis=1)
    total = np.where(there, values, 0.0).sum(axis=1)
    mean: PerUser = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
    return mean


def list_matrix(ranked: Ranked, n_items: int) -> sparse.csr_array:
    """Return lists as a sparse (users, items) matrix of ones; the order within a list is lost."""
    shown = ranked >= 0
    rows = np.repeat(np.arange(len(ranked)), shown.sum(axis=1))
    matrix = sparse.csr_array(
        (np.ones(len(rows)), (rows, ranked[shown])), shape=(len(ranked), n_items), dtype=np.float64
    )
    matrix.sort_indices()
    return matrix


def exposure(ranked: Ranked, n_items: int) -> NDArray[np.int64]:
    """Return how many lists show each item, shape (items,)."""
    return np.bincount(ranked[ranked >= 0], minlength=n_items)
