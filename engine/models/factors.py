"""Factor models: SVD, SVD++ and NMF. A score is a product of a user's and an item's factors, plus biases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.models.checks import require_catalogue, require_finite
from engine.models.descent import descended, multiplied
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
        item_implicit: SVD++'s factors of having an item at all, shape (items, factors); no rows in other models.
    """

    known: Known
    user_factors: NDArray[np.float64]
    item_factors: NDArray[np.float64]
    user_bias: NDArray[np.float64]
    item_bias: NDArray[np.float64]
    item_implicit: NDArray[np.float64]

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
        self.item_implicit = np.empty((0, user_factors.shape[1]))
        if self.algorithm == "SVDpp":
            self.item_implicit = self.known.by_item(algorithm.yj)
            user_factors = user_factors + _implicit_part(data, self.item_implicit)[self.known.users]
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

    def score_new(self, new: Preferences) -> NDArray[np.float64]:
        """Return predictions for users known by ``new`` alone, shape (new.n_users, items).

        Their factors are learned as training learns them, from their own pairs, with the items' as they are.

        Raises:
            ModelError: where ``new`` is about another catalogue.
        """
        require_catalogue(new, self.known.n_items)
        told = replace(new.take(self.known.item_mask[new.item]), time=None)
        biases, factors = self._own(told)
        scores: NDArray[np.float64] = factors @ self.item_factors.T
        if self.biased:
            scores += (self.known.mean + biases)[:, None]
            scores += self.item_bias
        else:
            scores[told.user_items == 0] = self.known.mean
            scores[:, ~self.known.item_mask] = self.known.mean
        return scores

    def leanings(self, history: Preferences, item: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return how far each item of one person's history moves their factors towards ``item``, to first order.

        Of a step of descent that is the pair's error times the product of the two items' factors; of an update of
        NMF, its value times that product.
        """
        told = replace(history.take(self.known.item_mask[history.item]), time=None)
        alike = self.item_factors[told.item] @ self.item_factors[item]
        if self.algorithm == "NMF":
            return told.item, told.value * alike
        rate, epochs = self._option("lr", "pu"), int(self._given("n_epochs"))
        amounts = epochs * rate * self._errors(told) * alike
        if len(self.item_implicit):
            amounts = amounts + self.item_implicit[told.item] @ self.item_factors[item] / np.sqrt(max(len(told), 1))
        return told.item, amounts

    def _own(self, told: Preferences) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        epochs = int(self._given("n_epochs"))
        if self.algorithm == "NMF":
            known = self.known.mean + self.item_bias[told.item] if self.biased else np.zeros(len(told))
            start = (self._given("init_low") + self._given("init_high")) / 2
            penalty = self._given("reg_pu")
            factors = multiplied(told, known, self.item_factors, penalty=penalty, epochs=epochs, start=start)
            return np.zeros(told.n_users), factors
        implicit = np.zeros((told.n_users, self.item_factors.shape[1]))
        errors = self._errors(told)
        if len(self.item_implicit):
            implicit = _implicit_part(told, self.item_implicit)
            errors = errors - np.einsum("pf,pf->p", implicit[told.user], self.item_factors[told.item])
        rates = self._option("lr", "bu") if self.biased else 0.0, self._option("lr", "pu")
        penalties = self._option("reg", "bu"), self._option("reg", "pu")
        biases, factors = descended(told, errors, self.item_factors, rates=rates, penalties=penalties, epochs=epochs)
        return biases, factors + implicit

    def _errors(self, told: Preferences) -> NDArray[np.float64]:
        """Return what of each value neither the mean nor the item's bias tells, shape (pairs,)."""
        if not self.biased:
            return told.value
        return told.value - self.known.mean - self.item_bias[told.item]

    def _option(self, kind: str, of: str) -> float:
        own = self.params[f"{kind}_{of}"]
        return self._given(f"{kind}_all") if own is None else float(own)

    def _given(self, name: str) -> float:
        return float(self.params[name])  # type: ignore[arg-type]


def _implicit_part(train: Preferences, item_implicit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``|I_u|^(-1/2) * sum of y_j`` over each user's items (Koren 2008, eq. 15), shape (users, factors)."""
    has = train.matrix.copy()
    has.data = np.ones_like(has.data)
    sums: NDArray[np.float64] = has @ item_implicit
    return sums / np.sqrt(np.maximum(train.user_items, 1))[:, None]
