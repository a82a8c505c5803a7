"""What a plan can hope to find on this traffic: users, days, guardrails, and the curve of MDE against days."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ExperimentError
from experiments.baselines import Baseline, baseline, known_instead, simulated
from experiments.comparison import Comparison
from experiments.design import Size, minimum_effect, sample_size, stopping_share
from experiments.earlier import Foretold
from experiments.history import History
from experiments.margins import margin_size, ruled_out
from experiments.metrics import Metric
from experiments.moments import Floats
from experiments.monitoring import inflation
from experiments.plan import Plan
from experiments.planning import comparison_of, monitoring_of
from experiments.wording import count, lasting, listed, percent

_WEEK = 7


@dataclass(frozen=True, eq=False, kw_only=True)
class Guarded:
    """What ruling out a guardrail's margin takes.

    Attributes:
        metric: the guardrail.
        baseline: its value at the planned length.
        size: users needed to rule the margin out, by variant; None where the log shows no spread.
        days_needed: the first length that is enough, or None where no length on the curve is.
        ruled_out: smallest relative loss ruled out at the planned length; NaN where nothing would be.
    """

    metric: Metric
    baseline: float
    size: Size | None
    days_needed: int | None
    ruled_out: float


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """What a simulation of the planned length can find.

    Attributes:
        units: simulated users.
        baseline: about what they show of the primary metric in the control.
        mde: smallest relative uplift found with the planned power; NaN where nothing would be enough.
    """

    units: int
    baseline: float
    mde: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Outlook:
    """What a plan needs, and what each length of it could find.

    Attributes:
        days: lengths 1, 2, ... in days, shape (days,).
        users: users a test of that length sees in all variants, shape (days,).
        mde: smallest relative uplift it finds with the planned power; NaN where nothing would be enough.
        mde_plain: the same without the plan's covariates.
        baseline: the primary metric at the planned length.
        measured: whether the log told the baseline.
        source: where the baseline comes from, in a sentence.
        size: users the planned MDE needs, by variant.
        size_plain: the same without the plan's covariates.
        level: two-sided level the primary metric's comparison is tested at, after correction.
        inflation: how many times the users of a single look the planned stopping rule needs.
        days_needed: the first length that is enough, or None where no length on the curve is.
        days_expected: days until the test stops on average, where the uplift is the MDE; None where it looks
            once, or no length is enough.
        days_expected_without: the same where there is no uplift.
        mde_planned: ``mde`` at the planned length.
        simulated: what a simulation of the plan's own units can find; None where the plan names no units, or
            what simulated users begin with is not known beforehand.
        guardrails: what each guardrail takes.
        sentence: the answer.
    """

    days: Floats
    users: Floats
    mde: Floats
    mde_plain: Floats
    baseline: float
    measured: bool
    source: str
    size: Size
    size_plain: Size
    level: float
    inflation: float
    days_needed: int | None
    days_expected: float | None
    days_expected_without: float | None
    mde_planned: float
    simulated: Simulated | None
    guardrails: tuple[Guarded, ...]
    sentence: str

    @property
    def saved(self) -> float:
        """Users in all that the covariates save."""
        return self.size_plain.total - self.size.total


def outlook(
    plan: Plan,
    past: History,
    *,
    foretold: Mapping[str, Foretold] | None = None,
    known_baseline: float | None = None,
    users_a_day: float | None = None,
    design_effect: float = 1.0,
) -> Outlook:
    """Return what ``plan`` can find on the traffic of ``past``.

    Each length is judged as if it were the planned one, with the baseline of units watched for that long.

    Args:
        plan: its metrics, MDE, split, alpha, power, correction, days and stopping are read.
        past: the log's users by day.
        foretold: how well covariates foretell each metric, by name; counts for metrics that have covariates.
        known_baseline: the reader's own figure for the primary metric, in place of the log's; its spread is
            the log's, in proportion (a share's is its own).
        users_a_day: the reader's own traffic of new users, in place of the log's.
        design_effect: how many times clustering multiplies every variance.

    Raises:
        ExperimentError: where the baseline, MDE, alpha or power cannot be, or the log shows no spread.
    """
    lengths = np.arange(1.0, len(past.users) + 1)
    users: Floats = past.users if users_a_day is None else users_a_day * lengths
    terms = _Terms(plan, {name: each.explained for name, each in (foretold or {}).items()}, design_effect)
    primary = plan.primary
    base = known_instead(baseline(past, primary), primary, known_baseline)
    usable = _usable(plan, primary, base, users)
    if not usable.any():
        raise ExperimentError(
            f"{primary.label} shows no spread in this log, or too few users: nothing can be planned from it. Choose "
            "another metric, or put in your own figures."
        )
    downward = primary.direction == "lower"
    mde, mde_plain = np.full(len(users), np.nan), np.full(len(users), np.nan)
    of_lengths = terms.compared(primary, base, usable)
    for curve, comparison in ((mde, of_lengths), (mde_plain, of_lengths.plain())):
        curve[usable] = minimum_effect(comparison, units=users[usable], downward=downward) / np.abs(base.value[usable])
    days_needed = _first(mde <= (plan.mde or 0.0))
    planned = min(plan.days, len(users)) - 1
    at = _nearest(usable, planned if days_needed is None else days_needed - 1)
    one = terms.compared(primary, base, at)
    uplift = (-1 if downward else 1) * (plan.mde or 0.0) * abs(float(base.value[at]))
    size = sample_size(one, mde=uplift)
    looks = plan.stopping != "fixed" and days_needed is not None
    return Outlook(
        days=lengths,
        users=users,
        mde=mde,
        mde_plain=mde_plain,
        baseline=float(base.value[planned]),
        measured=base.measured,
        source=base.sentence,
        size=size,
        size_plain=sample_size(one.plain(), mde=uplift),
        level=one.level,
        inflation=inflation(monitoring_of(plan), alpha=plan.alpha, power=plan.power),
        days_needed=days_needed,
        days_expected=_when(size.expected_share * size.total, users) if looks else None,
        days_expected_without=_when(stopping_share(one, uplift=False) * size.total, users) if looks else None,
        mde_planned=float(mde[planned]),
        simulated=_simulated(terms, past, planned, known_baseline),
        guardrails=tuple(_guarded(terms, each, baseline(past, each), users) for each in plan.guardrails),
        sentence=_sentence(plan, size, days_needed, users, planned, float(mde[planned])),
    )


def horizon(days: int) -> int:
    """Return how many days the curve should reach for a plan of ``days``: beyond it, and four weeks at least."""
    return max(2 * days, 4 * _WEEK)


@dataclass(frozen=True)
class _Terms:
    """What every comparison of a plan is judged by."""

    plan: Plan
    explained: Mapping[str, float]
    design_effect: float

    def compared(self, metric: Metric, base: Baseline, where: Any) -> Comparison:
        """Return the comparison at the lengths ``where`` picks."""
        return comparison_of(
            self.plan,
            metric,
            baseline=base.value[where],
            variance=base.variance[where],
            explained=self.explained.get(metric.name, 0.0),
            design_effect=self.design_effect,
        )


def _simulated(terms: _Terms, past: History, planned: int, known: float | None) -> Simulated | None:
    """Return what the plan's own units, all there from the first day on, can find."""
    plan, metric = terms.plan, terms.plan.primary
    start = simulated(past, metric)
    if plan.units is None or start is None:
        return None
    start = known_instead(start, metric, known)
    units = np.full(len(past.users), float(plan.units))
    if not _usable(plan, metric, start, units)[planned]:
        return None
    found = minimum_effect(
        terms.compared(metric, start, planned), units=units[planned], downward=metric.direction == "lower"
    )
    value = float(start.value[planned])
    return Simulated(units=plan.units, baseline=value, mde=float(found) / abs(value))


