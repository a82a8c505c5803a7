"""EASE's weights where far fewer rows than items stand behind them: the same figures, nothing items by items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.models.products import dense_product

_CELLS = 4_000_000


@dataclass(frozen=True)
class FewRows:
    """The zero-diagonal weights ``B`` of Steck 2019 (eq. 8), by the identity of Woodbury.

    With ``M = (XXᵀ + penalty I)⁻¹`` and ``G = XᵀMX``, ``(XᵀX + penalty I)⁻¹ = (I - G) / penalty`` (Golub & Van
    Loan 2013, "Matrix computations", eq. 2.1.4), so ``B_ij = G_ij / (1 - G_jj)`` off the diagonal. A score needs
    products with ``X`` and ``M`` only.

    Attributes:
        by_item: ``Xᵀ``, shape (items, rows).
        inverse: ``M``, shape (rows, rows).
        own: the diagonal of ``G``, each below 1, shape (items,).
    """

    by_item: sparse.csr_array
    inverse: NDArray[np.float64]
    own: NDArray[np.float64]

    def scores(self, chosen: sparse.csr_array) -> NDArray[np.float64]:
        """Return ``chosen @ B``, shape (users, items), of ``chosen``, shape (users, items)."""
        towards = dense_product(chosen, self.by_item) @ self.inverse
        scores = np.ascontiguousarray((self.by_item @ towards.T).T)
        row = np.repeat(np.arange(chosen.shape[0]), np.diff(chosen.indptr))
        scores[row, chosen.indices] -= chosen.data * self.own[chosen.indices]
        scores /= 1 - self.own
        return scores

    def towards(self, places: NDArray[np.integer], place: int) -> NDArray[np.float64]:
        """Return the weights from ``places`` to ``place``, shape (places,)."""
        column = self.by_item[places] @ (self.inverse @ self.by_item[[place]].toarray()[0])
        weights: NDArray[np.float64] = np.where(places == place, 0.0, column / (1 - self.own[place]))
        return weights


def few_rows(rows: sparse.csr_array, inverse: NDArray[np.float64]) -> FewRows:
    """Return the weights that foretell each column of ``rows`` from all others.

    Args:
        rows: ``X``, shape (rows, items).
        inverse: ``(XXᵀ + penalty I)⁻¹``, shape (rows, rows).
    """
    by_item = sparse.csr_array(rows.T)
    own = np.empty(by_item.shape[0])
    block = max(1, _CELLS // max(1, len(inverse)))
    for start in range(0, len(own), block):
        part = by_item[start : start + block]
        row = np.repeat(np.arange(part.shape[0]), np.diff(part.indptr))
        across = dense_product(part, inverse)[row, part.indices]
        own[start : start + block] = np.bincount(row, part.data * across, part.shape[0])
    return FewRows(by_item, inverse, own)
