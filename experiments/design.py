"""How many units, how small an uplift, how likely to be found: the three questions of one comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from engine.errors import ExperimentError
from experiments.comparison import Comparison
from experiments.moments import Floats
from experiments.monitoring import crossing_power, expected_share, needed_drift

_EXACT_FREEDOM = 2000.0  # beyond it scipy's non-central t overflows and the approximation errs below 1e-7
_MOST_UNITS = 1e12
_HALVINGS = 64  # of a range of e^28: to the last digit of a float64


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many units an experiment needs.

    Attributes:
        units: units in each variant, unrounded; the control first.
        mde: absolute uplift it can find; of a guardrail, the margin in the metric's own unit.
        relative_mde: the same, relative to the baseline; NaN where that is 0.
        power: chance to find it.
        alpha: two-sided level each comparison is tested at, after the correction for several.
        expected_share: share of the units seen on average when the test stops, where the uplift is ``mde``; 1
            with a single look.
    """

    units: tuple[float, ...]
    mde: float
    relative_mde: float
    power: float
    alpha: float
    expected_share: float = 1.0

    @property
    def total(self) -> float:
        """Units in all variants, unrounded."""
        return sum(self.units)

    @property
    def expected_total(self) -> float:
        """Units seen on average when the test stops."""
        return self.total * self.expected_share


def sample_size(comparison: Comparison, *, mde: float) -> Size:
    """Return the units needed to find an absolute uplift of ``mde`` with the comparison's power.

    Proportions: Evan Miller's formula (Fleiss, Levin & Paik 2003, section 4.2.1), with the control's variance
    under the null; for unequal splits each variance is divided by its own share. Every other kind: the power of
    the two-sided t-test by the non-central t distribution. Several looks: the single look must be as powerful as
    the boundaries ask (``monitoring.needed_drift``).

    Args:
        comparison: of one baseline.
        mde: smallest absolute uplift worth finding, of either sign.

    Raises:
        ExperimentError: where a figure cannot be.
    """
    if mde == 0 or not np.isfinite(mde):
        raise ExperimentError(f"An MDE of {mde:g} needs endless units; give the smallest uplift worth finding.")
    target = _single_look(comparison)

    def missing(total: Floats) -> Floats:
        return _power_once(comparison, np.asarray(mde), total) - target

    low, high = np.array(2.0), np.array(_MOST_UNITS)
    if missing(high) < 0:
        raise ExperimentError(
            f"An MDE of {mde:g} needs more than {_MOST_UNITS:.0e} units; give a larger one, or check the variance."
        )
    return sized(comparison, float(_bisect(missing, low, high)), mde=abs(mde))


def sized(comparison: Comparison, total: float, *, mde: float) -> Size:
    """Return ``total`` units split between the variants, with how early the test would stop."""
    base = float(np.asarray(comparison.baseline))
    return Size(
        units=tuple(float(total * share) for share in comparison.shares),
        mde=mde,
        relative_mde=abs(mde / base) if base else float("nan"),
        power=comparison.power,
        alpha=comparison.level,
        expected_share=stopping_share(comparison),
    )


def stopping_share(comparison: Comparison, *, uplift: bool = True) -> float:
    """Return the share of the planned units seen on average when the test stops.

    Args:
        comparison: its monitoring and power count.
        uplift: where the true uplift is what the test was sized for; otherwise where there is none.
    """
    given = (comparison.monitoring, comparison.level, comparison.power, comparison.alpha)
    drift = needed_drift(*given) if uplift else 0.0
    return float(expected_share(comparison.monitoring, drift, comparison.level, comparison.alpha))


def detection_power(comparison: Comparison, *, mde: ArrayLike, units: ArrayLike) -> Floats:
    """Return the chance to find an absolute uplift, at any look; everything broadcasts.

    See ``sample_size`` for the formulas. A Bayesian reading counts an uplift as found where the chance to win
    exceeds 1 - alpha / 2 at the last look, under its prior (normal approximation).

    Args:
        comparison: its baseline and variance may be arrays.
        mde: true absolute uplift, of either sign.
        units: in all variants together.

    Raises:
        ExperimentError: where a proportion with its uplift is not between 0 and 1.
    """
    effect, total = np.asarray(mde, dtype=np.float64), np.asarray(units, dtype=np.float64)
    if not (total > 0).all():
        raise ExperimentError(f"{total.min():g} units were given; expected more than 0.")
    once = _power_once(comparison, effect, total)
    if comparison.monitoring.by_last_look:
        return once
    drift = special.ndtri(once) - special.ndtri(comparison.level / 2)
    return crossing_power(comparison.monitoring, drift, comparison.level, comparison.alpha)


