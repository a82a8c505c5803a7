"""A classifier's chance set right on users it did not learn from, and never beyond what so many users can say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

_NEAREST = 1e-9  # to 0 and 1, so that the logarithm of either is finite


@dataclass(frozen=True)
class Calibrated:
    """A fitted classifier and the map from its chance p to a calibrated one.

    The map is logit(q) = ``rising`` log p - ``falling`` log(1 - p) + ``level``, beta calibration (Kull, Silva Filho &
    Flach 2017, "Beta calibration", AISTATS, equation 5). Unlike isotonic regression it keeps the order of all users
    and calls nothing certain; with ``rising`` = ``falling`` it is Platt's.

    Attributes:
        model: the classifier.
        rising: weight of log p, 0 or above.
        falling: weight of -log(1 - p), 0 or above.
        level: the constant.
        users: users it was calibrated on. By Laplace's rule of succession no chance is nearer to 0 or 1 than
            1 / (users + 2): the most that so many users could say if all of them did the same.
    """

    model: Any
    rising: float
    falling: float
    level: float
    users: int

    def chance(self, known: pd.DataFrame) -> NDArray[np.float64]:
        """Return the calibrated chance of each row of ``known``, shape (rows,)."""
        logit = _parts(self.model, known) @ np.array([self.rising, self.falling]) + self.level
        nearest = 1 / (self.users + 2)
        chance: NDArray[np.float64] = np.clip(1 / (1 + np.exp(-np.clip(logit, -500, 500))), nearest, 1 - nearest)
        return chance


def calibrate(model: Any, known: pd.DataFrame, happened: NDArray[np.bool_], *, beta: bool) -> Calibrated:
    """Fit the map on users that ``model`` did not learn from.

    Args:
        model: a fitted classifier with ``predict_proba``.
        known: what is known of the users.
        happened: whether it happened, shape (users,); to some it did, to others not.
        beta: three parameters; otherwise two (Platt 1999), for few users.
    """
    parts = _parts(model, known)
    both, one, other = np.eye(2), np.array([[1.0], [0.0]]), np.array([[0.0], [1.0]])
    for mix in (both, one, other) if beta else (both.sum(axis=1, keepdims=True),):
        weights, level = _fitted(parts @ mix, happened)
        # A weight below 0 would turn the order round; as in the paper its part is left out.
        if (weights >= 0).all():
            rising, falling = mix @ weights
            return Calibrated(model, float(rising), float(falling), level, len(happened))
    return Calibrated(model, 0.0, 0.0, float(np.log(happened.mean() / (1 - happened.mean()))), len(happened))


def _parts(model: Any, known: pd.DataFrame) -> NDArray[np.float64]:
    """Return log p and -log(1 - p) of each row, shape (rows, 2)."""
    chance = np.clip(model.predict_proba(known)[:, 1], _NEAREST, 1 - _NEAREST)
    return np.stack([np.log(chance), -np.log1p(-chance)], axis=1)


def _fitted(told: NDArray[np.float64], happened: NDArray[np.bool_]) -> tuple[NDArray[np.float64], float]:
    """Return the weights and the constant of a logistic regression on Platt's softened outcomes (1999, section 2.2)."""
    yes = int(happened.sum())
    soft = np.where(happened, (yes + 1) / (yes + 2), 1 / (len(happened) - yes + 2))
    spread = told.std(axis=0)
    spread[spread == 0] = 1.0
    centre = told.mean(axis=0)
    scaled = (told - centre) / spread
    model = LogisticRegression(C=np.inf, max_iter=1000).fit(
        np.concatenate([scaled, scaled]),
        np.repeat([True, False], len(happened)),
        sample_weight=np.concatenate([soft, 1 - soft]),
    )
    weights: NDArray[np.float64] = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ centre)
