"""EASE: the linear model of items that foretells each from all others, in closed form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg.lapack import dpotrf, dpotri

from engine.errors import ModelError
from engine.models.attributes import attributes
from engine.models.few_rows import few_rows
from engine.models.linear import LinearModel, require_comparable
from engine.models.params import Value
from engine.models.products import gram_of
from engine.preferences import Preferences

_ITEMS_A_ROW = 4


class Ease(LinearModel):
    """Each item foretold from the user's other items (Steck 2019, "Embarrassingly shallow autoencoders", WWW).

    With ``attribute_weight`` above 0, items that share a genre, a brand or another attribute count as chosen
    together: the attributes enter as further rows (Jeunen, Van Balen & Goethals 2020, "Closed-form models for
    collaborative filtering with side-information", RecSys, section 3.1).

    Where there are four items or more to a row, the weights are never formed items by items (`FewRows`): a log of
    few people and many items needs neither the time nor the memory.
    """

    def __init__(self, params: Mapping[str, Value], _seed: int = 0) -> None:
        self.weighted = bool(params["weighted"])
        self.penalty: Any = params["penalty"]
        self.attribute_weight: Any = params["attribute_weight"]

    def fit(self, train: Preferences) -> Self:
        """Solve for the weights.

        Raises:
            ModelError: where there is nothing to learn from, or too many items to compare.
        """
        rows = self._learn_from(train)
        unit = mean_square(rows)
        known = attributes(train).matrix[self.codes] if self.attribute_weight > 0 else _nothing(len(self.codes))
        more, penalty = self.attribute_weight**2 * unit, self.penalty * unit
        # Rows of zeros teach nothing.
        used = np.flatnonzero(train.user_items)
        if _ITEMS_A_ROW * (len(used) + known.shape[1]) <= len(self.codes):
            every = sparse.csr_array(sparse.vstack([rows[used], np.sqrt(more) * known.T]))
            self.weights = few_rows(every, ridge_inverse(gram_of(sparse.csr_array(every.T)), penalty))
            return self
        require_comparable("EASE", len(self.codes), "items")
        gram = gram_of(rows)
        if self.attribute_weight > 0:
            gram += more * (known @ known.T).toarray()
        self.weights = closed_form(gram, penalty)
        return self


def _nothing(n_items: int) -> sparse.csr_array:
    return sparse.csr_array((n_items, 0))


def closed_form(gram: NDArray[np.float64], penalty: float) -> NDArray[np.float64]:
    """Return the weights ``B`` with zero diagonal that minimise ``|X - XB|² + penalty |B|²``.

    With ``P = (gram + penalty I)⁻¹``, ``B_ij = -P_ij / P_jj`` off the diagonal (Steck 2019, eq. 8).

    Args:
        gram: ``XᵀX``, shape (n, n); overwritten.
        penalty: above 0.

    Raises:
        ModelError: where the matrix cannot be inverted in floating point.
    """
    weights = ridge_inverse(gram, penalty)
    weights /= -np.diag(weights)
    np.fill_diagonal(weights, 0.0)
    return weights


def ridge_inverse(gram: NDArray[np.float64], penalty: float) -> NDArray[np.float64]:
    """Return ``(gram + penalty I)⁻¹`` of a positive semidefinite ``gram``, by Cholesky; ``gram`` is overwritten.

    Raises:
        ModelError: where the matrix cannot be inverted in floating point.
    """
    gram[np.diag_indices_from(gram)] += penalty
    factor, failed = dpotrf(gram.T, lower=1, overwrite_a=1)  # symmetric, and its transpose lies as LAPACK wants it
    lower, failed_too = dpotri(factor, lower=1, overwrite_c=1)
    if failed or failed_too:
        raise ModelError("EASE could not solve for its weights on this data. Give a higher penalty.")
    inverse: NDArray[np.float64] = np.triu(lower.T)
    inverse += np.triu(inverse, 1).T
    return inverse


def mean_square(rows: sparse.csr_array) -> float:
    """Return the mean square of what is stored, the unit penalties are counted in; 1 where all is zero."""
    return float(np.mean(rows.data**2)) or 1.0
