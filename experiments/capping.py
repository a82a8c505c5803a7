"""Capping (winsorising): a few huge values are brought down to a percentile before anything is averaged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from engine.errors import ExperimentError
from experiments.moments import Floats


@dataclass(frozen=True, eq=False)
class Capped:
    """Values after capping.

    Attributes:
        values: shape as given.
        low: lower cut-off of each quantity, -infinity where there is none, shape (..., quantities).
        high: upper cut-off, infinity where there is none.
        n_low: values raised to the lower cut-off, shape (..., quantities).
        n_high: values brought down to the upper one.
    """

    values: Floats
    low: Floats
    high: Floats
    n_low: Floats
    n_high: Floats


def cap(
    values: ArrayLike, *, upper: float | None = 0.99, lower: float | None = None, of_nonzero: bool = False
) -> Capped:
    """Return ``values`` brought to the quantiles ``lower`` and ``upper`` where they are beyond.

    The cut-offs are those of all units of all variants together: cut-offs of each variant would take away
    part of the difference between them (Kohavi, Tang & Xu 2020, Trustworthy Online Controlled Experiments,
    chapter 22). They are values that occur (the order statistic nearest from above for ``upper``, from below
    for ``lower``), so no value is made up.

    Args:
        values: one value a unit and quantity, shape (..., units, quantities).
        upper: quantile to cap at, or None.
        lower: quantile to raise to, or None.
        of_nonzero: take the quantiles among values other than zero, where most units spent nothing.

    Raises:
        ExperimentError: where a quantile cannot be, or values are missing or infinite.
    """
    data = np.asarray(values, dtype=np.float64)
    if data.ndim < 2 or not np.isfinite(data).all():
        raise ExperimentError(
            f"Values of shape {data.shape} were given; expected (..., units, quantities), all numbers and finite."
        )
    low_level, high_level = 0.0 if lower is None else lower, 1.0 if upper is None else upper
    if not 0 <= low_level < high_level <= 1:
        raise ExperimentError(
            f"Quantiles {lower} and {upper} were given; expected 0 <= lower < upper <= 1, such as an upper of 0.99."
        )
    counted = np.where(data == 0, np.nan, data) if of_nonzero else data
    endless = np.full((*data.shape[:-2], data.shape[-1]), np.inf)
    low = -endless if lower is None else _order_statistic(counted, low_level, "lower")
    high = endless if upper is None else _order_statistic(counted, high_level, "higher")
    held = np.clip(data, low[..., None, :], high[..., None, :])
    return Capped(
        values=held,
        low=low,
        high=high,
        n_low=(data < low[..., None, :]).sum(axis=-2).astype(np.float64),
        n_high=(data > high[..., None, :]).sum(axis=-2).astype(np.float64),
    )


def _order_statistic(values: Floats, level: float, side: str) -> Floats:
    """Return the sample quantile along the units; endless where no value counts."""
    ordered = np.sort(values, axis=-2)  # NaN last
    n = (~np.isnan(values)).sum(axis=-2)
    position = np.maximum(n - 1, 0) * level
    rank = np.floor(position + 1e-9) if side == "lower" else np.ceil(position - 1e-9)
    if not values.shape[-2]:
        return np.full(n.shape, -np.inf if side == "lower" else np.inf)
    found = np.take_along_axis(ordered, rank[..., None, :].astype(np.int64), axis=-2)[..., 0, :]
    return np.where(n > 0, found, -np.inf if side == "lower" else np.inf)
