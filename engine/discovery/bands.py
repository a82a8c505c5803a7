"""A mean over seeds with its band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Band:
    """Means over seeds with their 95% bands, arrays of one shape.

    Attributes:
        value: mean over the seeds.
        low: lower end of the band.
        high: upper end of the band.
    """

    value: Array
    low: Array
    high: Array

    def at(self, *place: int) -> tuple[float, float, float]:
        """Return value, low and high at one place."""
        return float(self.value[place]), float(self.low[place]), float(self.high[place])


def band(found: Array) -> Band:
    """Return the mean over the first axis (seeds) with the t interval of that mean.

    ``mean +- t(0.975, seeds - 1) x sd / sqrt(seeds)`` (Student 1908): with a handful of seeds the normal
    quantile would promise too much. A difference of two arms is taken seed by seed before it comes here, so
    that what the arms share (users and luck) cancels.

    Args:
        found: shape (seeds, ...); NaN where a seed could not measure.

    Returns:
        NaN where no seed measured; ends NaN where fewer than two did.
    """
    known = np.isfinite(found)
    count = known.sum(axis=0)
    mean = _share(np.where(known, found, 0.0).sum(axis=0), count)
    squares = np.where(known, (found - mean) ** 2, 0.0).sum(axis=0)
    free = np.maximum(count - 1, 1)
    half = np.where(count > 1, stdtrit(free, 0.975) * np.sqrt(squares / free / np.maximum(count, 1)), np.nan)
    return Band(value=mean, low=mean - half, high=mean + half)


def _share(part: Array, whole: NDArray[np.integer]) -> Array:
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0))


def signed(value: float, digits: str = ".2f") -> str:
    """Return ``value`` with its sign for a sentence: ``+0.12``, ``−0.03``."""
    return f"{value:+{digits}}".replace("-", "−")
