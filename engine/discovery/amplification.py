"""Popularity amplification: how much more popular what is shown is than what users had chosen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.metrics.popularity import profile_popularity
from engine.preferences import Preferences

Array = NDArray[np.float64]


def history_popularity(history: Preferences) -> Array:
    """Return the mean popularity of each user's history, NaN without one, shape (users,)."""
    return profile_popularity(history.matrix, history.item_users)


def shown_popularity(slates: NDArray[np.int32], item_users: NDArray[np.integer]) -> Array:
    """Return the mean popularity of each slate, NaN where it is empty, shape (slates,)."""
    shown = slates >= 0
    total = (shown * item_users[np.maximum(slates, 0)]).sum(axis=1)
    count = shown.sum(axis=1)
    return np.asarray(np.divide(total, count, out=np.full(len(slates), np.nan), where=count > 0))


def lift(shown: Array, had: Array, members: Array) -> Array:
    """Return each group's popularity lift: mean popularity shown / mean popularity had - 1, shape (groups,).

    The group average popularity of recommendations against that of profiles (Mansoury et al. 2020, "Feedback
    loop and bias amplification in recommender systems", CIKM, section 3; Abdollahpouri et al. 2019). The
    popularity is that of the start in every round, so that a rise is a change of what is shown.

    Args:
        shown: mean popularity of what each unit was shown, NaN for nothing, shape (units,).
        had: mean popularity of each unit's history, shape (units,).
        members: who counts in which group, shape (groups, units).
    """
    both = np.isfinite(shown) & np.isfinite(had)
    top, bottom = members @ np.where(both, shown, 0.0), members @ np.where(both, had, 0.0)
    return np.asarray(np.divide(top, bottom, out=np.full(len(members), np.nan), where=bottom > 0)) - 1
