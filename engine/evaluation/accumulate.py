"""From one row a user to one estimate a metric: the second of the two steps, measuring being the first."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.metrics.intervals import Estimate, ratio_intervals

# Metrics that are a ratio of sums over users: column of the numerator, column of the denominator (None: the
# users the metric is measured for). All others of METRICS describe the lists of all users together.
RATIOS: dict[str, tuple[str, str | None]] = {
    "rmse": ("squared_error", "ratings"),
    "mae": ("absolute_error", "ratings"),
    "precision": ("precision", None),
    "recall": ("recall", None),
    "ndcg": ("ndcg", None),
    "map": ("map", None),
    "mrr": ("mrr", None),
    "hit_rate": ("hit_rate", None),
    "novelty": ("novelty", None),
    "intra_list_diversity": ("intra_list_diversity", None),
    "serendipity": ("serendipity", None),
    "average_recommendation_popularity": ("average_recommendation_popularity", None),
    "miscalibration": ("miscalibration", None),
}
RATING_METRICS = ("rmse", "mae")
RANKING_METRICS = ("precision", "recall", "ndcg", "map", "mrr", "hit_rate")

METRICS = (
    *RATING_METRICS,
    "calibration_error",
    *RANKING_METRICS,
    "coverage",
    "gini",
    "entropy",
    "personalisation",
    "novelty",
    "intra_list_diversity",
    "serendipity",
    "average_recommendation_popularity",
    "miscalibration",
    "fit_seconds",
    "latency_p50_ms",
    "latency_p99_ms",
)
"""Names of everything on the leaderboard, in its order."""

GROUPS: dict[str, tuple[str, ...]] = {
    "Lists": RANKING_METRICS,
    "Discovery": (
        "coverage",
        "gini",
        "entropy",
        "intra_list_diversity",
        "novelty",
        "serendipity",
        "personalisation",
        "average_recommendation_popularity",
        "miscalibration",
    ),
    "Predicted ratings": (*RATING_METRICS, "calibration_error"),
    "Cost": ("fit_seconds", "latency_p50_ms", "latency_p99_ms"),
}
"""The same by what they tell, as a reader takes them in."""


def ratio_terms(per_user: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return numerators and denominators of RATIOS, each of shape (users, metrics), without NaN.

    Args:
        per_user: one row a user with the columns RATIOS names; NaN where a metric does not concern the user.
    """
    top = per_user[[column for column, _ in RATIOS.values()]].to_numpy(np.float64)
    there = ~np.isnan(top)
    bottom = there.astype(np.float64)
    for position, (_, count) in enumerate(RATIOS.values()):
        if count is not None:
            bottom[:, position] = np.where(there[:, position], per_user[count].to_numpy(np.float64), 0.0)
    return np.where(there, top, 0.0), bottom


def estimates(per_user: pd.DataFrame, *, seed: int) -> dict[str, Estimate]:
    """Return every metric of RATIOS over the given users, with 95% bootstrap intervals.

    Args:
        per_user: one row a user, as in ``Evaluation.per_user``.
        seed: seed of the bootstrap.
    """
    value, low, high = (np.array(part) for part in ratio_intervals(*ratio_terms(per_user), seed=seed))
    # RMSE is the root of a ratio; a root keeps the order, so its interval is the root of the ends.
    root = list(RATIOS).index("rmse")
    for part in (value, low, high):
        part[root] = np.sqrt(part[root])
    return {name: Estimate(number(value[i]), number(low[i]), number(high[i])) for i, name in enumerate(RATIOS)}


def number(value: float) -> float | None:
    """Return ``value`` as a plain float, None where it is not finite (JSON knows no NaN)."""
    return float(value) if math.isfinite(value) else None
