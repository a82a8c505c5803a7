"""What may be read of an experiment on each of its days, under the plan's stopping rule."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from experiments.bayesian import beliefs
from experiments.boundaries import lan_demets
from experiments.effects import Effects
from experiments.group_sequential import monitor
from experiments.moments import Floats
from experiments.plan import Plan
from experiments.sequential import AlwaysValid, always_valid, always_valid_p_value


@dataclass(frozen=True, eq=False)
class Looks:
    """Intervals and p-values day by day, shape (days, metrics, treatments).

    Attributes:
        intervals: those that may be read on that day, and decided by.
        p_value: the p-value that goes with them.
    """

    intervals: AlwaysValid
    p_value: Floats

    @property
    def last(self) -> AlwaysValid:
        """The intervals of the last day."""
        return AlwaysValid(*(getattr(self.intervals, name)[-1] for name in _ENDS))


_ENDS = ("absolute_low", "absolute_high", "relative_low", "relative_high")


def look_daily(by_day: Effects, plan: Plan) -> Looks:
    """Return what each day's look may read.

    ``fixed`` and ``always-valid``: confidence sequences, for a plan of one look may still be looked at before
    its end. ``group-sequential``: repeated confidence intervals by O'Brien-Fleming spending, a look a day; what
    an earlier look has ruled out stays ruled out, and so does its p-value. ``bayesian``: credible intervals; the
    p-value is that of a single look.

    Args:
        by_day: cumulative, leading axis (days,).
        plan: names stopping rule, alpha and length.
    """
    if plan.stopping == "group-sequential":
        return _by_groups(by_day, plan)
    if plan.stopping == "bayesian":
        believed = beliefs(by_day, plan.metrics)
        return Looks(AlwaysValid(*(getattr(believed, name) for name in _ENDS)), by_day.p_value)
    return Looks(always_valid(by_day), always_valid_p_value(by_day))


def as_read(effects: Effects, looks: Looks, plan: Plan) -> Effects:
    """Return the effects of all days with the interval and p-value the plan's stopping rule reads.

    Args:
        effects: without leading axes.
        looks: of the same experiment.
        plan: names the stopping rule.
    """
    if plan.stopping == "fixed":
        return effects
    return replace(
        effects,
        absolute_low=_finite(looks.last.absolute_low),
        absolute_high=_finite(looks.last.absolute_high),
        relative_low=_finite(looks.last.relative_low),
        relative_high=_finite(looks.last.relative_high),
        p_value=looks.p_value[-1],
    )


def information(by_day: Effects, plan: Plan) -> Floats:
    """Return the share of the planned information each day's look has seen, shape (days,).

    By units where new ones come every day, else by days; the last day run has its share of the planned days.
    """
    days = len(by_day.absolute)
    units = by_day.n_control[:, 0, 0] + by_day.n_treatment[:, 0, :].sum(axis=-1)
    seen = units if (np.diff(units, prepend=0.0) > 0).all() else np.arange(1.0, days + 1)
    return np.asarray(seen / seen[-1] * (days / max(plan.days, days)))


def _by_groups(by_day: Effects, plan: Plan) -> Looks:
    found = monitor(by_day, lan_demets(information(by_day, plan), alpha=plan.alpha))
    # Repeated confidence intervals hold together, so what one of them excludes is excluded.
    highest, lowest = np.fmax.accumulate, np.fmin.accumulate
    p_value = found.p_value.copy()
    for day in range(1, len(p_value)):
        over = (found.stopped >= 0) & (found.stopped < day)
        p_value[day] = np.where(over, p_value[day - 1], p_value[day])
    return Looks(
        AlwaysValid(
            absolute_low=highest(found.absolute_low, axis=0),
            absolute_high=lowest(found.absolute_high, axis=0),
            relative_low=highest(found.relative_low, axis=0),
            relative_high=lowest(found.relative_high, axis=0),
        ),
        p_value,
    )


def _finite(ends: Floats) -> Floats:
    """Return ``ends``, NaN where a look that may not decide yet has an endless interval: JSON holds none."""
    return np.where(np.isfinite(ends), ends, np.nan)
