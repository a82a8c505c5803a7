"""Items' kinds in rows of equal length, so that a slate's mix is looked up instead of multiplied out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Kinds:
    """Which kinds each item belongs to.

    Attributes:
        codes: kinds of each item, shape (items, most kinds of an item); ``n_kinds``, a kind of nothing, where an
            item has fewer.
        shares: how much of the item belongs to each, adding up to 1 or, where it has no kind, to 0; same shape.
        n_kinds: number of kinds.
    """

    codes: NDArray[np.int64]
    shares: Array
    n_kinds: int

    @classmethod
    def of(cls, shares: sparse.csr_array) -> Self:
        """Return the kinds of a matrix of shares, shape (items, kinds)."""
        n_items, n_kinds = shares.shape
        counts = np.diff(shares.indptr)
        most = max(int(counts.max(initial=0)), 1)
        codes = np.full((n_items, most), n_kinds, dtype=np.int64)
        weights = np.zeros((n_items, most))
        rows = np.repeat(np.arange(n_items), counts)
        columns = np.arange(len(rows)) - np.repeat(shares.indptr[:-1], counts)
        codes[rows, columns] = shares.indices
        weights[rows, columns] = shares.data
        return cls(codes=codes, shares=weights, n_kinds=n_kinds)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether each item has a kind, shape (items,)."""
        return np.asarray(self.shares.sum(axis=1) > 0)


class Mix:
    """The kinds of what is chosen so far in each row of a pool, added up place by place."""

    def __init__(self, kinds: Kinds, items: NDArray[np.integer]) -> None:
        candidates = np.maximum(items, 0)
        self.codes = kinds.codes[candidates]
        self.shares = kinds.shares[candidates]
        self.sums = np.zeros((len(items), kinds.n_kinds + 1))
        self._rows = np.arange(len(items))

    def add(self, columns: NDArray[np.int64] | None, weights: Array | None = None) -> None:
        """Count the candidate in each row's column as chosen; nothing where None.

        Args:
            columns: shape (rows,).
            weights: what each candidate adds to each of its kinds, shape (rows, candidates, kinds of an item);
                its shares when None.
        """
        if columns is None:
            return
        added = (self.shares if weights is None else weights)[self._rows, columns]
        self.sums[self._rows[:, None], self.codes[self._rows, columns]] += added

    def at_candidates(self, table: Array) -> Array:
        """Return the cells of ``table`` (rows, kinds + 1) of every candidate's kinds, shaped like ``shares``."""
        return np.asarray(table[self._rows[:, None, None], self.codes])
