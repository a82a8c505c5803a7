"""How many units, how many days, how small an effect: planning before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from engine.dataset import Dataset
from engine.errors import DataError, ExperimentError, unknown
from experiments.metrics import KINDS, Kind
from experiments.moments import Floats

_EXACT_FREEDOM = 2000.0  # beyond it scipy's non-central t overflows and the approximation errs below 1e-7
_MOST_UNITS = 1e12


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many units an experiment needs.

    Attributes:
        units: units in each variant, unrounded; the control first.
        mde: absolute uplift it can find.
        relative_mde: the same, relative to the baseline.
        power: chance to find it.
        alpha: two-sided level each treatment is tested at, after the correction for several treatments.
    """

    units: tuple[float, ...]
    mde: float
    relative_mde: float
    power: float
    alpha: float

    @property
    def total(self) -> float:
        """Units in all variants, unrounded."""
        return sum(self.units)


def sample_size(
    kind: Kind,
    *,
    baseline: float,
    mde: float,
    variance: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
    split: Sequence[float] = (1.0, 1.0),
    corrected: bool = True,
) -> Size:
    """Return the units needed to find an absolute uplift of ``mde`` with the given power.

    Proportions: Evan Miller's formula (Fleiss, Levin & Paik 2003, section 4.2.1), with the control's variance
    under the null; for unequal splits each variance is divided by its own share. Means and ratios: the
    two-sided t-test's power by the non-central t distribution.

    Args:
        kind: metric kind; for a ratio ``variance`` is that of one unit's linearised value (delta method).
        baseline: the metric in the control.
        mde: smallest absolute uplift worth finding, of either sign.
        variance: variance of one unit's value; for means and ratios only.
        alpha: two-sided level.
        power: chance to find the uplift.
        split: weight of each variant, the control first. Every treatment is compared with the control; the
            smallest one sets the total.
        corrected: with several treatments, test each at alpha / treatments (Bonferroni's bound on Holm).

    Raises:
        ExperimentError: where a figure cannot be.
    """
    weights = np.asarray(split, dtype=np.float64)
    level = _level(weights, alpha, corrected)
    if not 0 < power < 1 or power <= level:
        raise ExperimentError(f"Power {power} was given; expected a number between alpha ({level:g}) and 1.")
    if mde == 0:
        raise ExperimentError("An MDE of 0 needs endless units; give the smallest uplift worth finding.")
    shares = weights / weights.sum()
    smallest = shares[1:].min()

    def found(total: Floats) -> Floats:
        return detection_power(
            kind,
            baseline=baseline,
            uplift=mde,
            units_control=total * shares[0],
            units_treatment=total * smallest,
            variance=variance,
            alpha=level,
        )

    total = float(_bisect(lambda t: found(t) - power, np.array(2.0), np.array(_MOST_UNITS)))
    return Size(
        units=tuple(float(total * part) for part in shares),
        mde=abs(mde),
        relative_mde=abs(mde / baseline) if baseline else float("nan"),
        power=power,
        alpha=level,
    )


def detection_power(
    kind: Kind,
    *,
    baseline: ArrayLike,
    uplift: ArrayLike,
    units_control: ArrayLike,
    units_treatment: ArrayLike,
    variance: ArrayLike | None = None,
    alpha: float = 0.05,
) -> Floats:
    """Return the chance that a two-sided test finds an absolute ``uplift``; everything broadcasts.

    See ``sample_size`` for the formulas and arguments.
    """
    base, effect, n_control, n_treatment = np.broadcast_arrays(
        *(np.asarray(each, dtype=np.float64) for each in (baseline, uplift, units_control, units_treatment))
    )
    if kind not in KINDS:
        raise ExperimentError(unknown("Metric kind", str(kind), KINDS))
    if kind == "proportion":
        other = base + effect
        if ((base <= 0) | (base >= 1) | (other < 0) | (other > 1)).any():
            raise ExperimentError(
                f"A proportion of {float(base.flat[0]):g} with an uplift of {float(effect.flat[0]):g} was "
                "given; both it and the result must lie between 0 and 1. Is the MDE meant to be relative?"
            )
        null_error = np.sqrt(base * (1 - base) * (1 / n_control + 1 / n_treatment))
        error = np.sqrt(base * (1 - base) / n_control + other * (1 - other) / n_treatment)
        return np.asarray(special.ndtr((np.abs(effect) - special.ndtri(1 - alpha / 2) * null_error) / error))
    if variance is None or (np.asarray(variance) <= 0).any():
        raise ExperimentError(f"A {kind} needs the variance of one unit's value, above 0; given: {variance!r}.")
    freedom = np.maximum(n_control + n_treatment - 2, 1e-6)
    centre = np.abs(effect) / np.sqrt(np.asarray(variance) * (1 / n_control + 1 / n_treatment))
    critical = special.stdtrit(freedom, 1 - alpha / 2)
    return np.asarray(1 - _noncentral_t(freedom, centre, critical) + _noncentral_t(freedom, centre, -critical))


