"""Intervals that stay valid however often the experiment is looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from engine.errors import ExperimentError
from experiments.effects import Effects
from experiments.moments import Floats


@dataclass(frozen=True, eq=False)
class AlwaysValid:
    """Confidence sequences of an ``Effects``, with its shape; NaN where the effect has no interval.

    Attributes:
        absolute_low: lower end of the absolute uplift's interval.
        absolute_high: its upper end.
        relative_low: lower end of the relative uplift's interval.
        relative_high: its upper end.
    """

    absolute_low: Floats
    absolute_high: Floats
    relative_low: Floats
    relative_high: Floats


def half_width(sigma: ArrayLike, n: ArrayLike, *, tuning_n: float, alpha: float = 0.05) -> Floats:
    """Return the half-width of the asymptotic confidence sequence of a mean.

    Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2024, Annals of Statistics 52(6), theorem 2.2), with rho
    chosen so that the sequence is about tightest at ``tuning_n`` units (their appendix C.3).

    Args:
        sigma: standard deviation of one unit's value; any shape.
        n: units seen so far; broadcasts with ``sigma``. NaN comes back where it is 0.
        tuning_n: units at which the interval should be tightest, usually the number planned.
        alpha: chance that the sequence ever misses.

    Raises:
        ExperimentError: where ``tuning_n`` is not positive or ``alpha`` is not between 0 and 1.
    """
    if tuning_n <= 0 or not 0 < alpha < 1:
        raise ExperimentError(
            f"tuning_n {tuning_n} and alpha {alpha} were given; expected units above 0 and alpha in (0, 1)."
        )
    spread, units = np.broadcast_arrays(np.asarray(sigma, np.float64), np.asarray(n, np.float64))
    log_alpha = -2 * np.log(alpha)
    rho_squared = (log_alpha + np.log(log_alpha + 1)) / tuning_n
    seen = np.where(units > 0, units, np.nan)
    grown = seen * rho_squared + 1
    return np.asarray(spread * np.sqrt(2 * grown / (seen**2 * rho_squared) * np.log(np.sqrt(grown) / alpha)))


def always_valid(effects: Effects, *, tuning_n: float | None = None) -> AlwaysValid:
    """Return the confidence sequence of every effect, for a result that is looked at every day.

    The difference of two variants is treated as a mean over all units with the variance its standard error
    implies. Where the units are fixed and it is their days that grow, n stays at ``tuning_n`` and the width is
    three standard errors: Bonferroni's bound covers 18 looks whatever the dependence between days, and the
    calibration test covers daily looks.

    Args:
        effects: of any shape.
        tuning_n: units planned; the most units of any effect when None.
    """
    units = effects.n_control + effects.n_treatment
    planned = tuning_n if tuning_n is not None else max(float(units.max(initial=1.0)), 1.0)
    root = np.sqrt(units)
    absolute = half_width(effects.standard_error * root, units, tuning_n=planned, alpha=effects.alpha)
    relative = half_width(effects.relative_standard_error * root, units, tuning_n=planned, alpha=effects.alpha)
    return AlwaysValid(
        absolute_low=effects.absolute - absolute,
        absolute_high=effects.absolute + absolute,
        relative_low=effects.relative - relative,
        relative_high=effects.relative + relative,
    )


def always_valid_p_value(effects: Effects, *, tuning_n: float | None = None) -> Floats:
    """Return the p-value of every effect that stays valid however often it is looked at; NaN where it has none.

    The smallest alpha whose confidence sequence, of the width parameter chosen for ``effects.alpha``, excludes
    zero: sqrt(g) exp(-z² (g - 1) / (2 g)), where g = n rho² + 1; at most 1. This inverts ``half_width``.

    Args:
        effects: of any shape.
        tuning_n: as for ``always_valid``.
    """
    units = effects.n_control + effects.n_treatment
    planned = tuning_n if tuning_n is not None else max(float(units.max(initial=1.0)), 1.0)
    log_alpha = -2 * np.log(effects.alpha)
    grown = units * (log_alpha + np.log(log_alpha + 1)) / planned + 1
    with np.errstate(divide="ignore", invalid="ignore"):
        z_squared = (effects.absolute / effects.standard_error) ** 2
    return np.asarray(np.minimum(np.sqrt(grown) * np.exp(-z_squared * (grown - 1) / (2 * grown)), 1.0))
