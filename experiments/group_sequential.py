"""Group sequential experiments: effects read against boundaries, and what a few looks cost in units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from engine.errors import ExperimentError
from experiments.boundaries import Boundaries, first_crossing, tail
from experiments.effects import Effects
from experiments.moments import Floats


@dataclass(frozen=True, eq=False)
class Monitored:
    """Effects look by look; arrays have the effects' shape (looks, ..., metrics, treatments), but ``stopped``.

    Attributes:
        absolute_low: lower end of the absolute uplift's repeated confidence interval; NaN where the effect
            has none, infinite where the look may not reject.
        absolute_high: its upper end.
        relative_low: lower end of the relative uplift's repeated confidence interval.
        relative_high: its upper end.
        crossed: whether this look alone rejects.
        stopped: the first look that rejects, counted from 0, shape (..., metrics, treatments); -1 for none.
        p_value: two-sided, of stopping at this look with this statistic, by stagewise ordering; comparable
            with alpha at the look where the experiment stopped, or at the last one. NaN where an earlier
            look had stopped it.
    """

    absolute_low: Floats
    absolute_high: Floats
    relative_low: Floats
    relative_high: Floats
    crossed: NDArray[np.bool_]
    stopped: NDArray[np.int64]
    p_value: Floats


def monitor(effects: Effects, boundaries: Boundaries) -> Monitored:
    """Return the repeated confidence intervals of ``effects`` and where they stop.

    Repeated confidence intervals: Jennison & Turnbull (1989, JRSS B 51(3)), estimate ± z · standard error at
    each look. Where the effect is judged by a t distribution, each look's level is that of the boundary
    (Jennison & Turnbull 2000, section 3.8). P-values: stagewise ordering (ibid., section 8.4).

    Args:
        effects: cumulative, the first leading axis being the looks, as ``Log.by_day`` gives days.
        boundaries: as many looks as ``effects`` has, or more: later ones are still to come.

    Raises:
        ExperimentError: where ``effects`` has more looks than ``boundaries``, or no axis of looks.
    """
    if effects.absolute.ndim < 3 or not 0 < len(effects.absolute) <= len(boundaries.z):
        raise ExperimentError(
            f"Effects of shape {effects.absolute.shape} were given for {len(boundaries.z)} boundaries; expected "
            "(looks, ..., metrics, treatments) with at most one look a boundary."
        )
    looks = len(effects.absolute)
    level = boundaries.nominal_alpha[:looks].reshape(looks, *[1] * (effects.absolute.ndim - 1))
    reach = reach_at(level, effects.degrees_of_freedom)
    with np.errstate(invalid="ignore"):
        absolute, relative = reach * effects.standard_error, reach * effects.relative_standard_error
    crossed = np.nan_to_num(effects.p_value, nan=1.0) <= level
    stopped = np.where(crossed.any(axis=0), crossed.argmax(axis=0), -1)
    over = (stopped >= 0) & (stopped < np.arange(looks).reshape(level.shape))
    return Monitored(
        absolute_low=effects.absolute - absolute,
        absolute_high=effects.absolute + absolute,
        relative_low=effects.relative - relative,
        relative_high=effects.relative + relative,
        crossed=crossed,
        stopped=stopped,
        p_value=np.where(over, np.nan, _stagewise(effects.p_value, boundaries)),
    )


def reach_at(level: ArrayLike, degrees_of_freedom: ArrayLike) -> Floats:
    """Return how many standard errors a look of this two-sided level reaches; infinite where the level is 0.

    Args:
        level: nominal alpha of the look; broadcasts with the degrees of freedom.
        degrees_of_freedom: of Student's t; infinite for the normal distribution.
    """
    nominal, freedom = np.broadcast_arrays(np.asarray(level, np.float64), np.asarray(degrees_of_freedom, np.float64))
    by_t = np.isfinite(freedom)
    with np.errstate(invalid="ignore"):
        student = -special.stdtrit(np.where(by_t, freedom, 1.0), np.maximum(nominal, np.finfo(float).tiny) / 2)
        return np.asarray(np.where(by_t & (nominal > 0), student, -special.ndtri(nominal / 2)))


def information_fractions(effects: Effects, planned: ArrayLike) -> Floats:
    """Return the share of the planned information seen at each look, at most 1.

    Args:
        effects: with any leading axes.
        planned: squared standard error of the absolute uplift that the full experiment was planned to have;
            broadcasts with (..., metrics, treatments).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.minimum(np.asarray(planned, np.float64) / effects.standard_error**2, 1.0))


