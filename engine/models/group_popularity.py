"""Popularity among people like the user: what users of the same country, age or other group choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.models.checks import require_catalogue, require_pairs
from engine.models.groups import Groups, learn_groups
from engine.models.params import Value
from engine.models.products import dense_product
from engine.preferences import Preferences


class GroupPopularity:
    """Naive Bayes over the groups a user is in (Mitchell 1997, Machine Learning, section 6.9).

    An item's score is the logarithm of its share of all choices, plus for each group of the user the logarithm
    of how far the group's share departs from it. A group's share is ``(choices of the item + m share) /
    (choices + m)``, the m-estimate of section 6.9.1, m being ``smoothing`` users' worth of choices. The history
    does not count, so a user without one is served as well as any. Without a user table it is popularity.

    Attributes:
        groups: which groups there are.
        lift: what a group adds to an item beyond ``level``, shape (groups, items).
        level: what a group adds to every item, shape (groups,).
        overall: logarithm of each item's share of the choices, half a choice added to each, shape (items,).
        popularity: share of the users with a history who chose each item, shape (items,).
        table: the users of the training data, without pairs.
    """

    groups: Groups
    lift: sparse.csr_array
    level: NDArray[np.float64]
    overall: NDArray[np.float64]
    popularity: NDArray[np.float64]
    table: Preferences

    def __init__(self, params: Mapping[str, Value], _seed: int = 0) -> None:
        self.smoothing: Any = params["smoothing"]
        self.popularity_weight: Any = params["popularity_weight"]
        self.by_group = bool(params["groups"])

    def fit(self, train: Preferences) -> Self:
        """Count the choices of each group.

        Raises:
            ModelError: where there is nothing to learn from.
        """
        require_pairs(train)
        self.groups = learn_groups(train) if self.by_group else Groups((), {})
        self.table = replace(train.take(np.zeros(len(train), dtype=bool)), items=None)
        share = (train.item_users + 0.5) / (len(train) + 0.5 * train.n_items)
        self.overall = np.log(share)
        self.popularity = train.item_users / np.count_nonzero(train.user_items)
        chosen = sparse.csr_array((np.ones(len(train)), (train.user, train.item)), shape=train.matrix.shape)
        counts = sparse.csr_array(self.groups.members(train.users, train.n_users).T @ chosen)
        prior = self.smoothing * len(train) / np.count_nonzero(train.user_items)
        counts.data = np.log1p(counts.data / (prior * share[counts.indices]))
        self.lift = counts
        self.level = np.log(prior / (np.asarray(self._choices(train)) + prior))
        return self

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return scores of every item, shape (len(users), items)."""
        return self.score_new(self.table.of_users(np.asarray(users)))

    def score_new(self, new: Preferences) -> NDArray[np.float64]:
        """Return scores for users known by their row of the user table, shape (new.n_users, items).

        Raises:
            ModelError: where ``new`` is about another catalogue.
        """
        require_catalogue(new, len(self.overall))
        inside = self.groups.members(new.users, new.n_users)
        scores = dense_product(inside, self.lift)
        scores += (inside @ self.level)[:, None]
        scores += self.popularity_weight * self.overall
        return scores

    def lifts(self, person: Preferences, item: int) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """Return the groups of ``person`` (user 0) and how often each chooses ``item`` for once that everybody does."""
        inside = self.groups.members(person.users, 1).indices
        amounts = self.lift[:, [item]].toarray()[inside, 0] + self.level[inside]
        return tuple(self.groups.names[place] for place in inside), np.exp(amounts)

    def _choices(self, train: Preferences) -> NDArray[np.float64]:
        """Return how many choices each group made, shape (groups,)."""
        inside = self.groups.members(train.users, train.n_users)
        made: NDArray[np.float64] = inside.T @ train.user_items.astype(np.float64)
        return made
