"""Cosine similarity of items, computed only for the pairs that are asked for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

CELLS_AT_ONCE = 8_000_000


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
    binary = sparse.csr_array((np.ones(seen.nnz), seen.indices, seen.indptr), shape=seen.shape)
    return unit_rows(sparse.csr_array(binary.T))


def similarity_blocks(
    unit: sparse.csr_array, items: NDArray[np.integer], others: NDArray[np.integer]
) -> Iterator[tuple[int, int, NDArray[np.float64]]]:
    """Yield ``(start, stop, cosines of items[start:stop] with others)``, each block of bounded size.

    Args:
        unit: unit rows, shape (items, features).
        items: distinct item codes, rows of the blocks.
        others: distinct item codes, columns of the blocks.
    """
    against = sparse.csc_array(unit[others].T)
    block = max(1, CELLS_AT_ONCE // max(1, len(others)))
    for start in range(0, len(items), block):
        stop = min(start + block, len(items))
        yield start, stop, (unit[items[start:stop]] @ against).toarray()


def pair_similarities(
    unit: sparse.csr_array, first: NDArray[np.integer], second: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Return the cosine of each pair of items, shape (pairs,)."""
    items, row = np.unique(first, return_inverse=True)
    others, column = np.unique(second, return_inverse=True)
    order = np.argsort(row, kind="stable")
    edges = np.searchsorted(row[order], np.arange(len(items) + 1))
    cosines = np.empty(len(first))
    for start, stop, block in similarity_blocks(unit, items, others):
        chosen = order[edges[start] : edges[stop]]
        cosines[chosen] = block[row[chosen] - start, column[chosen]]
    return cosines