def shares_seen(units: ArrayLike, days: ArrayLike | None = None) -> Floats:
    """Return the share of information at each look: the smaller of the units' and the days' share.

    Where units both come and go on counting, their share alone runs ahead: what a look says of the end is as much
    as the days tell, and boundaries by units would find a difference too often. Where the smaller does not rise
    from look to look, the days' share.

    Args:
        units: units seen up to each look, shape (looks,).
        days: days run up to each look, shape (looks,); None where a unit's figures are complete when it comes.
    """
    seen = np.asarray(units, dtype=np.float64)
    by_units = seen / max(float(seen[-1]), 1.0)
    if days is None:
        return np.asarray(by_units)
    run = np.asarray(days, dtype=np.float64)
    by_days = run / run[-1]
    smaller = np.minimum(by_units, by_days)
    return np.asarray(smaller if (np.diff(smaller, prepend=0.0) > 0).all() else by_days)


def stopping_power(boundaries: Boundaries, drift: ArrayLike) -> Floats:
    """Return the chance to reject at each look, in either direction, shape (*drift, looks).

    Args:
        boundaries: of the looks.
        drift: expected z-statistic of the full experiment, any shape: uplift / its standard error at fraction 1.
    """
    up = first_crossing(boundaries.z, boundaries.fractions, drift=drift)
    down = first_crossing(boundaries.z, boundaries.fractions, drift=-np.asarray(drift, dtype=np.float64))
    return up + down


def inflation(boundaries: Boundaries, *, power: float = 0.8, alpha: float = 0.05) -> float:
    """Return how many times the units of a fixed-horizon test the full experiment needs for the same power.

    Jennison & Turnbull (2000, section 2.3). The expected number is smaller: see ``expected_fraction``.

    Args:
        boundaries: of the looks.
        power: chance to reject, for both.
        alpha: two-sided level of the fixed-horizon test.

    Raises:
        ExperimentError: where the power is not between alpha and 1.
    """
    if not alpha < power < 1:
        raise ExperimentError(f"Power {power} was given; expected a number between alpha ({alpha:g}) and 1.")

    def missing(drift: float) -> float:
        return float(stopping_power(boundaries, drift).sum() - power)

    def fixed(drift: float) -> float:
        reach = special.ndtri(alpha / 2)
        return float(special.ndtr(reach + drift) + special.ndtr(reach - drift) - power)

    needed, plain = (optimize.brentq(function, 0.0, 40.0, xtol=1e-12) for function in (missing, fixed))
    return float((needed / plain) ** 2)


def expected_fraction(boundaries: Boundaries, drift: ArrayLike) -> Floats:
    """Return the share of the planned units used on average, with stopping at the first crossing.

    Args:
        boundaries: of the looks; who never crosses goes to the last of them.
        drift: expected z-statistic of the full experiment, any shape.
    """
    stops = stopping_power(boundaries, drift)
    to_the_end = 1 - stops[..., :-1].sum(axis=-1)
    return np.asarray(stops[..., :-1] @ boundaries.fractions[:-1] + to_the_end * boundaries.fractions[-1])


def _stagewise(p_value: Floats, boundaries: Boundaries) -> Floats:
    """Return, for each look, the chance of an earlier stop or of a statistic at least as far out at it."""
    found = np.full(p_value.shape, np.nan)
    for look, values in enumerate(p_value):
        known = ~np.isnan(values)
        distinct, back = np.unique(values[known], return_inverse=True)
        earlier = float(boundaries.spent[look - 1]) if look else 0.0
        found[look][known] = (earlier + 2 * tail(boundaries, look, -special.ndtri(distinct / 2)))[back]
    return found
