"""The verdict, from rules a reader can check.

1. A failed health check: *unhealthy*, whatever the figures say.
2. A guardrail is harmed in every treatment, or the primary metric is significantly worse in every one: *stop*.
3. A treatment's primary metric is significantly better and no guardrail may have lost its margin: *ship* the
   one with the largest uplift.
4. Days are left: *keep running*. Before the planned end, rules 2 and 3 read what the stopping rule allows that day.
5. Anything else: *inconclusive*.

Significant means: the p-value that may be read today, corrected over all metrics and treatments, is below alpha; of
a bayesian plan, that the chance to win is above 1 - alpha / 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from experiments.bayesian import Beliefs
from experiments.describing import interval_name
from experiments.effects import EXPLANATIONS, Effects
from experiments.health import Check
from experiments.judging import Judged, guardrail_outcomes, judge, sign
from experiments.metrics import Metric
from experiments.plan import Plan
from experiments.wording import difference, differences, level, listed, p_value, percent, share

Status = Literal["ship", "stop", "keep_running", "inconclusive", "unhealthy"]

TITLES: dict[Status, str] = {
    "ship": "Ship",
    "stop": "Stop",
    "keep_running": "Keep running",
    "inconclusive": "Inconclusive",
    "unhealthy": "Unhealthy",
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What to do.

    Attributes:
        status: ``ship``, ``stop``, ``keep_running``, ``inconclusive`` or ``unhealthy``.
        reason: why, in a sentence with the figures it rests on.
        next_step: what to do now.
        variant: the treatment it is about, or None.
        days_left: days of the plan not yet run.
    """

    status: Status
    reason: str
    next_step: str
    variant: str | None = None
    days_left: int = 0

    @property
    def title(self) -> str:
        """The status as a reader reads it."""
        return TITLES[self.status]


def decide(
    plan: Plan, effects: Effects, checks: Sequence[Check], *, days_run: int, beliefs: Beliefs | None = None
) -> Verdict:
    """Return the verdict on one experiment.

    Args:
        plan: what was decided before looking.
        effects: without leading axes, of ``plan.metrics``, with the intervals and p-values that may be read
            today (``experiments.looks.as_read``); treatments are variant codes of ``plan.variants``.
        checks: the health checks.
        days_run: days seen so far.
        beliefs: of ``effects``, for a bayesian plan.
    """
    failed = [check for check in checks if check.status == "failed"]
    days_left = max(plan.days - days_run, 0)
    if failed:
        return Verdict(
            status="unhealthy",
            reason=" ".join(check.sentence for check in failed),
            next_step=failed[0].next_step,
            days_left=days_left,
        )
    read = _Read(
        plan,
        effects,
        judge(effects, plan, chance_to_win=None if beliefs is None else beliefs.chance_to_win),
        beliefs,
        days_left,
    )
    guardrails = guardrail_outcomes(effects, plan)
    better, worse = read.judged.better[read.row], read.judged.worse[read.row]
    harmed, safe = (guardrails == "harmed").any(axis=0), (guardrails == "safe").all(axis=0)
    names = [plan.variants[code] for code in effects.treatments]

    lost = worse | harmed
    if lost.all():
        return Verdict(
            status="stop",
            reason=" ".join(_loss(read, guardrails, column) for column in range(len(names))),
            next_step=f"Keep {plan.title(plan.variants[0])}, and look at the segments for who lost.",
            variant=names[0] if len(names) == 1 else None,
            days_left=days_left,
        )
    winners = better & safe
    if winners.any():
        gain = effects.absolute[read.row] * sign(plan.primary)
        best = int(np.argmax(np.where(winners, gain, -np.inf)))
        kept = [metric.label for metric in plan.guardrails]
        guarded = f" {listed(kept)}: no loss beyond the margin." if kept else ""
        return Verdict(
            status="ship",
            reason=_primary(read, best) + guarded,
            next_step=f"Ship {plan.title(names[best])}; keep a small holdout to see whether the uplift lasts.",
            variant=names[best],
            days_left=days_left,
        )
    if days_left:
        return Verdict(
            status="keep_running",
            reason=f"{days_run} of {plan.days} days are in, and nothing is settled yet. "
            + _primary(read, _closest(read, lost)),
            next_step=f"Keep running for {days_left} more {'day' if days_left == 1 else 'days'}.",
            days_left=days_left,
        )
    return _inconclusive(read, better & ~lost, lost, guardrails)


