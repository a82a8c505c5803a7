"""What may be read of an experiment on each of its days, under the plan's stopping rule."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from experiments.bayesian import Prior, beliefs
from experiments.boundaries import lan_demets
from experiments.effects import Effects
from experiments.group_sequential import monitor, shares_seen
from experiments.moments import Floats
from experiments.plan import Plan
from experiments.sequential import AlwaysValid, always_valid, always_valid_p_value
from experiments.sequential_p_values import sequential_p_values


@dataclass(frozen=True, eq=False)
class Looks:
    """Estimates, intervals and p-values day by day, shape (days, metrics, treatments).

    Attributes:
        absolute: the absolute uplift; under an informative prior its posterior mean.
        relative: the relative uplift, likewise.
        intervals: those that may be read on that day, and decided by.
        p_value: the p-value that goes with them.
    """

    absolute: Floats
    relative: Floats
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
    its end. ``group-sequential``: repeated confidence intervals and sequential p-values of the planned looks;
    between two looks a day has those of the look before. ``bayesian``: credible intervals; the p-value is that
    of a single look.

    Args:
        by_day: cumulative, leading axis (days,).
        plan: names stopping rule, alpha, looks and length.
    """
    if plan.stopping == "group-sequential":
        return _by_groups(by_day, plan)
    if plan.stopping == "bayesian":
        believed = beliefs(by_day, plan.metrics, prior=plan.prior)
        # A flat prior leaves the estimate what it is; any other would put it outside its own interval.
        told = by_day if plan.prior == Prior() else believed
        intervals = AlwaysValid(*(getattr(believed, name) for name in _ENDS))
        return Looks(told.absolute, told.relative, intervals, by_day.p_value)
    return Looks(by_day.absolute, by_day.relative, always_valid(by_day), always_valid_p_value(by_day))


def as_read(effects: Effects, looks: Looks, plan: Plan, *, days_run: int) -> Effects:
    """Return the effects of all days with the estimate, interval and p-value that may be read today.

    Those of a single look where the plan has one and its end has come; otherwise those of the last day's look.

    Args:
        effects: without leading axes.
        looks: of the same experiment.
        plan: names the stopping rule and the length.
        days_run: days seen so far.
    """
    if plan.stopping == "fixed" and days_run >= plan.days:
        return effects
    return replace(
        effects,
        absolute=looks.absolute[-1],
        relative=looks.relative[-1],
        absolute_low=_finite(looks.last.absolute_low),
        absolute_high=_finite(looks.last.absolute_high),
        relative_low=_finite(looks.last.relative_low),
        relative_high=_finite(looks.last.relative_high),
        p_value=looks.p_value[-1],
    )


def information(by_day: Effects, plan: Plan) -> Floats:
    """Return the share of the planned information each day has seen, shape (days,).

    Of the days run so far by ``shares_seen``; the last of them has its share of the planned days.
    """
    days = len(by_day.absolute)
    units = by_day.n_control[:, 0, 0] + by_day.n_treatment[:, 0, :].sum(axis=-1)
    return shares_seen(units, np.arange(1.0, days + 1)) * (days / max(plan.days, days))


def look_days(plan: Plan, days_run: int) -> NDArray[np.int64]:
    """Return the days on which a group sequential plan looks, counted from 0, up to the last day run.

    Equally spaced over the planned days, the last one on the planned end; a day later than that is a look too,
    for what has run on is read at its end.
    """
    looks = plan.looks or plan.days
    planned = np.unique(np.ceil(np.arange(1, looks + 1) * plan.days / looks).astype(np.int64) - 1)
    past_the_end = [days_run - 1] if days_run > plan.days else []
    return np.append(planned[planned < days_run], past_the_end).astype(np.int64)


def _by_groups(by_day: Effects, plan: Plan) -> Looks:
    days = look_days(plan, len(by_day.absolute))
    nothing = np.full(by_day.absolute.shape, np.nan)
    if not len(days):
        endless = np.full(by_day.absolute.shape, np.inf)
        return Looks(by_day.absolute, by_day.relative, AlwaysValid(-endless, endless, -endless, endless), nothing)
    looked = by_day[days]
    fractions = information(by_day, plan)[days]
    found = monitor(looked, lan_demets(fractions, alpha=plan.alpha, spending=plan.spending))
    p_value = sequential_p_values(looked.p_value, fractions, spending=plan.spending, alpha=plan.alpha)
    # Repeated confidence intervals hold together, so what one of them excludes is excluded.
    highest, lowest = np.fmax.accumulate, np.fmin.accumulate
    before = np.searchsorted(days, np.arange(len(by_day.absolute)), side="right") - 1

    def carried(at_looks: Floats, first: float) -> Floats:
        until_first = np.full((1, *at_looks.shape[1:]), first)
        return np.concatenate([until_first, at_looks])[before + 1]

    return Looks(
        by_day.absolute,
        by_day.relative,
        AlwaysValid(
            absolute_low=carried(highest(found.absolute_low, axis=0), -np.inf),
            absolute_high=carried(lowest(found.absolute_high, axis=0), np.inf),
            relative_low=carried(highest(found.relative_low, axis=0), -np.inf),
            relative_high=carried(lowest(found.relative_high, axis=0), np.inf),
        ),
        carried(p_value, np.nan),
    )


def _finite(ends: Floats) -> Floats:
    """Return ``ends``, NaN where a look that may not decide yet has an endless interval: JSON holds none."""
    return np.where(np.isfinite(ends), ends, np.nan)
