"""What a recommender is: it learns preferences and scores the whole catalogue for many users at once."""

from __future__ import annotations

from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from engine.preferences import Preferences


class Recommender(Protocol):
    """Anything with ``fit`` and ``score``; nothing else is needed to rank."""

    def fit(self, train: Preferences) -> Self:
        """Learn from ``train`` and return self.

        Raises:
            ModelError: where the data cannot teach this model anything, with what to do instead.
        """
        ...

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return unclipped scores of every item for ``users`` (codes), shape (len(users), n_items).

        Defined for every user and item of the Dataset, known from training or not. A user's row does
        not depend on which other users are asked for.
        """
        ...


@runtime_checkable
class FoldsIn(Protocol):
    """A model that also serves users it was never trained on."""

    def score_new(self, new: Preferences) -> NDArray[np.float64]:
        """Return scores of every item for users known by ``new`` alone, shape (new.n_users, items)."""
        ...
