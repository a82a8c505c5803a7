"""Part of the training pairs held back, so that an ensemble can learn whom to trust without seeing the test."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.preferences import Preferences

Holdout = Literal["random", "latest"]


def hold_out(train: Preferences, share: float, how: Holdout, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which pairs to hold back: ``share`` of each user's, rounded down, so that one always stays.

    Args:
        train: the pairs.
        share: below 1.
        how: ``latest`` takes each user's last pairs by time, which needs times; ``random`` draws them.
        rng: draws pairs, and the order of equal times.
    """
    tie = rng.random(len(train))
    order = np.lexsort(
        (tie, train.time, train.user) if how == "latest" and train.time is not None else (tie, train.user)
    )
    place = np.empty(len(train), dtype=np.int64)
    place[order] = np.arange(len(train))
    ends = np.cumsum(train.user_items)
    left: NDArray[np.bool_] = ends[train.user] - place <= np.floor(train.user_items * share)[train.user]
    return left
