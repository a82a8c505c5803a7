"""Models without taste: a general tendency of each user and item, and Surprise's random predictor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.models.checks import require_finite
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
