"""Bootstrap intervals over users, for all metrics at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95% interval.

    Attributes:
        value: the point estimate; None where it cannot be measured.
        low: lower end of the interval; None where there is none.
        high: upper end of the interval; None where there is none.
        reason: why there is no value, in a sentence; empty where there is one.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str = ""


def ratio_intervals(
    numerators: NDArray[np.float64],
    denominators: NDArray[np.float64],
    *,
    seed: int = 0,
    replications: int = 1000,
    level: float = 0.95,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return ratios of sums over users with percentile bootstrap ends, each of shape (metrics,).

    Users are drawn with replacement, as whole rows: what one user contributes is not independent. A plain
    mean over users has denominator 1, and 0 for users it does not concern; a mean over pairs has each user's
    number of pairs. All metrics share the draws, one weight matrix times one metric matrix (Efron &
    Tibshirani 1993, chapter 13).

    Args:
        numerators: finite sums of each user, shape (users, metrics).
        denominators: finite counts of each user, shape (users, metrics).
        seed: seed of the draws.
        replications: bootstrap samples.
        level: coverage of the interval.

    Returns:
        value, low and high; NaN where the denominators add up to nothing.
    """
    n_users, n_metrics = numerators.shape
    both = np.hstack([numerators, denominators])
    value = _ratio(both.sum(axis=0, keepdims=True), n_metrics)[0]
    if n_users == 0:
        return value, value, value
    rng = np.random.default_rng(seed)
    block = max(1, min(replications, DRAWS_AT_ONCE // n_users))
    sums = np.empty((replications, 2 * n_metrics))
    for start in range(0, replications, block):
        rows = min(block, replications - start)
        drawn = rng.integers(n_users, size=(rows, n_users))
        drawn += np.arange(rows)[:, None] * n_users
        weights = np.bincount(drawn.ravel(), minlength=rows * n_users).reshape(rows, n_users)
        sums[start : start + rows] = weights.astype(np.float64) @ both
    tail = (1 - level) / 2
    ratios = _ratio(sums, n_metrics)
    low, high = np.full(n_metrics, np.nan), np.full(n_metrics, np.nan)
    known = ~np.isnan(value)
    if known.any():
        low[known], high[known] = np.nanquantile(ratios[:, known], [tail, 1 - tail], axis=0)
    return value, low, high


def _ratio(sums: NDArray[np.float64], n_metrics: int) -> NDArray[np.float64]:
    top, bottom = sums[:, :n_metrics], sums[:, n_metrics:]
    ratio: NDArray[np.float64] = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return ratio
