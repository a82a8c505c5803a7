"""Part of the training pairs held back, so that an ensemble can learn whom to trust without seeing the test."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.preferences import Preferences

Holdout = Literal["random", "latest", "both"]

VALIDATION_USERS = 1500


def hold_out(train: Preferences, share: float, how: Holdout, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which pairs to hold back: ``share`` of each user's, rounded down, so that one always stays.

    Args:
        train: the pairs.
        share: below 1.
        how: ``latest`` takes each user's last pairs by time, ``random`` draws them, and ``both`` takes the first
            half of them the one way and the rest the other; without times all are drawn.
        rng: draws pairs, and the order of equal times.
    """
    tie = rng.random(len(train))
    n_held = np.floor(train.user_items * share)[train.user]
    place = _from_end(train, tie, None if how == "random" else train.time)
    if how == "both" and train.time is not None:
        place = _from_end(train, tie, place < n_held // 2)
    left: NDArray[np.bool_] = place < n_held
    return left


def _from_end(
    train: Preferences, tie: NDArray[np.float64], first: NDArray[np.generic] | None = None
) -> NDArray[np.int64]:
    """Return each pair's place among its user's counted from the last (0), by ``first`` and then by ``tie``."""
    order = np.lexsort((tie, train.user) if first is None else (tie, first, train.user))
    place = np.empty(len(train), dtype=np.int64)
    place[order] = np.arange(len(train))
    ends = np.cumsum(train.user_items)
    from_end: NDArray[np.int64] = ends[train.user] - 1 - place
    return from_end


def asked_users(train: Preferences, held: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.int32]:
    """Return the users with pairs held back, ascending; a draw of ``VALIDATION_USERS`` where there are more."""
    asked = np.unique(train.user[held])
    return asked if len(asked) <= VALIDATION_USERS else np.sort(rng.choice(asked, VALIDATION_USERS, replace=False))
