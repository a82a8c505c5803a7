"""EASE with users and items exchanged: each user foretold from the other users of the same items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.models.checks import require_pairs
from engine.models.ease import mean_square, ridge_inverse
from engine.models.histories import choices
from engine.models.linear import require_comparable
from engine.models.params import Value
from engine.models.products import gram_of
from engine.preferences import Preferences


class UserEase:
    """The closed form of Steck 2019 (eq. 8) on the transposed matrix.

    A user's weights on all others are the ridge regression of their choices on the others' choices. Leaving the
    user out is what the closed form does to its diagonal, so a new user's weights are the same regression on all.

    Attributes:
        codes: codes of the users with a pair, ascending.
        place: place of each user among ``codes``, -1 where there is none, shape (users,).
        chosen: their choices, shape (codes, items).
        inverse: ``(chosen chosenᵀ + penalty I)⁻¹``, shape (codes, codes).
        popularity: share of the users with a history who chose each item, shape (items,).
    """

    codes: NDArray[np.int64]
    place: NDArray[np.int64]
    chosen: sparse.csr_array
    inverse: NDArray[np.float64]
    popularity: NDArray[np.float64]

    def __init__(self, params: Mapping[str, Value], _seed: int = 0) -> None:
        self.weighted = bool(params["weighted"])
        self.penalty: Any = params["penalty"]

    def fit(self, train: Preferences) -> Self:
        """Solve for the weights.

        Raises:
            ModelError: where there is nothing to learn from, or too many users to compare.
        """
        require_pairs(train)
        self.codes = np.flatnonzero(train.user_items)
        require_comparable("User-side EASE", len(self.codes), "users")
        self.place = np.full(train.n_users, -1)
        self.place[self.codes] = np.arange(len(self.codes))
        self.popularity = train.item_users / len(self.codes)
        self.chosen = choices(train, weighted=self.weighted)[self.codes]
        gram = gram_of(sparse.csr_array(self.chosen.T))
        self.inverse = ridge_inverse(gram, self.penalty * mean_square(self.chosen))
        return self

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return scores of every item for users of the training data, shape (len(users), items)."""
        places = self.place[users]
        scores = np.tile(self.popularity, (len(places), 1))
        scores[places >= 0] = self._said_by(self._weights(places[places >= 0]))
        return scores

    def score_new(self, new: Preferences) -> NDArray[np.float64]:
        """Return scores for users known by ``new`` alone, shape (new.n_users, items)."""
        shared = (self.chosen @ choices(new, weighted=self.weighted).T).toarray()
        scores = self._said_by(self.inverse @ shared)
        scores[new.user_items == 0] = self.popularity
        return scores

    def supporters(self, user: int, item: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the users who have ``item``, and what each adds to its score for ``user``: codes and amounts."""
        column = self.chosen[:, [item]].tocoo()
        if self.place[user] < 0:
            return self.codes[column.row], np.zeros(len(column.row))
        weights = self._weights(self.place[[user]])[:, 0]
        return self.codes[column.row], column.data * weights[column.row]

    def _weights(self, places: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return columns of the zero-diagonal weights, shape (codes, places)."""
        weights: NDArray[np.float64] = self.inverse[:, places] / -self.inverse[places, places]
        weights[places, np.arange(len(places))] = 0.0
        return weights

    def _said_by(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return every item's sum of weights over the users who chose it, shape (columns, items)."""
        scores: NDArray[np.float64] = (self.chosen.T @ weights).T
        return scores
