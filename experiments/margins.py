"""What ruling out a guardrail's margin takes: units, margin or power of a non-inferiority test."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from engine.errors import ExperimentError
from experiments.comparison import Comparison
from experiments.design import Size, sized
from experiments.moments import Floats
from experiments.monitoring import crossing_power, needed_drift


def margin_size(comparison: Comparison, *, margin: float, gain: float = 0.0) -> Size:
    """Return the units needed to rule out a relative loss as large as ``margin``.

    The test of ``noninferiority.non_inferiority``: one-sided at half the level, with the normal distribution and
    the delta-method variance of the relative uplift, (v / n_t + v (1 + gain)² / n_c) / baseline²; after Julious
    (2004, Statistics in Medicine 23(12), section 4). Several looks count as for ``design.sample_size``.
    Guardrails are read without correction, for each of them must hold: leave ``comparisons`` at 1.

    Args:
        comparison: of one baseline; its power is the chance to rule the loss out.
        margin: relative loss that must be ruled out, above 0.
        gain: true relative uplift, turned so that above zero is better; must be above -margin.

    Returns:
        ``mde`` is the margin in the metric's own unit.

    Raises:
        ExperimentError: where a figure cannot be.
    """
    _check_margin(margin, gain)
    one = float(_relative_variance(comparison, gain, 1.0))
    total = (_drift(comparison) / (gain + margin)) ** 2 * one
    return sized(comparison, total, mde=abs(margin * float(np.asarray(comparison.baseline))))


def ruled_out(comparison: Comparison, *, units: ArrayLike, gain: float = 0.0) -> Floats:
    """Return the smallest relative loss that is ruled out with the comparison's power; everything broadcasts.

    Args:
        comparison: its baseline and variance may be arrays.
        units: in all variants together.
        gain: true relative uplift, turned so that above zero is better.

    Raises:
        ExperimentError: where a figure cannot be.
    """
    error = np.sqrt(_relative_variance(comparison, gain, units))
    return np.asarray(_drift(comparison) * error - gain)


def margin_power(comparison: Comparison, *, margin: ArrayLike, units: ArrayLike, gain: float = 0.0) -> Floats:
    """Return the chance to rule out a relative loss as large as ``margin``; everything broadcasts.

    See ``margin_size``.

    Args:
        comparison: its baseline and variance may be arrays.
        margin: relative loss that must be ruled out, above 0.
        units: in all variants together.
        gain: true relative uplift, turned so that above zero is better.

    Raises:
        ExperimentError: where a figure cannot be.
    """
    limit = _check_margin(margin, gain)
    drift = (gain + limit) / np.sqrt(_relative_variance(comparison, gain, units))
    return crossing_power(comparison.monitoring, drift, comparison.level, comparison.alpha)


def _drift(comparison: Comparison) -> float:
    return needed_drift(comparison.monitoring, comparison.level, comparison.power, comparison.alpha)


def _check_margin(margin: ArrayLike, gain: float) -> Floats:
    limit = np.asarray(margin, dtype=np.float64)
    if not ((limit > 0) & np.isfinite(limit)).all():
        raise ExperimentError(
            f"A margin of {float(limit.min()):g} was given; expected the relative loss to rule out, such as 0.02."
        )
    if not (gain > -limit).all():
        raise ExperimentError(
            f"A true gain of {gain:g} was given; expected one above -{float(limit.min()):g}, for a loss as large as "
            "the margin is never ruled out."
        )
    return limit


def _relative_variance(comparison: Comparison, gain: float, units: ArrayLike) -> Floats:
    """Return the delta-method variance of the relative uplift, or raise where a figure cannot be."""
    base, total = np.asarray(comparison.baseline, dtype=np.float64), np.asarray(units, dtype=np.float64)
    if (base == 0).any():
        raise ExperimentError("A baseline of 0 was given; a margin is relative to it, so expected another number.")
    if not (total > 0).all():
        raise ExperimentError(f"{float(total.min()):g} units were given; expected more than 0.")
    n_control, n_treatment = comparison.effective(total)
    return np.asarray(comparison.spread * (1 / n_treatment + (1 + gain) ** 2 / n_control) / base**2)
