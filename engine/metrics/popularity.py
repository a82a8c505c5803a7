"""Popularity bias: how popular what is recommended is, alone and against what users chose themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.metrics.hits import PerUser, Ranked
from engine.metrics.lists import list_mean


def average_recommendation_popularity(ranked: Ranked, item_users: NDArray[np.integer]) -> PerUser:
    """Return the mean popularity (users in training) of each list's items, shape (users,).

    Its mean over users is ARP (Yin et al. 2012; Abdollahpouri et al. 2019).

    Args:
        ranked: item codes, shape (users, k).
        item_users: users who have each item in training, shape (items,).
    """
    return list_mean(item_users.astype(np.float64), ranked)


def profile_popularity(history: sparse.csr_array, item_users: NDArray[np.integer]) -> PerUser:
    """Return the mean popularity of what each user had, NaN without a history, shape (users,).

    Args:
        history: stored entries mark what each user had, shape (users, items).
        item_users: users who have each item in training, shape (items,).
    """
    n_had = np.diff(history.indptr)
    owner = np.repeat(np.arange(history.shape[0]), n_had)
    total = np.bincount(owner, weights=item_users[history.indices], minlength=history.shape[0])
    mean: PerUser = np.divide(total, n_had, out=np.full(len(total), np.nan), where=n_had > 0)
    return mean


def popularity_lift(recommended: PerUser, profile: PerUser) -> float:
    """Return how much more popular recommendations are than what users chose: 0.5 is half as much again.

    (mean over users of list popularity - of profile popularity) / the latter (Abdollahpouri et al. 2020,
    "popularity lift"), over users who have both.
    """
    both = ~(np.isnan(recommended) | np.isnan(profile))
    if not both.any():
        return float("nan")
    base = float(profile[both].mean())
    return float((recommended[both].mean() - base) / base)
