"""Models without taste: a general tendency of each user and item, and Surprise's random predictor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.models.checks import require_catalogue, require_finite
from engine.models.params import Value
from engine.models.trainset import Known, learn, prepared, surprise_trainset
from engine.noise import normal
from engine.preferences import Preferences


class BaselineOnly:
    """Mean plus a bias of the user plus a bias of the item (Koren 2010, section 2.1).

    Attributes:
        known: which users and items were learned about.
        user_bias: shape (users,); zeros where unknown.
        item_bias: shape (items,); zeros where unknown.
    """

    known: Known
    user_bias: NDArray[np.float64]
    item_bias: NDArray[np.float64]

    def __init__(self, params: Mapping[str, Value], seed: int) -> None:
        self.params = dict(params)
        self.negatives: Any = self.params.pop("negatives")
        self.seed = seed

    def fit(self, train: Preferences) -> Self:
        """Estimate the biases by Surprise's BaselineOnly."""
        import surprise

        trainset, self.known = surprise_trainset(prepared(train, self.negatives, self.seed))
        algorithm = surprise.BaselineOnly(bsl_options=baseline_options(self.params), verbose=False)
        learn("Baseline", lambda: algorithm.fit(trainset))
        require_finite("Baseline", algorithm.bu, algorithm.bi)
        self.user_bias = self.known.by_user(algorithm.bu)
        self.item_bias = self.known.by_item(algorithm.bi)
        return self

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return unclipped predictions, shape (len(users), items); unknown biases are zero."""
        scores: NDArray[np.float64] = (self.known.mean + self.user_bias[users])[:, None] + self.item_bias
        return scores

    def score_new(self, new: Preferences) -> NDArray[np.float64]:
        """Return predictions for users known by ``new`` alone, their biases as training gives them, (users, items).

        Raises:
            ModelError: where ``new`` is about another catalogue.
        """
        require_catalogue(new, len(self.item_bias))
        told = new.take(self.known.item_mask[new.item])
        biases = tendencies(told, self.item_bias[told.item], self.known.mean, baseline_options(self.params))
        scores: NDArray[np.float64] = (self.known.mean + biases)[:, None] + self.item_bias
        return scores


class NormalPredictor:
    """Draws from the normal law with the mean and standard deviation of the training values.

    Surprise draws anew at each call; here a draw belongs to (seed, user, item), so a list does not change
    while it is looked at. Mean and standard deviation equal Surprise's.
    """

    def __init__(self, params: Mapping[str, Value], seed: int) -> None:
        self.negatives: Any = params["negatives"]
        self.seed = seed

    def fit(self, train: Preferences) -> Self:
        """Measure the mean and the standard deviation (maximum likelihood)."""
        data = prepared(train, self.negatives, self.seed)
        self.n_items = data.n_items
        self.mean = float(data.value.mean())
        self.sigma = float(data.value.std())
        return self

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return unclipped draws, shape (len(users), items)."""
        draws = normal(self.seed, "normal predictor", np.asarray(users)[:, None], np.arange(self.n_items))
        return self.mean + self.sigma * draws


def baseline_options(params: Mapping[str, Value], prefix: str = "") -> dict[str, Value]:
    """Return Surprise's ``bsl_options`` from flat parameters that start with ``prefix``."""
    names = ("method", "n_epochs", "reg_u", "reg_i", "reg", "learning_rate")
    return {name: params[prefix + name] for name in names if params[prefix + name] is not None}


def tendencies(
    new: Preferences, item_bias: NDArray[np.float64], mean: float, options: Mapping[str, Value]
) -> NDArray[np.float64]:
    """Return the biases of users known by ``new`` alone, shape (new.n_users,); the items' stay as they were learned.

    What Surprise's last pass of alternating least squares gives them, or all its passes of stochastic gradient
    descent: each step takes a bias ``b`` to ``(1 - rate (1 + penalty)) b + rate e``, whose repetition is a sum.

    Args:
        new: the users' values, user by user.
        item_bias: of each pair of ``new``, shape (pairs,).
        mean: of all training values.
        options: ``baseline_options``.
    """
    error = new.value - mean - item_bias
    n = new.user_items
    if options["method"] == "als":
        total = np.bincount(new.user, weights=error, minlength=new.n_users)
        return total / np.maximum(float(options["reg_u"]) + n, 1e-300)  # type: ignore[arg-type]
    rate, penalty = float(options["learning_rate"]), float(options["reg"])  # type: ignore[arg-type]
    epochs = int(options.get("n_epochs") or 20)
    kept = 1 - rate * (1 + penalty)
    after = np.cumsum(n)[new.user] - 1 - np.arange(len(new))
    once = rate * np.bincount(new.user, weights=error * kept**after, minlength=new.n_users)
    passes = np.sum(kept ** (n * np.arange(epochs)[:, None]), axis=0)
    found: NDArray[np.float64] = once * passes
    return found
