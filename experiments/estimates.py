"""Moments to estimates: what each variant is on each metric, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import ExperimentError
from experiments.metrics import Metric
from experiments.moments import Floats, Moments


@dataclass(frozen=True, eq=False)
class Estimates:
    """What each variant is estimated to be on each metric; arrays have shape (..., metrics, variants).

    Whatever estimates a variant on its own, by moments or otherwise, is compared by ``effects.compare``.

    Attributes:
        metrics: names of the metrics.
        value: the estimate.
        variance: its squared standard error.
        n: units it rests on; broadcasts.
        undefined: True where a denominator is zero; broadcasts.
        binary: whether each metric is a share of units, tested as one, shape (metrics,).
    """

    metrics: tuple[str, ...]
    value: Floats
    variance: Floats
    n: Floats
    undefined: NDArray[np.bool_]
    binary: NDArray[np.bool_]


def estimates(moments: Moments, metrics: Sequence[Metric]) -> Estimates:
    """Return each variant's value and squared standard error on each metric.

    Raises:
        ExperimentError: where a quantity is missing, or a proportion's values are not 0 or 1.
    """
    above = [moments.index(metric.numerator) for metric in metrics]
    below = [moments.index(metric.denominator or metric.numerator) for metric in metrics]
    ratio = np.array([metric.kind == "ratio" for metric in metrics])[:, None]
    binary = np.array([metric.kind == "proportion" for metric in metrics])[:, None]

    mean, covariance = np.swapaxes(moments.mean, -1, -2), np.moveaxis(moments.covariance, -3, -1)
    top, bottom = mean[..., above, :], mean[..., below, :]
    n = moments.n[..., None, :]
    _check_binary(moments, metrics, above)
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = top / bottom
        unit_variance = np.where(
            ratio,
            covariance[..., above, above, :]
            - 2 * quotient * covariance[..., above, below, :]
            + quotient**2 * covariance[..., below, below, :],
            covariance[..., above, above, :],
        )
        variance = unit_variance / n
        variance = np.where(ratio, np.maximum(variance, 0) / bottom**2, variance)
        variance = np.where(binary, top * (1 - top) / n, variance)
        value = np.where(ratio, quotient, top)
    value = np.where(np.isfinite(value), value, np.nan)
    return Estimates(
        metrics=tuple(metric.name for metric in metrics),
        value=value,
        variance=variance,
        n=n,
        undefined=ratio & (bottom == 0),
        binary=binary[:, 0],
    )


def _check_binary(moments: Moments, metrics: Sequence[Metric], above: list[int]) -> None:
    """Raise where a proportion's quantity is not 0 or 1: its sum and its sum of squares then differ."""
    for metric, column in zip(metrics, above, strict=True):
        if metric.kind != "proportion":
            continue
        total, n = moments.total[..., column], moments.n
        mean = np.nan_to_num(moments.mean[..., column])
        squares = moments.product[..., column, column] + n * mean**2
        if np.any(np.abs(squares - total) > 1e-6 * np.maximum(n, 1)) or np.any((mean < 0) | (mean > 1 + 1e-12)):
            raise ExperimentError(
                f"Metric '{metric.name}' is a proportion, but quantity '{metric.numerator}' has values other "
                "than 0 and 1. Use kind 'mean', or turn the values into 0 and 1."
            )
