"""P-values of a group sequential experiment that may be read, and corrected, at every planned look."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy import interpolate, special

from engine.errors import ExperimentError
from experiments.boundaries import Spending, lan_demets
from experiments.moments import Floats

# Two-sided levels at which boundaries are worked out, evenly spread as normal quantiles: 0.98 to 4e-12.
_QUANTILES = tuple(np.linspace(0.025, 6.95, 26))


def sequential_p_values(
    p_value: ArrayLike, fractions: ArrayLike, *, spending: Spending = "obrien-fleming", alpha: float = 0.05
) -> Floats:
    """Return, for each look, the smallest level at which the experiment would have stopped by then.

    Liu & Anderson (2008, J. American Statistical Association 103(484), section 2); Jennison & Turnbull (2000,
    section 9.2). At a level alpha it is below alpha exactly where the boundaries of that level have been
    crossed, so it may be corrected for multiplicity as any p-value (Maurer & Bretz 2013, Statistics in
    Biopharmaceutical Research 5(4)). Between the levels at which boundaries are worked out, ``alpha`` among
    them, it is interpolated on the scale of normal quantiles: 1e-4 relative at worst.

    Args:
        p_value: two-sided, of each look as if it were the only one, shape (looks, ...); NaN where none exists.
        fractions: share of the planned information at each look, shape (looks,).
        spending: how alpha is spent.
        alpha: the level that decides; at it the p-value is exact.

    Returns:
        Shape of ``p_value``; never rising from look to look. NaN where no look so far has a p-value.

    Raises:
        ExperimentError: where the looks and fractions do not fit, or either cannot be.
    """
    alone = np.asarray(p_value, dtype=np.float64)
    times = np.asarray(fractions, dtype=np.float64)
    if alone.shape[:1] != times.shape:
        raise ExperimentError(
            f"P-values of shape {alone.shape} were given for {times.size} looks; each look needs its."
        )
    quantiles, boundaries = _boundaries(tuple(times.tolist()), spending, alpha)
    found = np.full(alone.shape, np.nan)
    with np.errstate(divide="ignore"):
        z = np.minimum(-special.ndtri(alone / 2), 1e3)
    for look, edge in enumerate(boundaries.T):
        reachable = np.isfinite(edge)
        if reachable.sum() < 2:
            level = np.zeros(z[look].shape)
        else:
            curve = interpolate.PchipInterpolator(edge[reachable], quantiles[reachable], extrapolate=False)
            within = np.clip(z[look], edge[reachable][0], edge[reachable][-1])
            level = np.where(z[look] < edge[reachable][0], 0.0, curve(within))
        found[look] = np.where(np.isnan(z[look]), np.nan, 2 * special.ndtr(-level))
    return np.asarray(np.fmin.accumulate(found, axis=0))


@lru_cache(maxsize=64)
def _boundaries(fractions: tuple[float, ...], spending: Spending, alpha: float) -> tuple[Floats, Floats]:
    """Return normal quantiles of rising strictness and their boundaries, shapes (levels,) and (levels, looks)."""
    quantiles = np.union1d(_QUANTILES, -special.ndtri(alpha / 2))
    levels = 2 * special.ndtr(-quantiles)
    return quantiles, np.stack([lan_demets(fractions, alpha=level, spending=spending).z for level in levels])
