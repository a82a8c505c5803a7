"""Cosine similarity of items, computed only for the pairs that are asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.metrics.hits import PerUser, Ranked
from engine.metrics.similarity_kernels import add_cosines_of_lists, add_cosines_with_histories
from engine.ordering import order_by


def unit_rows(features: sparse.csr_array) -> sparse.csr_array:
    """Return ``features`` (items, features) with every row scaled to length 1; empty rows stay empty."""
    length = np.sqrt((features * features).sum(axis=1))
    scale = np.divide(1.0, length, out=np.zeros(len(length)), where=length > 0)
    return sparse.csr_array(sparse.diags_array(scale) @ features)


def cooccurrence(seen: sparse.csr_array) -> sparse.csr_array:
    """Return items as unit rows over users, so that a product of two rows is their co-occurrence cosine.

    The cosine is the number of users with both items over the root of the product of their numbers of
    users (the default item similarity of the Microsoft recommenders' diversity metrics).

    Args:
        seen: stored entries mark what each user has, shape (users, items).
    """
    by_item = sparse.csc_array(seen)
    n_users = np.diff(by_item.indptr)
    value = 1 / np.sqrt(np.maximum(n_users, 1))
    return sparse.csr_array(
        (np.repeat(value, n_users), by_item.indices, by_item.indptr), shape=(seen.shape[1], seen.shape[0])
    )


def cosines_within_lists(ranked: Ranked, unit: sparse.csr_array) -> PerUser:
    """Return the sum of each list's cosines over its unordered pairs of different items, shape (lists,).

    Args:
        ranked: item codes, shape (lists, k); -1 where a list is shorter.
        unit: unit rows, shape (items, features).
    """
    owner, place = np.nonzero(ranked >= 0)
    ends, order = _grouped(ranked[owner, place], unit.shape[0])
    by_feature = sparse.csr_array(unit.T)
    # Only an item of a list can be the other one of a pair.
    by_feature.data[(np.diff(ends) == 0)[by_feature.indices]] = 0.0
    by_feature.eliminate_zeros()
    total = np.zeros(len(ranked))
    add_cosines_of_lists(
        *_arrays(unit),
        *_arrays(by_feature),
        ends,
        owner[order],
        np.ascontiguousarray(ranked, dtype=np.int32),
        np.zeros(unit.shape[0]),
        total,
    )
    return total


def cosines_with_histories(
    items: NDArray[np.integer], owners: NDArray[np.integer], history: sparse.csr_array, unit: sparse.csr_array
) -> NDArray[np.float64]:
    """Return the sum of each item's cosines with all that its owner had, shape (places,).

    Args:
        items: item codes, shape (places,).
        owners: whose, as rows of ``history``, shape (places,).
        history: stored entries mark what each owner had, shape (owners, items).
        unit: unit rows, shape (items, features).
    """
    ends, order = _grouped(items, unit.shape[0])
    total = np.zeros(len(items))
    add_cosines_with_histories(
        *_arrays(unit),
        *_arrays(sparse.csr_array(unit.T)),
        ends,
        owners[order].astype(np.int64),
        *_arrays(history)[:2],
        np.zeros(unit.shape[0]),
        total,
    )
    back = np.empty_like(total)
    back[order] = total
    return back


def _grouped(items: NDArray[np.integer], n_items: int) -> tuple[NDArray[np.int64], NDArray[np.integer]]:
    """Return places ordered by item: where each item's begin, one more than items, and the order."""
    counts = np.bincount(items, minlength=n_items)
    return np.concatenate([[0], np.cumsum(counts)]), order_by(items, n_items)


def _arrays(matrix: sparse.csr_array) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """Return pointers, column codes and values, each of one type, so that the loops are compiled once."""
    return (
        matrix.indptr.astype(np.int64, copy=False),
        matrix.indices.astype(np.int32, copy=False),
        matrix.data.astype(np.float64, copy=False),
    )
