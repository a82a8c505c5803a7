"""User-item pairs as a sparse matrix of ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.dataset import Dataset
from engine.ordering import distinct


def seen_items(dataset: Dataset, rows: NDArray[np.bool_] | None = None) -> sparse.csr_array:
    """Return what each user had in ``rows`` (all by default), whatever the event, shape (users, items).

    Stored entries, all 1, mark the pairs.
    """
    chosen = slice(None) if rows is None else rows
    pairs = dataset.interactions["user"].to_numpy()[chosen].astype(np.int64)
    pairs *= dataset.n_items
    pairs += dataset.interactions["item"].to_numpy()[chosen]
    return pair_matrix(distinct(pairs), dataset.n_users, dataset.n_items)


def pair_keys(matrix: sparse.csr_array) -> NDArray[np.int64]:
    """Return each stored entry as ``row * columns + column``, in the order they are stored."""
    keys = np.repeat(np.arange(matrix.shape[0]) * matrix.shape[1], np.diff(matrix.indptr))
    keys += matrix.indices
    return keys


def among(pairs: NDArray[np.int64], sorted_pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of ``pairs`` are in ``sorted_pairs``, of the shape of ``pairs``."""
    if len(sorted_pairs) == 0:
        return np.zeros(pairs.shape, dtype=bool)
    place = np.searchsorted(sorted_pairs, pairs)
    np.minimum(place, len(sorted_pairs) - 1, out=place)
    found: NDArray[np.bool_] = sorted_pairs[place] == pairs
    return found


def pair_matrix(pairs: NDArray[np.int64], n_users: int, n_items: int) -> sparse.csr_array:
    """Return sorted, distinct ``user * n_items + item`` as a (users, items) matrix of ones."""
    ends = np.searchsorted(pairs, np.arange(n_users + 1) * n_items)
    return sparse.csr_array((np.ones(len(pairs)), pairs % n_items, ends), shape=(n_users, n_items))