def minimum_effect(
    kind: Kind,
    *,
    baseline: ArrayLike,
    units_control: ArrayLike,
    units_treatment: ArrayLike,
    variance: ArrayLike | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
) -> Floats:
    """Return the smallest absolute uplift found with the given power (the MDE); everything broadcasts.

    NaN where a proportion has no room above its baseline for any such uplift.
    """
    base, n_control, n_treatment = np.broadcast_arrays(
        *(np.asarray(each, dtype=np.float64) for each in (baseline, units_control, units_treatment))
    )
    if kind == "proportion":
        high = (1 - base) * (1 - 1e-12)
    else:
        spread = np.sqrt(np.asarray(variance, np.float64) * (1 / n_control + 1 / n_treatment))
        high = np.broadcast_to(1e3 * spread, base.shape)

    def missing(effect: Floats) -> Floats:
        found = detection_power(
            kind,
            baseline=base,
            uplift=effect,
            units_control=n_control,
            units_treatment=n_treatment,
            variance=variance,
            alpha=alpha,
        )
        return found - power

    effect = _bisect(missing, high * 1e-12, high)
    return np.where(missing(high) >= 0, effect, np.nan)


def traffic(dataset: Dataset, days: int) -> Floats:
    """Return the distinct users seen within the first 1, 2, ... ``days`` days, shape (up to days,).

    Users come back, so this grows slower than in proportion to days. It is the average over as many windows
    of ``days`` days as the log holds, counted back from its end; a shorter log gives a shorter array.

    Raises:
        DataError: where the log has no times.
        ExperimentError: where ``days`` is less than 1.
    """
    if days < 1:
        raise ExperimentError(f"{days} days were given; expected 1 or more.")
    if not dataset.has_time:
        raise DataError(f"{dataset.name} has no times, so users a day cannot be counted. Map a time column.")
    rows = dataset.interactions.loc[dataset.interactions["time"].notna(), ["user", "time"]]
    day = rows["time"].to_numpy().astype("datetime64[D]").astype(np.int64)
    day -= day.min()
    span = int(day.max()) + 1
    length = min(days, span)
    windows = span // length
    start = span - windows * length
    inside = day >= start
    window, offset = np.divmod(day[inside] - start, length)
    user = rows["user"].to_numpy(np.int64)[inside]
    first = np.full((windows, dataset.n_users), length)
    np.minimum.at(first, (window, user), offset)
    new = np.bincount(first.ravel(), minlength=length + 1)[:length]
    return np.asarray(np.cumsum(new) / windows, dtype=np.float64)


def _level(weights: Floats, alpha: float, corrected: bool) -> float:
    if weights.size < 2 or (weights <= 0).any():
        raise ExperimentError(
            f"Split {weights.tolist()} was given; planning needs a control and a treatment, each above 0."
        )
    if not 0 < alpha < 1:
        raise ExperimentError(f"alpha {alpha} was given; expected a number between 0 and 1, such as 0.05.")
    return alpha / (weights.size - 1) if corrected else alpha


def _noncentral_t(freedom: Floats, centre: Floats, at: Floats) -> Floats:
    """Return P(T <= at) of the non-central t; beyond many degrees of freedom Johnson & Welch's 1940 normal."""
    exact = special.nctdtr(np.minimum(freedom, _EXACT_FREEDOM), np.minimum(centre, 30), at)
    normal = special.ndtr((at * (1 - 0.25 / freedom) - centre) / np.sqrt(1 + at**2 / (2 * freedom)))
    return np.asarray(np.where((freedom <= _EXACT_FREEDOM) & (centre < 30), exact, normal))


def _bisect(rising: Callable[[Floats], Floats], low: Floats, high: Floats) -> Floats:
    """Return where a rising function crosses zero, elementwise, by bisection on a geometric scale."""
    left, right = np.log(low), np.log(high)
    for _ in range(200):
        middle = (left + right) / 2
        below = rising(np.exp(middle)) < 0
        left, right = np.where(below, middle, left), np.where(below, right, middle)
    return np.asarray(np.exp((left + right) / 2))
