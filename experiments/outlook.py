"""What a plan can hope to find on this traffic: users, days, the curve of MDE against days, and what to beware of."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from experiments.design import Size, minimum_effect, sample_size
from experiments.history import Baseline, History, baseline
from experiments.metrics import Metric
from experiments.moments import Floats
from experiments.plan import Plan
from experiments.sequential import half_width
from experiments.wording import count, percent, share

_RARE = 0.01  # a base rate below it asks for unusually many users
_MOST_TESTS = 5
_WEEK = 7


@dataclass(frozen=True, eq=False, kw_only=True)
class Outlook:
    """What a plan needs, and what each length of it could find.

    Attributes:
        days: lengths 1, 2, ... in days, shape (days,).
        users: users a test of that length sees in all variants, shape (days,).
        mde: smallest relative uplift it finds with the planned power; NaN where nothing would be enough.
        baseline: the primary metric at the planned length.
        measured: whether the log told the baseline.
        source: where the baseline comes from, in a sentence.
        size: users the planned MDE needs, by variant.
        days_needed: the first length that is enough, or None where no length on the curve is.
        mde_planned: ``mde`` at the planned length.
        sentence: the answer.
        cautions: what to think about before starting, a sentence each.
    """

    days: Floats
    users: Floats
    mde: Floats
    baseline: float
    measured: bool
    source: str
    size: Size
    days_needed: int | None
    mde_planned: float
    sentence: str
    cautions: tuple[str, ...]


def outlook(
    plan: Plan, past: History, *, known_baseline: float | None = None, users_a_day: float | None = None
) -> Outlook:
    """Return what ``plan`` can find on the traffic of ``past``.

    Each length is judged as if it were the planned one, with the baseline of units watched for that long.
    Where the plan's stopping is ``always-valid``, alpha is the level whose fixed interval is as wide as the
    confidence sequence at its tightest.

    Args:
        plan: its primary metric, MDE, split, alpha, power, days and stopping are read.
        past: the log's users by day.
        known_baseline: the reader's own figure for the primary metric, in place of the log's; its spread is
            the log's, in proportion (a share's is its own).
        users_a_day: the reader's own traffic of new users, in place of the log's.

    Raises:
        ExperimentError: where the baseline, MDE, alpha or power cannot be.
    """
    lengths = np.arange(1.0, len(past.users) + 1)
    users: Floats = past.users if users_a_day is None else users_a_day * lengths
    level = _level(plan)
    base = _replaced(baseline(past, plan.primary), plan.primary, known_baseline)
    mde = _curve(plan, plan.primary, base, users, level)
    target = plan.mde or 0.0
    enough = np.flatnonzero(mde <= target)
    days_needed = int(enough[0]) + 1 if len(enough) else None
    planned = min(plan.days, len(users)) - 1
    at = planned if days_needed is None else days_needed - 1
    up = 1 if plan.primary.direction == "higher" else -1
    size = sample_size(
        plan.primary.kind,
        baseline=float(base.value[at]),
        mde=up * target * float(base.value[at]),
        variance=float(base.variance[at]),
        alpha=level,
        power=plan.power,
        split=plan.split,
        corrected=plan.correction != "none",
    )
    return Outlook(
        days=lengths,
        users=users,
        mde=mde,
        baseline=float(base.value[planned]),
        measured=base.measured,
        source=base.sentence,
        size=size,
        days_needed=days_needed,
        mde_planned=float(mde[planned]),
        sentence=_sentence(plan, size, days_needed, users, planned, float(mde[planned])),
        cautions=tuple(_cautions(plan, past, base, users, mde, level)),
    )


def horizon(days: int) -> int:
    """Return how many days the curve should reach for a plan of ``days``: beyond it, and four weeks at least."""
    return max(2 * days, 4 * _WEEK)


def _level(plan: Plan) -> float:
    """Return the two-sided level whose fixed interval is as wide as the planned one is at the end."""
    if plan.stopping == "fixed":
        return plan.alpha
    reach = float(half_width(1.0, 1.0, tuning_n=1.0, alpha=plan.alpha))
    return float(2 * special.ndtr(-reach))


def _replaced(found: Baseline, metric: Metric, known: float | None) -> Baseline:
    """Return the baseline with the reader's own value, its variance scaled to it."""
    if known is None:
        return found
    value = np.full_like(found.value, known)
    if metric.unit == "share":
        scale = value * (1 - value) / (found.value * (1 - found.value))
    else:
        scale = (value / found.value) ** 2
    return Baseline(value=value, variance=found.variance * scale, measured=True, sentence="Your own figure.")


