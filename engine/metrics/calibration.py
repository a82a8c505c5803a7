"""Calibration: whether what a model predicts is, on average, what is observed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GROUPS = 10


def calibration_error(predicted: NDArray[np.float64], observed: NDArray[np.float64], *, groups: int = GROUPS) -> float:
    """Return how far predictions are from what is observed, averaged over groups of alike predictions.

    Pairs are ordered by prediction and cut into ``groups`` of as equal size as can be, equal predictions never
    apart; the mean is of |mean predicted - mean observed|, weighted by size (expected calibration error: Naeini,
    Cooper & Hauskrecht 2015; with groups of equal size, Nixon et al. 2019). In the unit of the predictions.

    Args:
        predicted: finite, shape (pairs,).
        observed: finite, shape (pairs,).
        groups: how many at most.

    Returns:
        The error; NaN without pairs.
    """
    if len(predicted) == 0:
        return float("nan")
    values, place = np.unique(predicted, return_inverse=True)
    count = np.bincount(place)
    # Each distinct prediction goes to the group in which the middle of its pairs falls.
    middle = np.cumsum(count) - count / 2
    group = np.minimum((middle * groups / len(predicted)).astype(np.intp), groups - 1)
    off = np.bincount(group, values * count - np.bincount(place, observed))
    return float(np.abs(off).sum() / len(predicted))
