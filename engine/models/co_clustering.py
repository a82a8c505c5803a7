"""CoClustering: groups of users and groups of items, and what a group thinks of another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.models.checks import require_catalogue
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
        group_level: mean value of each user cluster, shape (user clusters,).
        user_bias, item_bias: own mean minus the cluster's mean, shapes (users,) and (items,).
    """

    known: Known
    user_group: NDArray[np.int64]
    item_group: NDArray[np.int64]
    group_mean: NDArray[np.float64]
    group_level: NDArray[np.float64]
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
        self.group_level = np.asarray(algorithm.avg_cltr_u) / steps
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

    def score_new(self, new: Preferences) -> NDArray[np.float64]:
        """Return predictions for users known by ``new`` alone, shape (new.n_users, items).

        Each is of the cluster that foretells their values best, as training assigns them.

        Raises:
            ModelError: where ``new`` is about another catalogue.
        """
        require_catalogue(new, self.known.n_items)
        told = new.take(self.known.item_mask[new.item])
        means = _means(told)
        group = self.groups_of(told)
        scores: NDArray[np.float64] = self.group_mean[:, self.item_group][group]
        scores += (means - self.group_level[group])[:, None]
        scores += self.item_bias
        scores[told.user_items == 0] = self.mean
        scores[:, ~self.known.item_mask] = self.mean
        return scores

    def groups_of(self, new: Preferences) -> NDArray[np.int64]:
        """Return the cluster that foretells the values of each user of ``new`` best, shape (new.n_users,)."""
        told = new.take(self.known.item_mask[new.item])
        own = told.value - _means(told)[told.user] - self.item_bias[told.item]
        errors = [
            np.bincount(told.user, weights=(own + level - kinds[told.item]) ** 2, minlength=told.n_users)
            for kinds, level in zip(self.group_mean[:, self.item_group], self.group_level, strict=True)
        ]
        nearest: NDArray[np.int64] = np.argmin(errors, axis=0)
        return nearest


def _means(pairs: Preferences) -> NDArray[np.float64]:
    """Return the mean value of each user, 0 without any, shape (users,)."""
    return np.bincount(pairs.user, weights=pairs.value, minlength=pairs.n_users) / np.maximum(pairs.user_items, 1)
