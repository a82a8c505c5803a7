"""What effects mean: better, worse or unclear, and for a guardrail safe, harmed or uncertain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from experiments.effects import TESTED, Effects
from experiments.metrics import Metric
from experiments.moments import Floats
from experiments.multiplicity import adjust
from experiments.plan import Plan

#: ``better`` and ``worse`` are significant and said by the metric's direction, not by the sign.
Outcome = Literal["better", "worse", "unclear", "missing", "safe", "harmed", "uncertain"]


@dataclass(frozen=True, eq=False)
class Judged:
    """What effects mean; arrays have the effects' shape (..., metrics, treatments).

    Attributes:
        p_value_adjusted: corrected over the whole family: every leading place, treatment and metric but the
            guardrails, whose p-values stay as they are, for margins judge them.
        better: significantly better by the metric's direction.
        worse: significantly worse.
        outcome: ``better``, ``worse`` or ``unclear``; ``missing`` where there is not enough data.
    """

    p_value_adjusted: Floats
    better: NDArray[np.bool_]
    worse: NDArray[np.bool_]
    outcome: NDArray[np.object_]


def judge(effects: Effects, plan: Plan, *, chance_to_win: Floats | None = None) -> Judged:
    """Return what ``effects`` mean under ``plan``.

    Significant is a corrected p-value below alpha. A bayesian plan asks for a chance to win above 1 - alpha / 2
    (or below alpha / 2): its posterior is no error rate, so it is not corrected.

    Args:
        effects: with the p-values that may be read (``experiments.looks.as_read``), any leading axes.
        plan: names the metrics, alpha, the correction and the stopping rule.
        chance_to_win: of a bayesian plan, shape of the effects.
    """
    family = [metric.role != "guardrail" for metric in plan.metrics]
    adjusted = effects.p_value.copy()
    adjusted[..., family, :] = adjust(effects.p_value[..., family, :], plan.correction)
    gain = effects.absolute * signs(plan)
    if plan.stopping == "bayesian" and chance_to_win is not None:
        better, worse = chance_to_win > 1 - plan.alpha / 2, chance_to_win < plan.alpha / 2
    else:
        significant = adjusted < plan.alpha
        better, worse = significant & (gain > 0), significant & (gain < 0)
    missing = ~np.isin(effects.status, TESTED)
    outcome = np.select([missing, better, worse], ["missing", "better", "worse"], "unclear").astype(object)
    return Judged(adjusted, better & ~missing, worse & ~missing, outcome)


def guardrail_outcomes(effects: Effects, plan: Plan) -> NDArray[np.object_]:
    """Return what each guardrail shows in each treatment, shape (..., guardrails, treatments).

    ``safe``: the relative interval excludes a loss as large as the margin (non-inferiority). ``harmed``: it lies
    wholly on the losing side, and is not safe. ``uncertain``: neither. ``missing``: there is no interval.
    """
    rows = [effects.metrics.index(metric.name) for metric in plan.guardrails]
    margin = np.array([metric.margin or 0.0 for metric in plan.guardrails])[:, None]
    higher = signs(plan)[[plan.metrics.index(metric) for metric in plan.guardrails]] > 0
    low, high = effects.relative_low[..., rows, :], effects.relative_high[..., rows, :]
    worst, best = np.where(higher, low, -high), np.where(higher, high, -low)
    return np.select([np.isnan(low), worst > -margin, best < 0], ["missing", "safe", "harmed"], "uncertain").astype(
        object
    )


def sign(metric: Metric) -> int:
    """Return 1 where more of ``metric`` is better, -1 where less is."""
    return 1 if metric.direction == "higher" else -1


def signs(plan: Plan) -> NDArray[np.int64]:
    """Return the ``sign`` of every metric of ``plan``, shape (metrics, 1)."""
    return np.array([sign(metric) for metric in plan.metrics], dtype=np.int64)[:, None]
