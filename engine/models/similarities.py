"""Similarities where Surprise's own division fails: undefined ones count as zero.

Surprise's ``cosine`` and ``pearson_baseline`` stop at a pair whose common values are all zero (or all equal
to the baseline), since the norm is zero there; its ``pearson`` calls such a similarity zero. So does this.
Same formulas otherwise (Surprise 1.1.5, ``similarities.pyx``), as sparse products.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


def common_cosine(
    deviations: sparse.csr_array, *, min_support: int, shrinkage: float | None = None
) -> NDArray[np.float64]:
    """Return cosines between the rows, each pair over the columns that both have, shape (rows, rows).

    Args:
        deviations: ratings (``cosine``) or ratings minus baseline (``pearson_baseline``); stored zeros count
            as values.
        min_support: pairs with fewer common columns get zero.
        shrinkage: multiplies by ``(n - 1) / (n - 1 + shrinkage)``, n the common columns; None does not.
    """
    present = deviations.copy()
    present.data = np.ones_like(present.data)
    support = (present @ present.T).toarray()
    squares = (deviations.power(2) @ present.T).toarray()
    norms = np.sqrt(squares * squares.T)
    products = (deviations @ deviations.T).toarray()
    defined = (norms > 0) & (support >= min_support)
    similarity: NDArray[np.float64] = np.divide(products, norms, out=np.zeros_like(products), where=defined)
    if shrinkage is not None:
        freedom = np.maximum(support - 1, 0)
        similarity *= np.divide(freedom, freedom + shrinkage, out=np.zeros_like(freedom), where=freedom + shrinkage > 0)
    np.fill_diagonal(similarity, 1.0)
    return similarity
