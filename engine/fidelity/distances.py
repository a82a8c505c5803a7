"""Distances between two samples, and the words for them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.fidelity.record import Verdict

Array = NDArray[np.float64]

KOLMOGOROV = "largest gap between the two distribution functions (Kolmogorov-Smirnov)"
KOLMOGOROV_SOURCE = "Massey 1951, The Kolmogorov-Smirnov test for goodness of fit, JASA 46."
VARIATION = "share that would have to move to make them alike (total variation)"
VARIATION_SOURCE = "Levin, Peres & Wilmer 2009, Markov Chains and Mixing Times, section 4.1."
DIFFERENCE = "absolute difference"
RATIO = "absolute logarithm of the ratio"
PLAIN_SOURCE = "By definition."


def kolmogorov(one: Array, other: Array) -> float:
    """Return the largest gap between two empirical distribution functions; NaN where a sample is empty."""
    if not len(one) or not len(other):
        return float("nan")
    one, other = np.sort(one), np.sort(other)
    at = np.concatenate([one, other])
    below = np.searchsorted(one, at, side="right") / len(one) - np.searchsorted(other, at, side="right") / len(other)
    return float(np.abs(below).max())


def variation(one: Array, other: Array) -> float:
    """Return half the summed gaps between two lists of counts or shares, each brought to 1; NaN where one is empty."""
    if one.sum() == 0 or other.sum() == 0:
        return float("nan")
    return float(np.abs(one / one.sum() - other / other.sum()).sum() / 2)


def verdict(distance: float, of_earlier: float | None, tolerance: float) -> Verdict:
    """Return ``fits`` within the yardstick or the tolerance, ``roughly`` within twice that, else ``does not fit``.

    Args:
        distance: from the simulated weeks to the held-out ones.
        of_earlier: from the log's own earlier weeks to the held-out ones; None or NaN where there is none.
        tolerance: distance too small for anybody to care.
    """
    if not np.isfinite(distance):
        return "not measured"
    yardstick = tolerance if of_earlier is None or not np.isfinite(of_earlier) else max(of_earlier, tolerance)
    return "fits" if distance <= yardstick else "roughly" if distance <= 2 * yardstick else "does not fit"
