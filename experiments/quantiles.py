"""Quantile metrics, such as the median or the 95th percentile of latency: differences between variants."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from engine.errors import ExperimentError
from experiments.effects import Effects, compare
from experiments.estimates import Estimates
from experiments.moments import Floats

_REACH = float(special.ndtri(0.975))  # half-width of the difference quotient, in standard errors of the rank
_BLOCK = 4_000_000  # assignments counted at once


def quantile_effects(
    values: ArrayLike,
    variants: ArrayLike,
    n_variants: int,
    *,
    names: Sequence[str],
    levels: Sequence[float],
    control: int = 0,
    alpha: float = 0.05,
) -> Effects:
    """Return the effect of every treatment on a quantile of each metric, over units.

    The quantile is Hyndman & Fan's (1996) type 7. Its standard error is sqrt(q (1 - q) / n) over the density
    there (Deng, Knoblich & Lu 2018, KDD, section 4), the density being the difference quotient of the sorted
    values between the ranks 1.96 standard errors to both sides (McKean & Schrader 1984; for a rank beyond
    the sample, up to its end). The interval is that of a difference of means with these standard errors.
    Values must be one a unit: several rows of one unit are not independent.

    Args:
        values: shape (units, metrics).
        variants: variant code of each unit, shape (..., units); leading axes may be replications of the
            assignment, or segments with -1 for units outside. Units with negative codes are left out.
        n_variants: number of variants.
        names: names of the metrics.
        levels: quantile of each metric, between 0 and 1.
        control: variant code of the control.
        alpha: one minus the confidence level.

    Returns:
        Arrays of shape (..., metrics, treatments). Where so many units share a value that the density is
        endless, the status says there is no spread.

    Raises:
        ExperimentError: where shapes, codes, levels or values cannot be.
    """
    found = quantile_estimates(values, variants, n_variants, names=names, levels=levels)
    return compare(found, control=control, alpha=alpha)


def quantile_estimates(
    values: ArrayLike,
    variants: ArrayLike,
    n_variants: int,
    *,
    names: Sequence[str],
    levels: Sequence[float],
) -> Estimates:
    """Return a quantile of each metric in every variant, arrays of shape (..., metrics, variants).

    See ``quantile_effects``.

    Raises:
        ExperimentError: where shapes, codes, levels or values cannot be.
    """
    data, codes = np.asarray(values, dtype=np.float64), np.asarray(variants)
    _check(data, codes, n_variants, names, levels)
    units = len(data)
    assigned = codes.reshape(int(np.prod(codes.shape[:-1], dtype=np.int64)), units)
    shape = (len(assigned), len(names), n_variants)
    value, variance = np.full(shape, np.nan), np.full(shape, np.nan)
    n = np.stack([(assigned == variant).sum(axis=-1) for variant in range(n_variants)], axis=-1).astype(np.float64)
    step = max(1, _BLOCK // max(units, 1))
    for column, level in enumerate(levels):
        order = np.argsort(data[:, column], kind="stable")
        ordered = data[order, column]
        for start in range(0, len(assigned), step):
            block = assigned[start : start + step][:, order]
            for variant in range(n_variants):
                seen = np.cumsum(block == variant, axis=-1, dtype=np.int32)
                where = (slice(start, start + step), column, variant)
                value[where], variance[where] = _quantile(ordered, seen, level)
    return Estimates(
        metrics=tuple(names),
        value=value.reshape(*codes.shape[:-1], *shape[1:]),
        variance=variance.reshape(*codes.shape[:-1], *shape[1:]),
        n=n.reshape(*codes.shape[:-1], 1, n_variants),
        undefined=np.zeros((1, 1), dtype=bool),
        binary=np.zeros(len(names), dtype=bool),
    )


def _quantile(ordered: Floats, seen: NDArray[np.int32], level: float) -> tuple[Floats, Floats]:
    """Return the quantile and its squared standard error in each of many subsets of sorted values.

    Args:
        ordered: sorted values, shape (units,).
        seen: members of the subset up to and with each unit, shape (subsets, units).
        level: between 0 and 1.
    """
    n = seen[:, -1].astype(np.float64) if seen.shape[-1] else np.zeros(len(seen))
    enough = n >= 2
    if not enough.any():
        return np.full(len(n), np.nan), np.full(len(n), np.nan)
    count = np.where(enough, n, 2.0)
    rank_error = np.sqrt(level * (1 - level) / count)
    low, high = np.maximum(level - _REACH * rank_error, 0), np.minimum(level + _REACH * rank_error, 1)
    middle, below, above = (_at(ordered, seen, count, each) for each in (np.full(len(n), level), low, high))
    error = (above - below) / (high - low) * rank_error
    return np.where(enough, middle, np.nan), np.where(enough, error**2, np.nan)


def _at(ordered: Floats, seen: NDArray[np.int32], n: Floats, level: Floats) -> Floats:
    """Return each subset's quantile at its own level, interpolated between order statistics."""
    position = (n - 1) * level
    left = np.floor(position)
    right = np.minimum(left + 1, n - 1)
    # The k-th member of a subset (from 0) is where more than k members have been seen first.
    first, second = (
        ordered[np.minimum((seen <= rank[:, None]).sum(axis=-1), len(ordered) - 1)] for rank in (left, right)
    )
    return np.asarray(first + (position - left) * (second - first))


def _check(
    data: Floats, codes: NDArray[np.integer], n_variants: int, names: Sequence[str], levels: Sequence[float]
) -> None:
    if data.ndim != 2 or data.shape[1] != len(names) or len(levels) != len(names):
        raise ExperimentError(
            f"Values of shape {data.shape}, {len(names)} names and {len(levels)} levels were given; expected "
            "(units, metrics) and one name and level a metric."
        )
    if codes.shape[-1:] != (len(data),):
        raise ExperimentError(f"{len(data)} units have values, but variant codes have shape {codes.shape}.")
    if codes.size and codes.max() >= n_variants:
        raise ExperimentError(f"Variant code {codes.max()} was given, but there are {n_variants} variants.")
    if not all(0 < level < 1 for level in levels):
        raise ExperimentError(f"Levels {list(levels)} were given; expected numbers between 0 and 1, such as 0.95.")
    if not np.isfinite(data).all():
        raise ExperimentError(
            "A quantile metric has missing or infinite values; give each unit a number or leave the unit out."
        )