def _curve(plan: Plan, metric: Metric, base: Baseline, users: Floats, level: float) -> Floats:
    """Return the relative MDE of ``metric`` at each length; NaN where even certainty would not show."""
    treatments = len(plan.split) - 1
    smallest = min(plan.shares[1:])
    corrected = level / treatments if plan.correction != "none" else level
    usable = (users * min(plan.shares) >= 2) & (base.variance > 0) & (base.value > 0)
    if metric.kind == "proportion":
        usable &= base.value < 1
    mde = np.full(len(users), np.nan)
    mde[usable] = (
        minimum_effect(
            metric.kind,
            baseline=base.value[usable],
            units_control=users[usable] * plan.shares[0],
            units_treatment=users[usable] * smallest,
            variance=base.variance[usable],
            alpha=corrected,
            power=plan.power,
        )
        / base.value[usable]
    )
    return mde


def _sentence(plan: Plan, size: Size, days_needed: int | None, users: Floats, planned: int, mde: float) -> str:
    needed = [count(math.ceil(units)) for units in size.units]
    arms = (
        f"{needed[0]} users per arm"
        if len(set(needed)) == 1
        else f"{needed[0]} users in control and {' and '.join(needed[1:])} in treatment"
    )
    aim = f"to detect {percent(plan.mde if plan.primary.direction == 'higher' else -(plan.mde or 0), 0)}"
    if days_needed is not None:
        length = "1 day" if days_needed == 1 else f"{days_needed} days"
        return f"You need {arms}, about {length}, {aim} in {plan.primary.label.lower()}."
    could = "" if math.isnan(mde) else f", enough to detect {percent(mde, 0)}"
    return (
        f"You need {arms} {aim} in {plan.primary.label.lower()}. This traffic does not bring that many: "
        f"{count(users[planned])} users in {planned + 1} days{could}."
    )


def _cautions(plan: Plan, past: History, base: Baseline, users: Floats, mde: Floats, level: float) -> Iterator[str]:
    """Yield what to think about before starting."""
    planned = min(plan.days, len(users)) - 1
    value, metric = float(base.value[planned]), plan.primary
    if not base.measured:
        yield f"{metric.label} is not in this log: {base.sentence[0].lower()}{base.sentence[1:]}"
    if metric.unit == "share" and value < _RARE:
        yield (
            f"{metric.label} is only {share(value, 2)}. At so low a base rate a test needs very many users; "
            "a metric that more users move, such as click-through, is found sooner."
        )
    tests = len(plan.metrics) * (len(plan.variants) - 1)
    if tests > _MOST_TESTS:
        chance = 1 - (1 - plan.alpha) ** tests
        yield (
            f"{tests} comparisons ({len(plan.metrics)} metrics × {len(plan.variants) - 1} treatments): with no true "
            f"uplift anywhere, the chance that at least one looks significant is up to {share(chance, 0)}. "
            "Decide by the primary metric alone."
        )
    if not mde[planned] <= (plan.mde or 0):
        found = (
            "finds nothing smaller" if math.isnan(mde[planned]) else f"finds {percent(float(mde[planned]), 0)} or more"
        )
        yield f"{planned + 1} days are too short: a test of that length {found}. A smaller uplift ends as inconclusive."
    if plan.days < _WEEK:
        yield f"{plan.days} days are less than a week; weekdays and weekends often differ. Plan whole weeks."
    if plan.days > len(users):
        yield f"The log tells of {len(users)} days; what {plan.days} days bring is read as what {len(users)} bring."
    even = 2 * len(plan.split)
    cost = (1 / plan.shares[0] + 1 / min(plan.shares[1:])) / even
    if cost > 1.02:
        yield f"This split needs {share(cost - 1, 0)} more users than an even one."
    if plan.stopping == "always-valid":
        reach, fixed = -special.ndtri(level / 2), -special.ndtri(plan.alpha / 2)
        strength = special.ndtri(plan.power)
        more = ((reach + strength) / (fixed + strength)) ** 2 - 1
        yield f"Looking every day costs about {share(float(more), 0)} more users than one look at the end."
    for guardrail in plan.guardrails:
        found = _curve(plan, guardrail, baseline(past, guardrail), users, plan.alpha)[planned]
        if not found <= (guardrail.margin or 0.0):
            can = (
                "too little data to say" if math.isnan(found) else f"can only rule out {share(float(found), 0)} or more"
            )
            yield (
                f"{guardrail.label} may lose {share(guardrail.margin, 0)} by plan, but {planned + 1} days {can}: "
                "even a good treatment may stay undecided. Widen the margin or run longer."
            )
