"""Products of sparse matrices that are wanted dense: scores of many users at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.models.kernels import add_dense_rows, add_sparse_rows
from engine.models.threads import share_rows

_ROWS_A_THREAD = 64
_IN_ORDER = np.zeros(0, dtype=np.int64)


def gram_of(rows: sparse.csr_array) -> NDArray[np.float64]:
    """Return ``rowsᵀ rows`` as an array, shape (columns, columns)."""
    return dense_product(sparse.csr_array(rows.T), rows)


def dense_product(
    left: sparse.csr_array,
    right: sparse.csr_array | NDArray[np.float64],
    *,
    columns: NDArray[np.integer] | None = None,
    width: int | None = None,
) -> NDArray[np.float64]:
    """Return ``left @ right`` as an array, without the sparse product that scipy would build first.

    Args:
        left: shape (rows, inner).
        right: shape (inner, columns).
        columns: where each column of ``right`` goes in the result; in order where left out.
        width: columns of the result; those that nothing goes to are zero. As many as ``right`` has where left out.

    Returns:
        Shape (rows, width).
    """
    width = right.shape[1] if width is None else width
    if isinstance(right, np.ndarray):
        return spread(_times_array(left, right), columns, width)
    places = _IN_ORDER if columns is None else columns.astype(np.int64, copy=False)
    product = np.zeros((left.shape[0], width))
    weights, rows = (left.indices, left.data), (right.indptr, right.indices, right.data)

    def add(start: int, end: int) -> None:
        add_sparse_rows(left.indptr[start : end + 1], *weights, *rows, places, product[start:end])

    share_rows(left.shape[0], add, fewest=_ROWS_A_THREAD)
    return product


def _times_array(left: sparse.csr_array, right: NDArray[np.float64]) -> NDArray[np.float64]:
    product = np.zeros((left.shape[0], right.shape[1]))
    rows = np.ascontiguousarray(right)

    def add(start: int, end: int) -> None:
        add_dense_rows(left.indptr[start : end + 1], left.indices, left.data, rows, product[start:end])

    share_rows(left.shape[0], add, fewest=_ROWS_A_THREAD)
    return product


def spread(product: NDArray[np.float64], columns: NDArray[np.integer] | None, width: int) -> NDArray[np.float64]:
    """Put columns where they go in an array of ``width`` columns; all other cells are zero."""
    if columns is None and product.shape[1] == width:
        return product
    wide = np.zeros((len(product), width))
    wide[:, slice(product.shape[1]) if columns is None else columns] = product
    return wide
