"""Putting rows in order by their codes, several times faster than a general sort does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


def order_by(codes: NDArray[np.integer], n_codes: int) -> NDArray[np.integer]:
    """Return the stable order that sorts ``codes``, each from 0 to ``n_codes - 1``, shape (rows,).

    A counting sort: a matrix with one entry a row, turned from rows into columns, lists the rows of each code in
    the order they came.

    Raises:
        ValueError: a code is out of range; SciPy would write where it must not.
    """
    rows = len(codes)
    if rows and not 0 <= codes.min() <= codes.max() < n_codes:
        raise ValueError(f"codes must be from 0 to {n_codes - 1}; they are from {codes.min()} to {codes.max()}")
    one_each = (np.zeros(rows, dtype=np.int8), codes, np.arange(rows + 1, dtype=np.int64))
    by_code = sparse.csr_array(one_each, shape=(rows, n_codes)).tocsc()
    order: NDArray[np.integer] = by_code.indices
    return order


def order_by_pair(
    user: NDArray[np.integer], item: NDArray[np.integer], n_users: int, n_items: int
) -> NDArray[np.integer]:
    """Return the stable order that sorts rows by user, then by item, shape (rows,)."""
    bits = len(user).bit_length()
    if n_users * n_items < 2 ** (63 - bits):
        # Pair and row in one number: sorting these is several times faster than an indirect sort.
        keys = user.astype(np.int64)
        keys *= n_items
        keys += item
        keys <<= bits
        keys += np.arange(len(keys))
        keys.sort()
        keys &= (1 << bits) - 1
        return keys
    return np.lexsort((item, user))


def starts_of_runs(*sorted_codes: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Return where sorted rows differ from the row before in any of their codes, shape (rows,); the first does."""
    starts = np.ones(len(sorted_codes[0]), dtype=bool)
    starts[1:] = False
    for codes in sorted_codes:
        starts[1:] |= codes[1:] != codes[:-1]
    return starts


def distinct(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the distinct ``keys`` in ascending order; ``keys`` themselves are sorted in place.

    As ``numpy.unique`` does, which since NumPy 2.3 goes through a hash table and takes many times longer.
    """
    keys.sort()
    return keys[starts_of_runs(keys)]
