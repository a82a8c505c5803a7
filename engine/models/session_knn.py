"""Session neighbours: what was chosen in sessions like the user's last one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.models.histories import HistoryModel
from engine.models.kernels import nearest_of_rows
from engine.models.params import Value
from engine.models.products import dense_product
from engine.models.sequence import time_order
from engine.models.threads import share_rows
from engine.preferences import Preferences

_ROWS_A_THREAD = 64
_FAINT = 1e-9  # popularity, between items no near session has


class SessionKnn(HistoryModel):
    """Vector multiplication session-based kNN (Ludewig & Jannach 2018, UMUAI 28, section 3.2).

    A session is a user's run of choices without a break longer than ``gap_minutes``. The last session's items
    count by their place, the latest most; the ``k`` nearest sessions by cosine each add their nearness to what
    they hold. Popularity decides between items that none holds.

    Attributes:
        sessions: which items each session holds, shape (sessions, items).
        holding: which sessions hold each item, shape (items, sessions).
        lengths: the square root of each session's number of items, shape (sessions,).
    """

    sessions: sparse.csr_array
    holding: sparse.csr_array
    lengths: NDArray[np.float64]

    def __init__(self, params: Mapping[str, Value], _seed: int = 0) -> None:
        self.k: Any = params["k"]
        self.gap_minutes: Any = params["gap_minutes"]

    def fit(self, train: Preferences) -> Self:
        """Cut the log into sessions.

        Raises:
            ModelError: where there is nothing to learn from, or the log has no times.
        """
        self._remember(train)
        session, item = self._cut(train)[:2]
        n = int(session[-1]) + 1
        self.sessions = sparse.csr_array((np.ones(len(item)), (session, item)), shape=(n, train.n_items))
        self.holding = sparse.csr_array(self.sessions.T)
        self.lengths = np.sqrt(np.diff(self.sessions.indptr))
        return self

    def neighbours(self, pairs: Preferences) -> sparse.csr_array:
        """Return the ``k`` nearest sessions of each user's last session and how near, shape (users, sessions).

        Equally near ones are taken in ascending order.
        """
        ends, items, weights = self._last(pairs)
        n, k = pairs.n_users, min(self.k, len(self.lengths))
        near, nearness, found = np.empty((n, k), dtype=np.int64), np.empty((n, k)), np.empty(n, dtype=np.int64)

        def find(start: int, end: int) -> None:
            part = slice(start, end)
            held = (self.holding.indptr, self.holding.indices, self.lengths)
            nearest_of_rows(ends[start : end + 1], items, weights, *held, near[part], nearness[part], found[part])

        share_rows(n, find, fewest=_ROWS_A_THREAD)
        there = np.arange(k) < found[:, None]
        starts = np.concatenate([[0], np.cumsum(found)])
        return sparse.csr_array((nearness[there], near[there], starts), shape=(n, len(self.lengths)))

    def contributions(self, user: int, item: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return the items of the user's last session, and what each adds to ``item`` through the nearest sessions."""
        pairs = self.histories.of_users(np.array([user]))
        _, items, weights = self._last(pairs)
        near = self.neighbours(pairs).indices
        holding = near[self.sessions[near][:, [item]].toarray()[:, 0] > 0]
        shared = self.sessions[holding][:, items].T @ (1 / self.lengths[holding])
        return items, weights * shared

    def _scores(self, new: Preferences) -> NDArray[np.float64]:
        scores = dense_product(self.neighbours(new), self.sessions)
        scores += _FAINT * self.popularity
        return scores

    def _cut(self, pairs: Preferences) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
        """Return the session (counted over all), item and user of each pair, in the order of users and time."""
        order = time_order(pairs)
        user, item, time = pairs.user[order], pairs.item[order], np.asarray(pairs.time)[order]
        begins = np.ones(len(user), dtype=bool)
        begins[1:] = (user[1:] != user[:-1]) | (np.diff(time) > 60 * self.gap_minutes)
        return np.cumsum(begins) - 1, item, user

    def _last(self, pairs: Preferences) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
        """Return each user's last session as a CSR row of length 1: ends, items and weights, most the latest item's."""
        session, item, user = self._cut(pairs)
        ends = np.cumsum(pairs.user_items)
        last = np.flatnonzero(session == session[ends[user] - 1])
        user, item = user[last], item[last]
        size = np.bincount(user, minlength=pairs.n_users)
        weights = (size[user] - (ends[user] - 1 - last)) / size[user]
        order = np.lexsort((item, user))
        user, item, weights = user[order], item[order], weights[order]
        weights /= np.sqrt(np.bincount(user, weights * weights, pairs.n_users))[user]
        return np.concatenate([[0], np.cumsum(size)]), item, weights
