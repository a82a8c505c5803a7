"""How sure a study is of what it counted: Monte-Carlo intervals, and whether p-values are uniform."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from engine.errors import ExperimentError
from experiments.moments import Floats

#: Bins of the histogram of p-values.
BINS = 20
_UNIFORM_LEVEL = 0.01


@dataclass(frozen=True)
class Uniformity:
    """Whether p-values under no difference are uniform, as they should be.

    Attributes:
        counts: p-values in each of ``BINS`` equal bins from 0 to 1.
        gap: largest distance between their distribution function and the uniform one (Kolmogorov-Smirnov).
        allowed: the gap that chance alone stays under 99 times in 100.
        uniform: whether the gap is not larger.
    """

    counts: tuple[int, ...]
    gap: float
    allowed: float
    uniform: bool


def binomial_interval(successes: ArrayLike, trials: ArrayLike, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Return both ends of the exact interval of a rate (Clopper & Pearson 1934, Biometrika 26(4)).

    Args:
        successes: counted; any shape.
        trials: of how many; broadcasts. The interval is 0 to 1 where there was none.
        level: of confidence.

    Raises:
        ExperimentError: where successes are not between 0 and the trials.
    """
    k, n = np.broadcast_arrays(np.asarray(successes, np.float64), np.asarray(trials, np.float64))
    if ((k < 0) | (k > n)).any():
        raise ExperimentError("Successes were given below 0 or above the number of trials; expected 0 to all trials.")
    tail = (1 - level) / 2
    low = special.betaincinv(np.maximum(k, 0.5), n - k + 1, tail)
    high = special.betaincinv(k + 1, np.maximum(n - k, 0.5), 1 - tail)
    return np.where(k > 0, low, 0.0), np.where(k < n, high, 1.0)


def uniformity(p_values: Floats) -> Uniformity:
    """Return how ``p_values`` of A/A tests are distributed; those that are NaN are left out.

    Args:
        p_values: any shape.
    """
    known = np.sort(p_values[~np.isnan(p_values)])
    counts, _ = np.histogram(known, bins=BINS, range=(0.0, 1.0))
    if not len(known):
        return Uniformity(tuple(counts.tolist()), np.nan, np.nan, uniform=False)
    ranks = np.arange(1, len(known) + 1) / len(known)
    gap = float(np.maximum(ranks - known, known - ranks + 1 / len(known)).max())
    allowed = float(stats.kstwo.ppf(1 - _UNIFORM_LEVEL, len(known)))
    return Uniformity(tuple(counts.tolist()), gap, allowed, uniform=gap <= allowed)
