"""What one spell of weeks looks like: a number a user, a session or a gap, and counts a class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.world.sessions import Lived

Array = NDArray[np.float64]

_DAY = 86_400


def choices_a_user(lived: Lived) -> Array:
    """Return the choices of each user who made one, shape (active users,)."""
    counts = np.bincount(lived.user, minlength=1)
    return counts[counts > 0].astype(np.float64)


def session_lengths(lived: Lived) -> Array:
    """Return the choices of each session, shape (sessions,)."""
    return np.unique(lived.session, return_counts=True)[1].astype(np.float64)


def gaps_in_days(lived: Lived) -> Array:
    """Return the days from each session's start to its user's next, shape (sessions - active users,)."""
    opens = lived.opens
    user, second = lived.user[opens], lived.second[opens]
    return np.asarray(np.diff(second)[np.diff(user) == 0] / _DAY)


def diversities(lived: Lived, directions: Array) -> Array:
    """Return ``1 - mean cosine`` over the different items of each user who took two or more.

    Intra-list diversity (Smyth & McClave 2001, section 3.2) of what a user consumed in place of a list.

    Args:
        lived: what was consumed.
        directions: unit item vectors, shape (items, rank).
    """
    n_items = len(directions)
    pair = np.unique(lived.user.astype(np.int64) * n_items + lived.item)
    user, item = np.divmod(pair, n_items)
    codes, row = np.unique(user, return_inverse=True)
    taken = sparse.csr_array((np.ones(len(pair)), (row, item)), shape=(len(codes), n_items))
    total = np.asarray(taken @ directions)
    length = np.asarray(taken @ (directions**2).sum(axis=1))
    count = np.bincount(row, minlength=len(codes)).astype(np.float64)
    two = count >= 2
    alike = (total[two] ** 2).sum(axis=1) - length[two]
    return np.asarray(1 - alike / (count[two] * (count[two] - 1)))


def item_counts(lived: Lived, n_items: int) -> Array:
    """Return how often each item was chosen, shape (items,)."""
    return np.bincount(lived.item, minlength=n_items).astype(np.float64)


def weekday_counts(lived: Lived, first_weekday: int) -> Array:
    """Return the sessions that began on each weekday, Monday first, shape (7,)."""
    return np.bincount((lived.day[lived.opens] + first_weekday) % 7, minlength=7).astype(np.float64)
