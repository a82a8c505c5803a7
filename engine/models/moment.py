"""Moment: what was chosen more than usual at the times the user was there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.models.histories import HistoryModel
from engine.models.params import Value
from engine.preferences import Preferences

_HALF = 0.5


class Moment(HistoryModel):
    """How far an item's popularity at the user's own times departs from its popularity overall.

    The log is cut into ``periods`` with equally many choices each. A user's times are the shares of their
    choices in each, blurred into the neighbouring periods by ``exp(-distance)``; an item's lift is the logarithm
    of the choices it would have had, were it always as popular as at those times, over those it has (the
    time-dependent item bias of Koren 2009, "Collaborative filtering with temporal dynamics", KDD, section 3.1,
    as a count).

    Attributes:
        edges: first second of each period but the first, ascending, shape (periods - 1,).
        blur: how much each period counts for each other, rows adding up to 1, shape (periods, periods).
        counts: choices of each item by period, shape (items, periods).
    """

    edges: NDArray[np.float64]
    blur: NDArray[np.float64]
    counts: NDArray[np.float64]

    def __init__(self, params: Mapping[str, Value], _seed: int = 0) -> None:
        self.periods: Any = params["periods"]

    def fit(self, train: Preferences) -> Self:
        """Count the choices of each period.

        Raises:
            ModelError: where there is nothing to learn from, or the log has no times.
        """
        if train.time is None:
            raise ModelError("This model learns what was popular when, and the log has no times. Map a time column.")
        self._remember(train)
        cuts = np.quantile(train.time, np.arange(1, self.periods) / self.periods)
        self.edges = np.unique(cuts)
        n = len(self.edges) + 1
        self.blur = np.exp(-np.abs(np.subtract.outer(np.arange(n), np.arange(n))))
        self.blur /= self.blur.sum(axis=1, keepdims=True)
        self.counts = self._by_period(train.time, train.item, train.n_items)
        return self

    def _scores(self, new: Preferences) -> NDArray[np.float64]:
        if new.time is None:
            return np.zeros((new.n_users, new.n_items))
        overall = self.counts.sum(axis=1)
        there = self._by_period(new.time, new.user, new.n_users)
        there /= np.maximum(there.sum(axis=1, keepdims=True), 1)
        per_period = self.counts.sum(axis=0)
        weights = (there @ self.blur) * (overall.sum() / np.maximum(per_period, 1))
        found: NDArray[np.float64] = np.log(weights @ self.counts.T + _HALF) - np.log(overall + _HALF)
        return found

    def _by_period(self, time: NDArray[np.int64], code: NDArray[np.integer], n: int) -> NDArray[np.float64]:
        """Return how many pairs each code has in each period, shape (n, periods)."""
        period = np.searchsorted(self.edges, time, side="right")
        cells = code.astype(np.int64) * (len(self.edges) + 1) + period
        return np.bincount(cells, minlength=n * (len(self.edges) + 1)).reshape(n, -1).astype(np.float64)
