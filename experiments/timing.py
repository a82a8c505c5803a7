"""Checks of time: does the uplift fade, and did every day of the week have its say?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from engine.errors import ExperimentError
from experiments.effects import Effects, effects
from experiments.health import Check
from experiments.metrics import Metric
from experiments.moments import Floats, moments
from experiments.multiplicity import adjust
from experiments.wording import listed, p_value

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TREND = Metric(name="trend", kind="mean", numerator="trend")
_LEVEL = Metric(name="level", kind="mean", numerator="level")


def unit_trends(values: ArrayLike, first_day: ArrayLike | None = None) -> Floats:
    """Return how much each unit's value changes a day since its first exposure, shape (..., units).

    The least-squares slope of the unit's own days. NaN for a unit with fewer than two days.

    Args:
        values: each unit's value on each day, shape (..., days, units).
        first_day: day of each unit's first exposure, counted from 0, shape (units,); day 0 for all when None.
            Days before it do not count.

    Raises:
        ExperimentError: where the shapes do not fit.
    """
    data = np.asarray(values, dtype=np.float64)
    if data.ndim < 2:
        raise ExperimentError(f"Values of shape {data.shape} were given; expected (..., days, units).")
    days, units = data.shape[-2:]
    start = np.zeros(units) if first_day is None else np.asarray(first_day, dtype=np.float64)
    if start.shape != (units,):
        raise ExperimentError(f"{units} units have values, but {start.size} have a day of first exposure.")
    age = np.arange(days)[:, None] - start
    seen = age >= 0
    counted = np.maximum(seen.sum(axis=0), 1)
    centred = np.where(seen, age - np.where(seen, age, 0.0).sum(axis=0) / counted, 0.0)
    square = (centred**2).sum(axis=0)
    return np.asarray(np.where(square > 0, (centred * data).sum(axis=-2) / np.where(square > 0, square, 1.0), np.nan))


def trend_effects(
    values: ArrayLike,
    variants: ArrayLike,
    n_variants: int,
    *,
    first_day: ArrayLike | None = None,
    control: int = 0,
    alpha: float = 0.05,
) -> Effects:
    """Return how each treatment changes the daily level, and how that uplift changes a day since exposure.

    Each unit gives one average and one slope over its own days, compared between variants by Welch's test, so
    that the days of one unit need not be independent.

    Args:
        values: each unit's value on each day (a ratio's linearised), shape (..., days, units).
        variants: variant code of each unit, shape (units,).
        n_variants: number of variants.
        first_day: as for ``unit_trends``.
        control: variant code of the control.
        alpha: one minus the confidence level.

    Returns:
        Metrics ``level`` and ``trend``: the absolute uplift of the trend is the change of the uplift a day.
        Units with fewer than two days are left out of both.

    Raises:
        ExperimentError: where the shapes do not fit.
    """
    data = np.asarray(values, dtype=np.float64)
    slope = unit_trends(data, first_day)
    start = np.zeros(data.shape[-1]) if first_day is None else np.asarray(first_day, dtype=np.float64)
    seen = np.arange(data.shape[-2])[:, None] >= start
    level = np.where(seen, data, 0.0).sum(axis=-2) / np.maximum(seen.sum(axis=0), 1)
    kept = np.where(seen.sum(axis=0) >= 2, np.asarray(variants), -1)
    table = moments(np.stack([level, np.nan_to_num(slope)], axis=-1), kept, n_variants, quantities=("level", "trend"))
    return effects(table, (_LEVEL, _TREND), control=control, alpha=alpha)


def novelty(
    values: ArrayLike,
    variants: ArrayLike,
    n_variants: int,
    *,
    title: str,
    first_day: ArrayLike | None = None,
    control: int = 0,
    alpha: float = 0.05,
) -> Check:
    """Return the check that the uplift of one metric neither fades nor grows with days since first exposure.

    Kohavi, Tang & Xu (2020, chapter 23): novelty and primacy effects. See ``trend_effects``.

    Args:
        values: each unit's value on each day, shape (days, units).
        variants: variant code of each unit, shape (units,).
        n_variants: number of variants.
        title: of the metric.
        first_day: day of each unit's first exposure; day 0 for all when None.
        control: variant code of the control.
        alpha: level at which a trend is told; Holm-corrected over treatments.

    Raises:
        ExperimentError: where the shapes do not fit.
    """
    found = trend_effects(values, variants, n_variants, first_day=first_day, control=control, alpha=alpha)
    p = adjust(found.p_value[1], "holm")
    if np.isnan(p).all():
        return Check(
            name="novelty",
            title="Novelty",
            status="ok",
            sentence="Not enough days to see whether the uplift changes.",
        )
    column = int(np.nanargmin(p))
    smallest, change, level = float(p[column]), float(found.absolute[1, column]), float(found.absolute[0, column])
    if smallest >= alpha:
        return Check(
            name="novelty",
            title="Novelty",
            status="ok",
            sentence=f"The uplift in {title} neither fades nor grows with days since first exposure "
            f"({p_value(smallest)}).",
            value=change,
            p_value=smallest,
        )
    fades = change * level < 0
    return Check(
        name="novelty",
        title="Novelty",
        status="warning",
        sentence=f"The uplift in {title} {'fades' if fades else 'grows'} with days since first exposure: by "
        f"{abs(change):.3g} a day, from an average of {level:.3g} a day ({p_value(smallest)}).",
        next_step="Users may be curious at first: run longer, and read the last week."
        if fades
        else "Users may still be learning: run longer before judging.",
        value=change,
        p_value=smallest,
    )


def weekday_coverage(dates: ArrayLike) -> Check:
    """Return the check that every day of the week is in the experiment, as often as every other.

    Args:
        dates: the days of the experiment, anything NumPy reads as dates; repeats count once.

    Raises:
        ExperimentError: where there is none, or it is no date.
    """
    try:
        days = np.unique(np.asarray(dates).astype("datetime64[D]"))
    except (TypeError, ValueError):
        raise ExperimentError(
            f"Dates of type {np.asarray(dates).dtype} were given; expected days such as 2025-01-31."
        ) from None
    days = days[~np.isnat(days)]
    if not days.size:
        raise ExperimentError("No date was given; expected the days of the experiment.")
    # 1970-01-01 was a Thursday.
    seen = np.bincount((days.astype(np.int64) + 3) % 7, minlength=7)
    missing = [name for name, times in zip(_WEEKDAYS, seen, strict=True) if times == 0]
    if missing:
        return Check(
            name="weekday_coverage",
            title="Days of the week",
            status="warning",
            sentence=f"Not in the experiment: {listed(missing)}.",
            next_step="Users differ by day of the week: run whole weeks.",
            value=float(7 - len(missing)),
        )
    most = [name for name, times in zip(_WEEKDAYS, seen, strict=True) if times > seen.min()]
    if most:
        return Check(
            name="weekday_coverage",
            title="Days of the week",
            status="warning" if len(days) < 28 else "ok",
            sentence=f"{len(days)} days are not whole weeks: {listed(most)} "
            f"{'counts' if len(most) == 1 else 'count'} more often than the rest.",
            next_step=f"Run {7 - len(days) % 7} more days for whole weeks." if len(days) < 28 else "",
            value=7.0,
        )
    weeks = len(days) // 7
    return Check(
        name="weekday_coverage",
        title="Days of the week",
        status="ok",
        sentence=f"Every day of the week is in {'once' if weeks == 1 else f'{weeks} times'}.",
        value=7.0,
    )
