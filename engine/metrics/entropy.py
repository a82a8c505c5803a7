"""Entropy of exposure: how evenly recommendations fall on items."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import entropy as shannon_entropy


def entropy(exposure: NDArray[np.integer]) -> float:
    """Return Shannon's entropy of the items' shares of exposure, in bits; NaN where nothing is shown.

    0 when all lists show one item, log2(items) when all items are shown equally often.

    Args:
        exposure: how many lists show each item, shape (items,).
    """
    return float(shannon_entropy(exposure, base=2)) if np.sum(exposure) > 0 else float("nan")
