"""Coverage: how much of the catalogue is shown, and to how many users something can be shown."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.metrics.hits import Ranked


def catalogue_coverage(exposure: NDArray[np.integer]) -> float:
    """Return the share of the whole catalogue that at least one list shows (Ge et al. 2010, section 3.1).

    Args:
        exposure: how many lists show each item, shape (items,); never-shown items count.
    """
    return float(np.mean(exposure > 0)) if len(exposure) else float("nan")


def user_coverage(ranked: Ranked) -> float:
    """Return the share of users whose list of k is full (Ge et al. 2010, section 3.1, over users).

    Args:
        ranked: item codes, shape (users, k); -1 where a list is shorter than k.
    """
    return float(np.mean((ranked >= 0).all(axis=1))) if len(ranked) else float("nan")
