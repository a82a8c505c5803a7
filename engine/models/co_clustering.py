"""CoClustering: groups of users and groups of items, and what a group thinks of another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.models.params import Value
from engine.models.trainset import Known, in_steps, learn, prepared, surprise_trainset
from engine.preferences import Preferences


class CoClustering:
    """Mean of the co-cluster, plus how the user and the item differ from their own clusters.

    George & Merugu 2005, "A scalable collaborative filtering framework based on co-clustering", ICDM.

    Attributes:
        known: which users and items were learned about.
        user_group, item_group: cluster of each user and item, shapes (users,) and (items,).
        group_mean: mean value of each co-cluster, shape (user clusters, item clusters).
        user_bias, item_bias: own mean minus the cluster's mean, shapes (users,) and (items,).
    """

    known: Known
    user_group: NDArray[np.int64]
    item_group: NDArray[np.int64]
    group_mean: NDArray[np.float64]
    user_bias: NDArray[np.float64]
    item_bias: NDArray[np.float64]

    def __init__(self, params: Mapping[str, Value], seed: int) -> None:
        self.params = dict(params)
        self.negatives: Any = self.params.pop("negatives")
        self.steps: Any = self.params.pop("steps")
        self.seed = seed

    def fit(self, train: Preferences) -> Self:
        """Assign the clusters by Surprise's CoClustering."""
        import surprise

        data = prepared(train, self.negatives, self.seed)
        counted, steps = in_steps(data, self.steps)
        trainset, self.known = surprise_trainset(counted)
        algorithm = surprise.CoClustering(**self.params, random_state=self.seed % 2**32)
        learn("CoClustering", lambda: algorithm.fit(trainset))
        self.user_group = self.known.by_user(algorithm.cltr_u)
        self.item_group = self.known.by_item(algorithm.cltr_i)
        self.group_mean = algorithm.avg_cocltr / steps
        self.user_bias = self.known.by_user(algorithm.user_mean - algorithm.avg_cltr_u[algorithm.cltr_u]) / steps
        self.item_bias = self.known.by_item(algorithm.item_mean - algorithm.avg_cltr_i[algorithm.cltr_i]) / steps
        self.mean = self.known.mean / steps
        return self

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return unclipped predictions, shape (len(users), items); the mean where user or item is unknown."""
        scores: NDArray[np.float64] = self.group_mean[:, self.item_group][self.user_group[users]]
        scores += self.user_bias[users][:, None]
        scores += self.item_bias
        scores[~self.known.user_mask[users]] = self.mean
        scores[:, ~self.known.item_mask] = self.mean
        return scores
