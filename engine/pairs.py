"""User-item pairs as a sparse matrix of ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.dataset import Dataset


def seen_items(dataset: Dataset, rows: NDArray[np.bool_] | None = None) -> sparse.csr_array:
    """Return what each user had in ``rows`` (all by default), whatever the event, shape (users, items).

    Stored entries, all 1, mark the pairs.
    """
    part = dataset.interactions if rows is None else dataset.interactions.loc[rows]
    pairs = np.unique(part["user"].to_numpy(np.int64) * dataset.n_items + part["item"].to_numpy(np.int64))
    return pair_matrix(pairs, dataset.n_users, dataset.n_items)


def pair_matrix(pairs: NDArray[np.int64], n_users: int, n_items: int) -> sparse.csr_array:
    """Return sorted, distinct ``user * n_items + item`` as a (users, items) matrix of ones."""
    ends = np.searchsorted(pairs, np.arange(n_users + 1) * n_items)
    return sparse.csr_array((np.ones(len(pairs)), pairs % n_items, ends), shape=(n_users, n_items))
