"""What is known of each user at a moment, and what they did in the period after it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from engine.categories import categories_of
from engine.dataset import Dataset
from engine.segments.activity import row_values

DAY_SECONDS = 86_400


def features(dataset: Dataset, before: int, period_days: int) -> pd.DataFrame:
    """Return what the log tells of each user before a moment; nothing later is looked at.

    Recency, frequency and value are those of Fader, Hardie & Lee 2005 (Marketing Science 24(2)); the rest says how
    these move.

    Args:
        dataset: a log with times.
        before: the moment, in seconds since 1970.
        period_days: length of the period that a trend compares.

    Returns:
        One row a user who did anything before, index = user code. Columns: ``recency_days`` (since the last
        interaction), ``tenure_days`` (since the first), ``interactions``, ``active_days``, ``gap_days`` (mean between
        active days), ``recency_in_gaps`` (recency as a multiple of it), ``value``, ``value_lately`` and
        ``interactions_lately`` (in the last period), ``trend`` (log ratio of the interactions of the last period to
        those of the one before), ``items`` and ``categories`` (different ones).
    """
    log = dataset.interactions
    seconds = log["time"].to_numpy("datetime64[s]").astype(np.int64)
    earlier = seconds < before
    user, item = log["user"].to_numpy()[earlier], log["item"].to_numpy()[earlier]
    seconds, worth = seconds[earlier], row_values(dataset)[0][earlier]
    n = dataset.n_users
    count = np.bincount(user, minlength=n)
    first, last = np.full(n, before), np.zeros(n, dtype=np.int64)
    np.minimum.at(first, user, seconds)
    np.maximum.at(last, user, seconds)
    days = _different(user, seconds // DAY_SECONDS, n)
    length = period_days * DAY_SECONDS
    lately = seconds >= before - length
    previously = ~lately & (seconds >= before - 2 * length)
    recent = np.bincount(user[lately], minlength=n)
    previous = np.bincount(user[previously], minlength=n)
    recency, tenure = (before - last) / DAY_SECONDS, (before - first) / DAY_SECONDS
    gap = (last - first) / DAY_SECONDS / np.maximum(days - 1, 1)
    frame = pd.DataFrame(
        {
            "recency_days": recency,
            "tenure_days": tenure,
            "interactions": count,
            "active_days": days,
            "gap_days": gap,
            "recency_in_gaps": recency / (gap + 1),
            "value": np.bincount(user, weights=worth, minlength=n),
            "value_lately": np.bincount(user[lately], weights=worth[lately], minlength=n),
            "interactions_lately": recent,
            "trend": np.log((recent + 1) / (previous + 1)),
            "items": _different(user, item.astype(np.int64), n),
            "categories": _breadth(dataset, user, item),
        }
    )
    return frame[count > 0].astype(np.float64)


def outcomes(dataset: Dataset, begin: int, end: int) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return who was active from ``begin`` up to ``end`` (seconds since 1970), and their value; shape (users,) each."""
    log = dataset.interactions
    seconds = log["time"].to_numpy("datetime64[s]").astype(np.int64)
    within = (seconds >= begin) & (seconds < end)
    user = log["user"].to_numpy()[within]
    worth: NDArray[np.float64] = np.zeros(dataset.n_users)
    np.add.at(worth, user, row_values(dataset)[0][within])
    return np.bincount(user, minlength=dataset.n_users) > 0, worth


def _different(user: NDArray[np.integer], what: NDArray[np.int64], n_users: int) -> NDArray[np.int64]:
    """Return how many different values of ``what`` each user has, shape (n_users,)."""
    pairs = pd.DataFrame({"user": user, "what": what}).drop_duplicates()
    counts: NDArray[np.int64] = np.bincount(pairs["user"], minlength=n_users)
    return counts


def _breadth(dataset: Dataset, user: NDArray[np.integer], item: NDArray[np.integer]) -> NDArray[np.int64]:
    known = categories_of(dataset)
    if known is None:
        return np.zeros(dataset.n_users, dtype=np.int64)
    had = sparse.csr_array((np.ones(len(user)), (user, item)), shape=(dataset.n_users, dataset.n_items))
    kinds: NDArray[np.int64] = np.diff(sparse.csr_array(had @ known.shares).indptr).astype(np.int64)
    return kinds