def _guarded(terms: _Terms, metric: Metric, base: Baseline, users: Floats) -> Guarded:
    """Return what ruling out the margin of ``metric`` takes."""
    usable = _usable(terms.plan, metric, base, users)
    planned = min(terms.plan.days, len(users)) - 1
    margin, worst = metric.margin or 0.0, np.full(len(users), np.nan)
    size, days_needed = None, None
    if usable.any():
        worst[usable] = ruled_out(terms.compared(metric, base, usable), units=users[usable])
        if metric.direction == "higher":
            worst[worst >= 1] = np.nan  # nobody can lose more than all
        days_needed = _first(worst <= margin)
        at = _nearest(usable, planned if days_needed is None else days_needed - 1)
        size = margin_size(terms.compared(metric, base, at), margin=margin)
    return Guarded(
        metric=metric,
        baseline=float(base.value[planned]),
        size=size,
        days_needed=days_needed,
        ruled_out=float(worst[planned]),
    )


def _usable(plan: Plan, metric: Metric, base: Baseline, users: Floats) -> NDArray[np.bool_]:
    """Return at which lengths ``metric`` can be judged at all, shape (days,)."""
    with np.errstate(invalid="ignore"):
        usable = (users * min(share for share in plan.shares if share > 0) >= 2) & (base.value != 0)
        usable &= np.isfinite(base.variance) & (base.variance > 0)
        if metric.kind == "proportion":
            usable &= (base.value > 0) & (base.value < 1)
    return np.asarray(usable)


def _nearest(usable: NDArray[np.bool_], at: int) -> int:
    """Return the usable length closest to ``at``."""
    known = np.flatnonzero(usable)
    return int(known[np.abs(known - at).argmin()])


def _first(enough: NDArray[np.bool_]) -> int | None:
    """Return the first length that is enough, in days."""
    found = np.flatnonzero(enough)
    return int(found[0]) + 1 if len(found) else None


def _when(seen: float, users: Floats) -> float:
    """Return after how many days ``seen`` users have come, at most as many as the curve has."""
    return float(np.interp(seen, [0.0, *users], np.arange(len(users) + 1.0)))


def _sentence(plan: Plan, size: Size, days_needed: int | None, users: Floats, planned: int, mde: float) -> str:
    needed = [count(math.ceil(units)) for units in size.units]
    if len(set(needed)) == 1:
        arms = f"{needed[0]} users per arm"
    elif len(needed) > 2 and len(set(needed[1:])) == 1:
        arms = f"{needed[0]} users in control and {needed[1]} in each treatment"
    else:
        arms = f"{needed[0]} users in control and {listed(needed[1:])} in treatment"
    name = plan.primary.label
    # Names such as "Conversion" stand in the sentence in small letters; abbreviations stay as they are.
    name = name if name[:2].isupper() else f"{name[:1].lower()}{name[1:]}"
    aim = f"to detect {percent(plan.mde if plan.primary.direction == 'higher' else -(plan.mde or 0), 0)} in {name}"
    if days_needed is not None:
        return f"You need {arms}, about {lasting(days_needed)}, {aim}."
    could = "" if math.isnan(mde) else f", enough to detect {percent(mde, 0)}"
    return (
        f"You need {arms} {aim}. This traffic does not bring that many: "
        f"{count(users[planned])} users in {lasting(planned + 1)}{could}."
    )
