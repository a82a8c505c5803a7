"""ALS: hidden traits of users and items from what was chosen, each choice a matter of confidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.models.checks import require_finite
from engine.models.histories import HistoryModel, choices
from engine.models.params import Value
from engine.preferences import Preferences

CELLS_AT_ONCE = 20_000_000


class Als(HistoryModel):
    """Alternating least squares by the ``implicit`` library (Hu, Koren & Volinsky 2008, ICDM).

    Every pair is taught as chosen (1) or not (0); the confidence in a choice is ``alpha`` times its value, in
    the rest 1. A user's factors are the exact solution given the items', so users who come later get theirs
    the same way.

    Attributes:
        codes: codes of the items with a training pair, ascending; all others score 0.
        user_factors: shape (users, factors); zeros where a user has no training pair.
        item_factors: shape (codes, factors): of a million items, only those that anybody chose take memory.
    """

    codes: NDArray[np.int64]
    user_factors: NDArray[np.float64]
    item_factors: NDArray[np.float64]

    def __init__(self, params: Mapping[str, Value], seed: int) -> None:
        self.factors: Any = params["factors"]
        self.regularization: Any = params["regularization"]
        self.alpha: Any = params["alpha"]
        self.iterations: Any = params["iterations"]
        self.weighted = bool(params["weighted"])
        self.seed = seed

    def fit(self, train: Preferences) -> Self:
        """Alternate between users and items.

        Raises:
            ModelError: where there is nothing to learn from.
        """
        from implicit.cpu.als import AlternatingLeastSquares
        from threadpoolctl import threadpool_limits

        self._remember(train)
        self.codes = np.flatnonzero(train.item_users)
        with threadpool_limits(1, "blas"):  # the library has threads of its own
            model = AlternatingLeastSquares(
                factors=self.factors,
                regularization=self.regularization,
                iterations=self.iterations,
                random_state=self.seed % 2**32,
            )
            model.fit(sparse.csr_matrix(self._confidence(train)), show_progress=False)
        self.item_factors = np.asarray(model.item_factors, dtype=np.float64)
        require_finite("ALS", self.item_factors)
        self.user_factors = self._factors_of(self.histories)
        return self

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return scores of every item for users of the training data, shape (len(users), items)."""
        users = np.asarray(users)
        scores = self._products(self.user_factors[users])
        scores[self.histories.user_items[users] == 0] = self.popularity
        return scores

    def contributions(self, user: int, item: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return what each item of the user's history adds to the score of ``item``: codes and amounts.

        The score is ``sum over j of c_j y_itemᵀ W y_j`` with W the inverse of the user's normal equations
        (Hu, Koren & Volinsky 2008, section 5).
        """
        confidence = self._confidence(self.histories.of_users(np.array([user])))
        had = self.codes[confidence.indices].astype(np.int32)
        place = np.searchsorted(self.codes, item)
        if place == len(self.codes) or self.codes[place] != item:
            return had, np.zeros(len(had))
        towards = np.linalg.solve(self._normal(confidence)[0], self.item_factors[place])
        return had, confidence.data * (self.item_factors[confidence.indices] @ towards)

    def _confidence(self, pairs: Preferences) -> sparse.csr_array:
        """Return the confidence in each choice among ``codes``, shape (users, codes)."""
        confidence: sparse.csr_array = self.alpha * choices(pairs, weighted=self.weighted)[:, self.codes]
        confidence.data = np.maximum(confidence.data, 0.0)
        confidence.eliminate_zeros()
        return confidence

    def _scores(self, new: Preferences) -> NDArray[np.float64]:
        return self._products(self._factors_of(new))

    def _products(self, user_factors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return each user's products with every item of the catalogue, shape (users, items)."""
        products: NDArray[np.float64] = user_factors @ self.item_factors.T
        if len(self.codes) == self.histories.n_items:
            return products
        scores = np.zeros((len(products), self.histories.n_items))
        scores[:, self.codes] = products
        return scores

    def _factors_of(self, pairs: Preferences) -> NDArray[np.float64]:
        """Return each user's exact factors given the items', shape (users, factors); zeros without a history."""
        confidence = self._confidence(pairs)
        sums: NDArray[np.float64] = confidence @ self.item_factors
        block = max(1, CELLS_AT_ONCE // self.item_factors.shape[1] ** 2)
        for start in range(0, len(sums), block):
            part = slice(start, start + block)
            sums[part] = np.linalg.solve(self._normal(confidence[part]), sums[part][:, :, None])[:, :, 0]
        return sums

    def _normal(self, confidence: sparse.csr_array) -> NDArray[np.float64]:
        """Return ``YᵀY + sum over j of (c_j - 1) y_j y_jᵀ + regularization I`` of each row (eq. 4)."""
        n = self.item_factors.shape[1]
        used, place = np.unique(confidence.indices, return_inverse=True)
        outer = (self.item_factors[used, :, None] * self.item_factors[used, None, :]).reshape(len(used), n * n)
        more = sparse.csr_array(
            (confidence.data - 1.0, place, confidence.indptr), shape=(confidence.shape[0], len(used))
        )
        own: NDArray[np.float64] = (more @ outer).reshape(-1, n, n)
        own += self.item_factors.T @ self.item_factors + self.regularization * np.eye(n)
        return own