@dataclass(frozen=True, eq=False)
class _Read:
    """Effects as they are read today.

    Attributes:
        plan: their plan.
        effects: the effects.
        judged: what they mean.
        beliefs: of a bayesian plan.
        days_left: days of the plan not yet run.
    """

    plan: Plan
    effects: Effects
    judged: Judged
    beliefs: Beliefs | None
    days_left: int

    @property
    def row(self) -> int:
        """The row of the primary metric."""
        return self.effects.metrics.index(self.plan.primary.name)

    def title(self, column: int) -> str:
        """What a reader calls the treatment."""
        return self.plan.title(self.plan.variants[self.effects.treatments[column]])

    @property
    def interval(self) -> str:
        """What the intervals are called."""
        return interval_name(self.plan, days_run=self.plan.days - self.days_left)


def _inconclusive(
    read: _Read, better: NDArray[np.bool_], lost: NDArray[np.bool_], guardrails: NDArray[np.object_]
) -> Verdict:
    """Return the verdict where no treatment may ship and not all have lost."""
    plan = read.plan
    column = int(np.argmax(better)) if better.any() else _closest(read, lost)
    titles = np.array([read.title(place) for place in range(len(read.effects.treatments))])
    losers = f" {listed(titles[lost].tolist())} did worse than {plan.title(plan.variants[0])}." if lost.any() else ""
    reason = _primary(read, column)
    doubtful = [
        f"{metric.label} may have lost more than its margin of {share(metric.margin, 0)} "
        f"({_interval(read, metric, column)})"
        for metric, outcome in zip(plan.guardrails, guardrails[:, column], strict=True)
        if outcome != "safe"
    ]
    if better[column] and doubtful:
        reason = f"{reason} But {listed(doubtful)}."
        next_step = "Run again with more units until the guardrail is settled."
    elif read.judged.outcome[read.row, column] == "missing":
        next_step = "Add units or days, or choose another metric."
    else:
        reason = f"{reason} A true uplift of zero cannot be ruled out."
        next_step = "Keep the control, or run again with more units if an uplift inside the interval matters."
    name = plan.variants[read.effects.treatments[column]]
    return Verdict(status="inconclusive", reason=reason + losers, next_step=next_step, variant=name)


def _primary(read: _Read, column: int) -> str:
    """Return the sentence on the primary metric of one treatment."""
    plan, effects, metric, row = read.plan, read.effects, read.plan.primary, read.row
    if read.judged.outcome[row, column] == "missing":
        return f"{metric.label} in {read.title(column)}: {EXPLANATIONS[int(effects.status[row, column])]}"
    told = (float(each[row, column]) for each in (effects.absolute, effects.absolute_low, effects.absolute_high))
    absolute, low, high = differences(metric, *told)
    relative = float(effects.relative[row, column])
    adjusted = "" if not metric.covariates else ", adjusted by what was known before"
    return (
        f"{metric.label} went from {level(metric, float(effects.control_value[row, column]))} in "
        f"{plan.title(plan.variants[0])} to {level(metric, float(effects.treatment_value[row, column]))} in "
        f"{read.title(column)}{adjusted}: {absolute} "
        f"({read.interval} {low} to {high}, {_evidence(read, column)})"
        + ("." if np.isnan(relative) else f", which is {percent(relative)}.")
    )


def _evidence(read: _Read, column: int) -> str:
    """Return the p-value of the primary metric, or the chance to win and the risk of a bayesian plan."""
    metric, row = read.plan.primary, read.row
    if read.beliefs is not None and read.plan.stopping == "bayesian":
        risk = difference(metric, float(read.beliefs.expected_loss[row, column])).removeprefix("+")
        return f"chance to win {share(float(read.beliefs.chance_to_win[row, column]))}, expected loss {risk}"
    adjusted = float(read.judged.p_value_adjusted[row, column])
    if np.isnan(adjusted):
        return "no look is due yet"
    corrected = read.plan.correction != "none" and adjusted > read.effects.p_value[row, column]
    return p_value(adjusted) + (" after correction" if corrected else "")


def _loss(read: _Read, guardrails: NDArray[np.object_], column: int) -> str:
    """Return the sentence on why one treatment must stop."""
    broken = [
        metric
        for metric, outcome in zip(read.plan.guardrails, guardrails[:, column], strict=True)
        if outcome == "harmed"
    ]
    if not broken:
        return _primary(read, column)
    losses = [f"{metric.label} ({_interval(read, metric, column)})" for metric in broken]
    return f"{read.title(column)} harmed {listed(losses)}."


def _interval(read: _Read, metric: Metric, column: int) -> str:
    row = read.effects.metrics.index(metric.name)
    low, high = float(read.effects.relative_low[row, column]), float(read.effects.relative_high[row, column])
    return f"{read.interval} {percent(low)} to {percent(high)}"


def _closest(read: _Read, lost: NDArray[np.bool_]) -> int:
    """Return the treatment with the smallest p-value of the primary metric among those that have not lost."""
    p_values = np.nan_to_num(read.effects.p_value[read.row], nan=2.0)
    return int(np.argmin(np.where(lost, np.inf, p_values)))
