"""Gini coefficient and Lorenz curve of exposure over the whole catalogue."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def gini(exposure: NDArray[np.integer] | NDArray[np.float64]) -> float:
    """Return the Gini coefficient: 0 when all items are shown equally, (n - 1) / n when one takes all.

    With exposures sorted upwards, sum((2 i - n - 1) x_i) / (n sum(x)), i = 1..n (Gunawardana & Shani 2015,
    section 8.3.3.2). Items never shown count: n is the whole catalogue.

    Args:
        exposure: how many lists show each item, shape (items,).

    Returns:
        The coefficient; NaN where nothing is shown.
    """
    n = len(exposure)
    total = float(np.sum(exposure))
    if total == 0:
        return float("nan")
    rank = np.arange(1, n + 1)
    return float((2 * rank - n - 1) @ np.sort(exposure) / (n * total))


def lorenz(exposure: NDArray[np.integer], *, points: int = 101) -> NDArray[np.float64]:
    """Return the Lorenz curve, shape (points, 2): share of items, least shown first, and share of exposure.

    Args:
        exposure: how many lists show each item, shape (items,).
        points: places along the curve, evenly spaced over items.
    """
    items = np.linspace(0, 1, points)
    total = float(np.sum(exposure))
    if total == 0:
        return np.column_stack([items, items])
    running = np.concatenate([[0.0], np.cumsum(np.sort(exposure)) / total])
    return np.column_stack([items, np.interp(items, np.linspace(0, 1, len(running)), running)])


def top_share(exposure: NDArray[np.integer], *, items: float = 0.1) -> float:
    """Return the share of exposure that the most shown ``items`` (a share of the catalogue) receive."""
    total = float(np.sum(exposure))
    if total == 0:
        return float("nan")
    count = max(1, round(items * len(exposure)))
    return float(np.sort(exposure)[-count:].sum() / total)