def minimum_effect(comparison: Comparison, *, units: ArrayLike, downward: bool = False) -> Floats:
    """Return the size of the smallest absolute uplift found with the comparison's power (the MDE).

    Args:
        comparison: its baseline and variance may be arrays.
        units: in all variants together; everything broadcasts.
        downward: whether it is a fall that is looked for; matters for proportions.

    Returns:
        Above 0; NaN where a proportion has no room for any such uplift.

    Raises:
        ExperimentError: where the units are not above 0.
    """
    total = np.asarray(units, dtype=np.float64)
    if not (total > 0).all():
        raise ExperimentError(f"{total.min():g} units were given; expected more than 0.")
    base, total = np.broadcast_arrays(np.asarray(comparison.baseline, dtype=np.float64), total)
    if comparison.kind == "proportion":
        high = (base if downward else 1 - base) * (1 - 1e-12)
    else:
        n_control, n_treatment = comparison.effective(total)
        high = 1e3 * np.sqrt(comparison.spread * (1 / n_control + 1 / n_treatment))
    sign, target = -1 if downward else 1, _single_look(comparison)

    def missing(effect: Floats) -> Floats:
        return _power_once(comparison, sign * effect, total) - target

    return np.where(missing(high) >= 0, _bisect(missing, high * 1e-12, high), np.nan)


def _single_look(comparison: Comparison) -> float:
    """Return the power a single look at the end must have for the comparison to have its own."""
    if comparison.monitoring.by_last_look:
        return comparison.power
    level = comparison.level
    drift = needed_drift(comparison.monitoring, level, comparison.power, comparison.alpha)
    return float(special.ndtr(drift + special.ndtri(level / 2)))


def _power_once(comparison: Comparison, effect: Floats, total: Floats) -> Floats:
    """Return the power of a single look at the end."""
    base, effect, total = np.broadcast_arrays(np.asarray(comparison.baseline, np.float64), effect, total)
    n_control, n_treatment = comparison.effective(total)
    bayesian = comparison.monitoring.stopping == "bayesian"
    # An adjusted proportion is believed as a mean is: see bayesian.beliefs.
    if comparison.kind == "proportion" and not (bayesian and comparison.explained):
        return _of_rates(comparison, base, effect, n_control, n_treatment)
    error = np.sqrt(comparison.spread * (1 / n_control + 1 / n_treatment))
    if bayesian:
        reach = -special.ndtri(comparison.level / 2)
        scale = comparison.prior.deviation * np.abs(base)
        of_prior, of_data = np.where(scale > 0, scale, np.inf) ** -2.0, error**-2.0
        lean = of_prior * comparison.prior.relative_mean * base * np.sign(effect)
        needed = (reach * np.sqrt(of_prior + of_data) - lean) / of_data
        return np.asarray(special.ndtr((np.abs(effect) - needed) / error))
    freedom = np.maximum(n_control + n_treatment - 2, 1e-6)
    centre = np.abs(effect) / error
    critical = special.stdtrit(freedom, 1 - comparison.level / 2)
    return np.asarray(1 - _noncentral_t(freedom, centre, critical) + _noncentral_t(freedom, centre, -critical))


def _of_rates(comparison: Comparison, base: Floats, effect: Floats, n_control: Floats, n_treatment: Floats) -> Floats:
    """Return the power of a single look at two proportions."""
    other = base + effect
    if ((other < 0) | (other > 1)).any():
        raise ExperimentError(
            f"A proportion of {float(base.flat[0]):g} with an uplift of {float(effect.flat[0]):g} was "
            "given; both it and the result must lie between 0 and 1. Is the MDE meant to be relative?"
        )
    reach = -special.ndtri(comparison.level / 2)
    if comparison.monitoring.stopping == "bayesian":
        success, failure = comparison.prior.rate
        prior = success + failure
        means, believed, sampled = [], np.zeros(base.shape), np.zeros(base.shape)
        for rate, n in ((base, n_control), (other, n_treatment)):
            mean = (n * rate + success) / (n + prior)
            means.append(mean)
            believed = believed + mean * (1 - mean) / (n + prior + 1)
            sampled = sampled + n * rate * (1 - rate) / (n + prior) ** 2
        gain = np.sign(effect) * (means[1] - means[0])
        return np.asarray(special.ndtr((gain - reach * np.sqrt(believed)) / np.sqrt(sampled)))
    null_error = np.sqrt(base * (1 - base) * (1 / n_control + 1 / n_treatment))
    error = np.sqrt(base * (1 - base) / n_control + other * (1 - other) / n_treatment)
    return np.asarray(special.ndtr((np.abs(effect) - reach * null_error) / error))


def _noncentral_t(freedom: Floats, centre: Floats, at: Floats) -> Floats:
    """Return P(T <= at) of the non-central t; beyond many degrees of freedom Johnson & Welch's 1940 normal."""
    found = np.asarray(special.ndtr((at * (1 - 0.25 / freedom) - centre) / np.sqrt(1 + at**2 / (2 * freedom))))
    exact = (freedom <= _EXACT_FREEDOM) & (centre < 30)
    if exact.any():  # scipy's is slow: asked for where it counts
        known = special.nctdtr(*(np.broadcast_to(each, found.shape)[exact] for each in (freedom, centre, at)))
        found[exact] = np.where(np.isnan(known), found[exact], known)  # scipy's is NaN far out in a tail
    return found


def _bisect(rising: Callable[[Floats], Floats], low: Floats, high: Floats) -> Floats:
    """Return where a rising function crosses zero, elementwise, by bisection on a geometric scale."""
    left, right = np.log(low), np.log(high)
    for _ in range(_HALVINGS):
        middle = (left + right) / 2
        below = rising(np.exp(middle)) < 0
        left, right = np.where(below, middle, left), np.where(below, right, middle)
    return np.asarray(np.exp((left + right) / 2))
