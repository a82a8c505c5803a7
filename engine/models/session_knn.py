"""Session neighbours: what was chosen in sessions like the user's last one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.preprocessing import normalize

from engine.models.histories import HistoryModel
from engine.models.params import Value
from engine.models.products import dense_product
from engine.models.sequence import in_order
from engine.preferences import Preferences

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
        """Return the ``k`` nearest sessions of each user's last session and how near, shape (users, sessions)."""
        near = sparse.csr_array(normalize(self._last(pairs)) @ self.holding)
        near.data /= self.lengths[near.indices]
        return _largest(near, self.k)

    def contributions(self, user: int, item: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return the items of the user's last session, and what each adds to ``item`` through the nearest sessions."""
        pairs = self.histories.of_users(np.array([user]))
        last = normalize(self._last(pairs))
        near = self.neighbours(pairs).indices
        holding = near[self.sessions[near][:, [item]].toarray()[:, 0] > 0]
        shared = self.sessions[holding][:, last.indices].T @ (1 / self.lengths[holding])
        return last.indices, last.data * shared

    def _scores(self, new: Preferences) -> NDArray[np.float64]:
        return dense_product(self.neighbours(new), self.sessions) + _FAINT * self.popularity

    def _cut(self, pairs: Preferences) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
        """Return the session (counted over all), item and user of each pair, in the order of users and time."""
        user, item = in_order(pairs)
        time = np.asarray(pairs.time)[np.lexsort((pairs.item, np.asarray(pairs.time), pairs.user))]
        begins = np.ones(len(user), dtype=bool)
        begins[1:] = (user[1:] != user[:-1]) | (np.diff(time) > 60 * self.gap_minutes)
        return np.cumsum(begins) - 1, item, user

    def _last(self, pairs: Preferences) -> sparse.csr_array:
        """Return each user's last session, weights rising to 1 at the latest item, shape (users, items)."""
        session, item, user = self._cut(pairs)
        ends = np.cumsum(pairs.user_items)
        last = session == session[ends[user] - 1]
        size = np.bincount(user[last], minlength=pairs.n_users)
        place = size[user[last]] - (ends[user] - 1 - np.arange(len(user)))[last]
        weights = (place / size[user[last]], (user[last], item[last]))
        return sparse.csr_array(weights, shape=(pairs.n_users, pairs.n_items))


def _largest(rows: sparse.csr_array, k: int) -> sparse.csr_array:
    """Keep each row's ``k`` largest values, equal ones by ascending column."""
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    order = np.lexsort((rows.indices, -rows.data, row))
    place = np.arange(len(order)) - rows.indptr[row]
    kept = order[place < k]
    return sparse.csr_array((rows.data[kept], (row[kept], rows.indices[kept])), shape=rows.shape)
