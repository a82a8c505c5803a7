"""The verdict, from rules a reader can check.

1. A failed health check: *unhealthy*, whatever the figures say.
2. A guardrail is harmed in every treatment, or the primary metric is significantly worse in every one: *stop*.
3. A treatment's primary metric is significantly better and no guardrail may have lost its margin: *ship* the
   one with the largest uplift.
4. Days are left: *keep running*. Before the planned end, rules 2 and 3 read the always-valid interval.
5. Anything else: *inconclusive*.

Significant means: the p-value, adjusted for several treatments, is below alpha.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from experiments.effects import EXPLANATIONS, Effects
from experiments.health import Check
from experiments.metrics import Metric
from experiments.moments import Floats
from experiments.multiplicity import adjust
from experiments.plan import Plan
from experiments.sequential import AlwaysValid
from experiments.wording import difference, level, listed, p_value, percent, share

Status = Literal["ship", "stop", "keep_running", "inconclusive", "unhealthy"]
GuardrailStatus = Literal["safe", "harmed", "uncertain"]

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
    plan: Plan,
    effects: Effects,
    checks: Sequence[Check],
    *,
    days_run: int,
    always_valid: AlwaysValid | None = None,
    together: bool = False,
) -> Verdict:
    """Return the verdict on one experiment.

    Args:
        plan: what was decided before looking.
        effects: without leading axes, of ``plan.metrics``; treatments are variant codes of ``plan.variants``.
        checks: the health checks.
        days_run: days seen so far.
        always_valid: intervals of ``effects`` that may be read today; they decide while days are left, and to
            the end where the plan's stopping is not ``fixed``.
        together: correct the p-values over all metrics and treatments, not over the primary's treatments alone.
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
    early = days_left > 0 or plan.stopping != "fixed"
    p_values = _corrected(plan, effects, together=together)
    better, worse = _significant(plan, effects, p_values, always_valid if early else None, early=early)
    guardrails = guardrail_statuses(plan, effects, always_valid if early else None)
    harmed, safe = (guardrails == "harmed").any(axis=0), (guardrails == "safe").all(axis=0)
    names = [plan.variants[code] for code in effects.treatments]

    lost = worse | harmed
    if lost.all():
        causes = [_loss(plan, effects, p_values, guardrails, column) for column in range(len(names))]
        return Verdict(
            status="stop",
            reason=" ".join(causes),
            next_step=f"Keep {plan.variants[0]}, and look at the segments for who lost.",
            variant=names[0] if len(names) == 1 else None,
            days_left=days_left,
        )
    winners = better & safe
    if winners.any():
        gain = effects.absolute[_row(plan, effects)] * _sign(plan.primary)
        best = int(np.argmax(np.where(winners, gain, -np.inf)))
        kept = [metric.label for metric in plan.guardrails]
        guarded = f" {listed(kept)}: no loss beyond the margin." if kept else ""
        return Verdict(
            status="ship",
            reason=_primary(plan, effects, p_values, best) + guarded,
            next_step=f"Ship {names[best]}; keep a small holdout to see whether the uplift lasts.",
            variant=names[best],
            days_left=days_left,
        )
    if days_left:
        return Verdict(
            status="keep_running",
            reason=f"{days_run} of {plan.days} days are in, and nothing is settled yet. "
            + _primary(plan, effects, p_values, _closest(plan, effects, lost)),
            next_step=f"Keep running for {days_left} more {'day' if days_left == 1 else 'days'}.",
            days_left=days_left,
        )
    return _inconclusive(plan, effects, p_values, better & ~lost, lost, guardrails)


def guardrail_statuses(plan: Plan, effects: Effects, always_valid: AlwaysValid | None = None) -> NDArray[np.str_]:
    """Return each guardrail's status in each treatment, shape (guardrails, treatments).

    Read from the always-valid interval where one is given, else from that of ``effects``.

    ``safe``: the interval excludes a loss as large as the margin (non-inferiority). ``harmed``: the interval
    lies wholly on the losing side, and is not safe. ``uncertain``: neither, or not enough data.
    """
    statuses = np.full((len(plan.guardrails), len(effects.treatments)), "uncertain", dtype="<U9")
    for row, metric in enumerate(plan.guardrails):
        worst, best = _gain_interval(effects, metric, always_valid)
        safe = worst > -(metric.margin or 0.0)
        statuses[row] = np.where(safe, "safe", np.where(best < 0, "harmed", "uncertain"))
    return statuses


def _corrected(plan: Plan, effects: Effects, *, together: bool) -> Floats:
    """Return the primary metric's p-values, corrected within their family, shape (treatments,)."""
    row = _row(plan, effects)
    return adjust(effects.p_value, plan.correction)[row] if together else adjust(effects.p_value[row], plan.correction)


