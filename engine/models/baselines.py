"""The two yardsticks that stand beside every model: what everybody likes, and chance."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.models.checks import require_pairs
from engine.noise import uniform
from engine.preferences import Preferences


class Popularity:
    """Every user gets the items that most users chose.

    Attributes:
        chosen_by: how many users of the training data have each item, shape (items,).
    """

    chosen_by: NDArray[np.int64]

    def fit(self, train: Preferences) -> Self:
        """Count each item's users."""
        require_pairs(train)
        self.chosen_by = train.item_users
        return self

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return each item's number of users, the same row for everybody: shape (len(users), items)."""
        return np.repeat(self.chosen_by[None, :].astype(np.float64), len(users), axis=0)


class Random:
    """Every user gets an order of the catalogue drawn for them alone."""

    n_items: int

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def fit(self, train: Preferences) -> Self:
        """Learn nothing but the size of the catalogue."""
        self.n_items = train.n_items
        return self

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return uniform draws that belong to (seed, user, item), shape (len(users), items)."""
        return uniform(self.seed, "random model", np.asarray(users)[:, None], np.arange(self.n_items))
