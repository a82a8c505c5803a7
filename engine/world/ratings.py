"""From utility to a rating: the log's own ratings, in the order of utility."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MOST_STEPS = 101


@dataclass(frozen=True)
class RatingScale:
    """A monotone step function from utility to rating.

    Attributes:
        values: ratings the log uses (at most 101 quantiles of them), ascending, shape (steps,).
        thresholds: utility from which on the next rating is given, ascending, shape (steps - 1,).
    """

    values: NDArray[np.float64]
    thresholds: NDArray[np.float64]

    def rate(self, utility: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the rating for each utility (noise included by the caller), of the same shape."""
        return self.values[np.searchsorted(self.thresholds, utility, side="right")]


def fit_ratings(ratings: NDArray[np.float64], utility: NDArray[np.float64]) -> RatingScale:
    """Return the scale on which consumed pairs' utilities give the log's distribution of ratings.

    Quantile matching: a rating given to the lowest 6% of the log's pairs is given to the lowest 6% of their
    utilities.

    Args:
        ratings: the log's ratings, shape (pairs,), at least one.
        utility: utilities, noise included, of consumed pairs; any number of them, at least one.
    """
    values = np.unique(ratings)
    if len(values) > _MOST_STEPS:
        values = np.unique(np.quantile(ratings, np.linspace(0, 1, _MOST_STEPS), method="lower"))
    below = np.searchsorted(np.sort(ratings), values[1:], side="left") / len(ratings)
    return RatingScale(values=values, thresholds=np.quantile(utility, below))