def _significant(
    plan: Plan, effects: Effects, p_values: Floats, always_valid: AlwaysValid | None, *, early: bool
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which treatments' primary metric is significantly better, and which worse."""
    row, sign = _row(plan, effects), _sign(plan.primary)
    if always_valid is not None:
        low, high = always_valid.absolute_low[row], always_valid.absolute_high[row]
        up, down = low > 0, high < 0
    elif early:
        # A fixed-horizon p-value read before the end would find too much; nothing is significant yet.
        up = down = np.zeros(len(effects.treatments), dtype=bool)
    else:
        significant = p_values < plan.alpha
        up, down = significant & (effects.absolute[row] > 0), significant & (effects.absolute[row] < 0)
    return (up, down) if sign > 0 else (down, up)


def _inconclusive(
    plan: Plan,
    effects: Effects,
    p_values: Floats,
    better: NDArray[np.bool_],
    lost: NDArray[np.bool_],
    guardrails: NDArray[np.str_],
) -> Verdict:
    """Return the verdict where no treatment may ship and not all have lost."""
    row = _row(plan, effects)
    column = int(np.argmax(better)) if better.any() else _closest(plan, effects, lost)
    names = np.array([plan.variants[code] for code in effects.treatments])
    losers = f" {listed(names[lost].tolist())} did worse than {plan.variants[0]}." if lost.any() else ""
    reason = _primary(plan, effects, p_values, column)
    doubtful = [
        f"{metric.label} may have lost more than its margin of {share(metric.margin, 0)} "
        f"({_interval(effects, metric, column)})"
        for metric, status in zip(plan.guardrails, guardrails[:, column], strict=True)
        if status != "safe"
    ]
    if better[column] and doubtful:
        reason = f"{reason} But {listed(doubtful)}."
        next_step = "Run again with more units until the guardrail is settled."
    elif np.isnan(effects.p_value[row, column]):
        next_step = "Add units or days, or choose another metric."
    else:
        reason = f"{reason} A true uplift of zero cannot be ruled out."
        next_step = "Keep the control, or run again with more units if an uplift inside the interval matters."
    return Verdict(status="inconclusive", reason=reason + losers, next_step=next_step, variant=str(names[column]))


def _primary(plan: Plan, effects: Effects, p_values: Floats, column: int) -> str:
    """Return the sentence on the primary metric of one treatment."""
    metric, row = plan.primary, _row(plan, effects)
    name = plan.variants[effects.treatments[column]]
    if np.isnan(effects.p_value[row, column]):
        return f"{metric.label} in {name}: {EXPLANATIONS[int(effects.status[row, column])]}"
    adjusted = float(p_values[column])
    several = " after correction" if adjusted > effects.p_value[row, column] or len(effects.treatments) > 1 else ""
    several = several if plan.correction != "none" else ""
    low, high = (difference(metric, float(e[row, column])) for e in (effects.absolute_low, effects.absolute_high))
    relative = float(effects.relative[row, column])
    return (
        f"{metric.label} went from {level(metric, float(effects.control_value[row, column]))} in "
        f"{plan.variants[0]} to {level(metric, float(effects.treatment_value[row, column]))} in {name}: "
        f"{difference(metric, float(effects.absolute[row, column]))} ({1 - effects.alpha:.0%} interval {low} to "
        f"{high}, {p_value(adjusted)}{several})" + ("." if np.isnan(relative) else f", which is {percent(relative)}.")
    )


def _loss(plan: Plan, effects: Effects, p_values: Floats, guardrails: NDArray[np.str_], column: int) -> str:
    """Return the sentence on why one treatment must stop."""
    broken = [
        metric for metric, status in zip(plan.guardrails, guardrails[:, column], strict=True) if status == "harmed"
    ]
    if not broken:
        return _primary(plan, effects, p_values, column)
    name = plan.variants[effects.treatments[column]]
    losses = [f"{metric.label} ({_interval(effects, metric, column)})" for metric in broken]
    return f"{name} harmed {listed(losses)}."


def _interval(effects: Effects, metric: Metric, column: int) -> str:
    row = effects.metrics.index(metric.name)
    low, high = float(effects.relative_low[row, column]), float(effects.relative_high[row, column])
    return f"{1 - effects.alpha:.0%} interval {percent(low)} to {percent(high)}"


def _gain_interval(effects: Effects, metric: Metric, always_valid: AlwaysValid | None) -> tuple[Floats, Floats]:
    """Return the relative interval as (worst, best) of what is gained, shape (treatments,) each."""
    row, source = effects.metrics.index(metric.name), always_valid or effects
    low, high = source.relative_low[row], source.relative_high[row]
    return (low, high) if _sign(metric) > 0 else (-high, -low)


def _closest(plan: Plan, effects: Effects, lost: NDArray[np.bool_]) -> int:
    """Return the treatment with the smallest p-value of the primary metric among those that have not lost."""
    p_values = np.nan_to_num(effects.p_value[_row(plan, effects)], nan=2.0)
    return int(np.argmin(np.where(lost, np.inf, p_values)))


def _row(plan: Plan, effects: Effects) -> int:
    return effects.metrics.index(plan.primary.name)


def _sign(metric: Metric) -> int:
    return 1 if metric.direction == "higher" else -1
