"""SlopeOne: how much better users rate one item than another, on average."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.models.kernels import mean_deviation
from engine.models.params import Value
from engine.models.threads import share_rows
from engine.models.trainset import Known, in_steps, learn, prepared, surprise_trainset
from engine.preferences import Preferences

_ROWS_A_THREAD = 32


class SlopeOne:
    """Mean of the user plus the mean difference between an item and what the user rated.

    Lemire & Maclachlan 2005, "Slope One predictors for online rating-based collaborative filtering", SDM.

    Attributes:
        known: which users and items were learned about.
        codes: codes of the known items, ascending.
        deviation: shape (known items, known items); row j, column i holds the mean of ``r_ui - r_uj`` over
            the users of both, NaN where there is none.
        user_mean: mean value of each user, shape (users,); zero where unknown.
    """

    known: Known
    codes: NDArray[np.int32]
    deviation: NDArray[np.float64]
    user_mean: NDArray[np.float64]

    def __init__(self, params: Mapping[str, Value], seed: int) -> None:
        self.negatives: Any = params["negatives"]
        self.steps: Any = params["steps"]
        self.seed = seed

    def fit(self, train: Preferences) -> Self:
        """Compute the mean differences by Surprise's SlopeOne."""
        import surprise

        data = prepared(train, self.negatives, self.seed)
        counted, steps = in_steps(data, self.steps)
        trainset, self.known = surprise_trainset(counted)
        algorithm = surprise.SlopeOne()
        learn("SlopeOne", lambda: algorithm.fit(trainset))
        order = np.argsort(self.known.items)
        self.codes = self.known.items[order]
        shared = np.ix_(order, order)
        algorithm.dev[algorithm.freq == 0] = np.nan  # in place, which spares two copies
        self.deviation = algorithm.dev.T[shared]
        self.deviation /= steps
        self.user_mean = self.known.by_user(np.asarray(algorithm.user_mean)) / steps
        self.mean = self.known.mean / steps
        place = np.zeros(data.n_items, dtype=np.int32)
        place[self.codes] = np.arange(len(self.codes))
        self.indptr, self.rated = data.matrix.indptr, place[data.item]
        return self

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return unclipped predictions, shape (len(users), items); the mean where user or item is unknown."""
        users = np.asarray(users)
        scores = np.empty((len(users), self.known.n_items))

        def fill(start: int, end: int) -> None:
            known = self.codes, self.indptr, self.rated
            mean_deviation(self.deviation, *known, users[start:end], scores[start:end])

        share_rows(len(users), fill, fewest=_ROWS_A_THREAD)
        scores += self.user_mean[users][:, None]
        scores[~self.known.user_mask[users]] = self.mean
        scores[:, ~self.known.item_mask] = self.mean
        return scores
