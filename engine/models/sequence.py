"""Sequence: after X, people go to Y."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.errors import ModelError
from engine.models.histories import HistoryModel
from engine.models.params import Value
from engine.models.products import dense_product
from engine.ordering import order_by_pair
from engine.preferences import Preferences


class Sequence(HistoryModel):
    """Transitions from each item to what the same people chose after it (Rendle, Freudenthaler & Schmidt-Thieme
    2010, WWW, section 3; sequential rules of Ludewig & Jannach 2018, UMUAI 28, section 3.1).

    The item chosen ``d`` steps later counts ``decay^(d - 1)``, up to ``window`` steps. A user's score adds up
    the transitions from what they had, the last item in full and each one before ``memory`` times as much.
    With ``order`` 2, transitions from the last two items together are blended in where they were seen often
    enough, n / (n + 5) of the score.

    Attributes:
        first: shares of transitions from each item, rows adding up to 1 or empty, shape (items, items).
        pairs: the two last items, ``earlier * items + later``, ascending, shape (pairs,).
        second: shares of what came next after each of ``pairs``, shape (pairs, items).
        seen: how often each of ``pairs`` was followed by something, shape (pairs,).
    """

    first: sparse.csr_array
    pairs: NDArray[np.int64]
    second: sparse.csr_array
    seen: NDArray[np.int64]

    def __init__(self, params: Mapping[str, Value], _seed: int = 0) -> None:
        self.order: Any = params["order"]
        self.window: Any = params["window"]
        self.decay: Any = params["decay"]
        self.memory: Any = params["memory"]

    def fit(self, train: Preferences) -> Self:
        """Count the transitions.

        Raises:
            ModelError: where there is nothing to learn from, or the log has no times.
        """
        self._remember(train)
        user, item = in_order(train)
        counts = sparse.csr_array((train.n_items, train.n_items))
        for step in range(1, self.window + 1):
            same = user[step:] == user[:-step]
            one = np.full(int(same.sum()), self.decay ** (step - 1))
            cells = (item[:-step][same], item[step:][same])
            counts = counts + sparse.csr_array((one, cells), shape=counts.shape)
        self.first = _shares(counts)
        followed = user[2:] == user[:-2]
        pair = item[:-2][followed].astype(np.int64) * train.n_items + item[1:-1][followed]
        self.pairs, row, self.seen = np.unique(pair, return_inverse=True, return_counts=True)
        next_ = (np.ones(len(pair)), (row, item[2:][followed]))
        self.second = _shares(sparse.csr_array(next_, shape=(len(self.pairs), train.n_items)))
        return self

    def contributions(self, user: int, item: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return the user's items, the last first, and what the transition from each adds to ``item``."""
        new = self.histories.of_users(np.array([user]))
        _, mine = in_order(new)
        last_first = mine[::-1]
        known = self.first[:, [item]].toarray()[:, 0][last_first]
        return last_first, self.memory ** np.arange(len(mine)) * known

    def last_two(self, user: int, item: int) -> tuple[int, int] | None:
        """Return the user's last two items where most of the score of ``item`` comes from what followed both."""
        _, mine = in_order(self.histories.of_users(np.array([user])))
        if self.order < 2 or len(mine) < 2 or not len(self.pairs):
            return None
        pair = int(mine[-2]) * self.histories.n_items + int(mine[-1])
        place = int(np.searchsorted(self.pairs, pair))
        if place == len(self.pairs) or self.pairs[place] != pair:
            return None
        trust = self.seen[place] / (self.seen[place] + _TRUSTED_FROM)
        from_one = float(self.contributions(user, item)[1].sum())
        from_both = float(self.second[[place]].toarray()[0, item])
        return (int(mine[-2]), int(mine[-1])) if trust * from_both > (1 - trust) * from_one else None

    def _scores(self, new: Preferences) -> NDArray[np.float64]:
        user, item = in_order(new)
        ends = np.cumsum(new.user_items)
        back = ends[user] - 1 - np.arange(len(user))
        weights = (self.memory ** back.astype(np.float64), (user, item))
        recent = sparse.csr_array(weights, shape=(new.n_users, new.n_items))
        scores = dense_product(recent, self.first)
        if self.order == 2 and len(self.pairs):
            self._blend(scores, item, ends, new)
        scores += _FAINT * self.popularity
        return scores

    def _blend(
        self, scores: NDArray[np.float64], item: NDArray[np.int32], ends: NDArray[np.int64], new: Preferences
    ) -> None:
        """Blend in what followed each user's last two items."""
        users = np.flatnonzero(new.user_items >= 2)
        pair = item[ends[users] - 2].astype(np.int64) * new.n_items + item[ends[users] - 1]
        place = np.minimum(np.searchsorted(self.pairs, pair), len(self.pairs) - 1)
        known = self.pairs[place] == pair
        users, place = users[known], place[known]
        trust = self.seen[place] / (self.seen[place] + _TRUSTED_FROM)
        scores[users] += trust[:, None] * (self.second[place].toarray() - scores[users])


_TRUSTED_FROM = 5
_FAINT = 1e-9  # popularity, between items that never came after


def in_order(pairs: Preferences) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return user and item codes, each user's pairs by time; equal times keep the order of the codes.

    Raises:
        ModelError: where the log has no times.
    """
    order = time_order(pairs)
    return pairs.user[order], pairs.item[order]


def time_order(pairs: Preferences) -> NDArray[np.integer]:
    """Return the order of `in_order`, shape (pairs,).

    Raises:
        ModelError: where the log has no times.
    """
    if pairs.time is None:
        raise ModelError("This model learns what follows what, and the log has no times. Map a time column.")
    first = int(pairs.time.min(initial=0))
    # Stable, and the pairs come in the order of their codes.
    return order_by_pair(pairs.user, pairs.time - first, pairs.n_users, int(pairs.time.max(initial=0)) - first + 1)


def _shares(counts: sparse.csr_array) -> sparse.csr_array:
    """Divide each row by its sum."""
    sums = counts.sum(axis=1)
    inverse = np.divide(1.0, sums, out=np.zeros(len(sums)), where=sums > 0)
    return sparse.csr_array(sparse.diags_array(inverse) @ counts)
