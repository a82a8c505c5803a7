"""Models that score users by what they had, and so serve users they were never trained on."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.models.checks import require_catalogue, require_pairs
from engine.preferences import Preferences


class HistoryModel(ABC):
    """A model whose scores for a user follow from that user's history alone.

    A user without a history gets what most people chose.

    Attributes:
        histories: the training pairs.
        popularity: share of the users with a history who chose each item, shape (items,).
    """

    histories: Preferences
    popularity: NDArray[np.float64]

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return scores of every item for users of the training data, shape (len(users), items)."""
        return self.score_new(self.histories.of_users(np.asarray(users)))

    def score_new(self, new: Preferences) -> NDArray[np.float64]:
        """Return scores for users known by ``new`` alone, without training again, shape (new.n_users, items).

        Raises:
            ModelError: where ``new`` is about another catalogue.
        """
        require_catalogue(new, self.histories.n_items)
        scores = self._scores(new)
        scores[new.user_items == 0] = self.popularity
        return scores

    def knowing(self, history: Preferences) -> Self:
        """Return the model as though ``history`` were the pairs it knew users by; what it learned stays."""
        told = copy.copy(self)
        told.histories = history
        return told

    def _remember(self, train: Preferences) -> None:
        """Check ``train`` and keep its pairs.

        Raises:
            ModelError: where there is nothing to learn from.
        """
        require_pairs(train)
        self.histories = replace(train, items=None, users=None)
        self.popularity = train.item_users / np.count_nonzero(train.user_items)

    @abstractmethod
    def _scores(self, new: Preferences) -> NDArray[np.float64]:
        """Return scores for users with a history, shape (new.n_users, items); other rows do not matter."""


def choices(pairs: Preferences, *, weighted: bool) -> sparse.csr_array:
    """Return who chose what as a sparse (users, items) matrix.

    Args:
        pairs: one value a user-item pair.
        weighted: the values as they are; otherwise 1 for each rating, or for each strength above 0.
    """
    matrix = pairs.matrix
    if weighted:
        return matrix
    chosen = np.ones(len(pairs)) if pairs.explicit else (pairs.value > 0).astype(np.float64)
    return sparse.csr_array((chosen, matrix.indices, matrix.indptr), shape=matrix.shape)
