"""SlopeOne: how much better users rate one item than another, on average."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.models.checks import require_catalogue
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
        known = self.known.user_mask[users]
        return self._predicted(self.indptr, self.rated, users, self.user_mean[users], known)

    def score_new(self, new: Preferences) -> NDArray[np.float64]:
        """Return predictions for users known by ``new`` alone, shape (new.n_users, items).

        Raises:
            ModelError: where ``new`` is about another catalogue.
        """
        require_catalogue(new, self.known.n_items)
        told = new.take(self.known.item_mask[new.item])
        n = told.user_items
        means = np.bincount(told.user, weights=told.value, minlength=told.n_users) / np.maximum(n, 1)
        rated = np.searchsorted(self.codes, told.item).astype(np.int32)
        return self._predicted(told.matrix.indptr, rated, np.arange(told.n_users), means, n > 0)

    def parts(self, history: Preferences, item: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return what one person's compared items each foretell for ``item``: codes and values.

        Where everything they rated is compared, the prediction is the mean of these.
        """
        told = history.take(self.known.item_mask[history.item])
        if not self.known.item_mask[item]:
            return told.item[:0], np.empty(0)
        place = np.searchsorted(self.codes, [item])
        found = told.value + self.deviation[np.searchsorted(self.codes, told.item), place]
        compared = ~np.isnan(found)
        return told.item[compared], found[compared]

    def learned_of(self, user: int, history: Preferences) -> Preferences:
        """Return the ``history`` of ``user`` (as user 0) as it was learned, sampled untouched items among it."""
        items = self.codes[self.rated[self.indptr[user] : self.indptr[user + 1]]]
        values = np.full(len(items), history.scale[0])
        values[np.searchsorted(items, history.item)] = history.value
        return replace(history, user=np.zeros(len(items), dtype=np.int32), item=items, value=values, time=None)

    def _predicted(
        self,
        indptr: NDArray[np.integer],
        rated: NDArray[np.int32],
        users: NDArray[np.integer],
        means: NDArray[np.float64],
        known: NDArray[np.bool_],
    ) -> NDArray[np.float64]:
        scores = np.empty((len(users), self.known.n_items))

        def fill(start: int, end: int) -> None:
            mean_deviation(self.deviation, self.codes, indptr, rated, users[start:end], scores[start:end])

        share_rows(len(users), fill, fewest=_ROWS_A_THREAD)
        scores += means[:, None]
        scores[~known] = self.mean
        scores[:, ~self.known.item_mask] = self.mean
        return scores
