"""Factor models: SVD, SVD++ and NMF. A score is a product of a user's and an item's factors, plus biases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.models.checks import require_finite
from engine.models.params import Value
from engine.models.trainset import Known, learn, prepared, surprise_trainset
from engine.preferences import Preferences


class FactorModel:
    """A matrix factorisation trained by Surprise, kept as arrays in code order.

    Attributes:
        known: which users and items were learned about.
        user_factors: shape (users, factors); for SVD++ with the implicit part added; zeros where unknown.
        item_factors: shape (items, factors); zeros where unknown.
        user_bias: shape (users,); zeros where unknown or where the model has no biases.
        item_bias: shape (items,); likewise.
    """

    known: Known
    user_factors: NDArray[np.float64]
    item_factors: NDArray[np.float64]
    user_bias: NDArray[np.float64]
    item_bias: NDArray[np.float64]

    def __init__(self, algorithm: str, title: str, params: Mapping[str, Value], seed: int) -> None:
        self.algorithm = algorithm
        self.title = title
        self.params = dict(params)
        self.negatives: Any = self.params.pop("negatives")
        self.seed = seed
        self.biased = bool(self.params.get("biased", True))  # SVD++ has no choice in this

    def fit(self, train: Preferences) -> Self:
        """Train Surprise's algorithm by stochastic gradient descent and keep its arrays."""
        import surprise

        data = prepared(train, self.negatives, self.seed)
        trainset, self.known = surprise_trainset(data)
        algorithm = getattr(surprise, self.algorithm)(**self.params, random_state=self.seed % 2**32)
        learn(self.title, lambda: algorithm.fit(trainset))
        user_factors = algorithm.pu
        if self.algorithm == "SVDpp":
            user_factors = user_factors + _implicit_part(data, self.known.by_item(algorithm.yj))[self.known.users]
        require_finite(self.title, user_factors, algorithm.qi, algorithm.bu, algorithm.bi)
        self.user_factors = self.known.by_user(user_factors)
        self.item_factors = self.known.by_item(algorithm.qi)
        self.user_bias = self.known.by_user(algorithm.bu)
        self.item_bias = self.known.by_item(algorithm.bi)
        return self

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return unclipped predictions, shape (len(users), items).

        Unknown users and items have zero factors and biases; without biases Surprise calls such a
        prediction impossible and returns the mean.
        """
        scores: NDArray[np.float64] = self.user_factors[users] @ self.item_factors.T
        if self.biased:
            scores += (self.known.mean + self.user_bias[users])[:, None]
            scores += self.item_bias
        else:
            scores[~self.known.user_mask[users]] = self.known.mean
            scores[:, ~self.known.item_mask] = self.known.mean
        return scores


def _implicit_part(train: Preferences, item_implicit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``|I_u|^(-1/2) * sum of y_j`` over each user's items (Koren 2008, eq. 15), shape (users, factors)."""
    has = train.matrix.copy()
    has.data = np.ones_like(has.data)
    sums: NDArray[np.float64] = has @ item_implicit
    return sums / np.sqrt(np.maximum(train.user_items, 1))[:, None]
