"""From a plan to the comparisons it will be judged by."""

from __future__ import annotations

from numpy.typing import ArrayLike

from engine.errors import ExperimentError
from experiments.comparison import Comparison
from experiments.metrics import Metric
from experiments.monitoring import Monitoring
from experiments.plan import Plan


def monitoring_of(plan: Plan) -> Monitoring:
    """Return how often ``plan`` looks: its own looks where group sequential, else one a day, or one in all."""
    if plan.stopping == "fixed":
        return Monitoring()
    looks = plan.days if plan.looks is None or plan.stopping != "group-sequential" else plan.looks
    return Monitoring(stopping=plan.stopping, looks=looks, spending=plan.spending)


def family(plan: Plan) -> int:
    """Return how many hypotheses share the plan's alpha: metrics other than guardrails × treatments.

    As ``judging.judge`` corrects p-values; 1 without correction, or where beliefs are read.
    """
    if plan.correction == "none" or plan.stopping == "bayesian":
        return 1
    treatments = sum(weight > 0 for weight in plan.split[1:])
    return (len(plan.metrics) - len(plan.guardrails)) * max(treatments, 1)


def comparison_of(
    plan: Plan,
    metric: Metric,
    *,
    baseline: ArrayLike,
    variance: ArrayLike,
    explained: float = 0.0,
    design_effect: float = 1.0,
) -> Comparison:
    """Return how ``plan`` will compare ``metric`` in a treatment with the control.

    A guardrail is read without correction, for each must hold; see ``margins``. Variants that get no unit are
    left out.

    Args:
        plan: names split, alpha, power, correction, prior and the looks.
        metric: one of its metrics.
        baseline: the metric in the control, any shape.
        variance: of one unit's value; its own for a proportion.
        explained: share of the variance that the metric's covariates explain; counts where it has any.
        design_effect: how many times clustering multiplies the variance.

    Raises:
        ExperimentError: where a figure cannot be, or the control gets no unit.
    """
    if plan.split[0] <= 0:
        raise ExperimentError(f"The control {plan.variants[0]} gets no unit by plan; give it a weight above 0.")
    return Comparison(
        kind=metric.kind,
        baseline=baseline,
        variance=None if metric.kind == "proportion" else variance,
        split=tuple(weight for weight in plan.split if weight > 0),
        alpha=plan.alpha,
        power=plan.power,
        comparisons=1 if metric.role == "guardrail" else family(plan),
        explained=explained if metric.covariates else 0.0,
        design_effect=design_effect,
        monitoring=monitoring_of(plan),
        prior=plan.prior,
    )
