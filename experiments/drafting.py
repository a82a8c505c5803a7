"""A plan from what a reader chooses: the Design page and a simulation draft the same one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.errors import ExperimentError, unknown
from experiments.metrics import SIMULATED, Metric, with_primary
from experiments.plan import Plan, Stopping


def draft(
    variants: Sequence[str],
    *,
    primary: str = "conversion",
    guardrails: Mapping[str, float] | None = None,
    split: Sequence[float] | None = None,
    days: int = 14,
    users: int | None = None,
    mde: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
    stopping: Stopping = "fixed",
    hypothesis: str = "",
) -> Plan:
    """Return the plan of an experiment that measures ``experiments.metrics.SIMULATED``.

    Args:
        variants: names, the control first.
        primary: the metric that decides.
        guardrails: margin (largest relative loss still acceptable) by metric, in place of those of
            ``SIMULATED``; an empty mapping for none. The primary metric cannot be one.
        split: weight of each variant, the control first; equal when None.
        days: planned length in days.
        users: planned units in all, or None.
        mde: smallest relative uplift worth finding, or None.
        alpha: two-sided significance level.
        power: chance to find an uplift of ``mde``.
        stopping: one look at the end, or one each day.
        hypothesis: what is believed; written for you where empty.

    Raises:
        ExperimentError: where a metric is unknown, or the plan cannot be.
    """
    metrics = _guarded(guardrails, primary)
    return Plan(
        hypothesis=hypothesis.strip() or _hypothesis(variants, metrics, primary),
        variants=tuple(variants),
        metrics=with_primary(metrics, primary),
        split=tuple(split) if split is not None else (1.0,) * len(variants),
        days=days,
        units=users,
        mde=mde,
        alpha=alpha,
        power=power,
        stopping=stopping,
    )


def split_for(treatments: int, control_share: float | None = None) -> tuple[float, ...]:
    """Return the weights of a control and ``treatments`` that share the rest alike; all alike when None.

    Raises:
        ExperimentError: where the share is not between 0 and 1.
    """
    if control_share is None:
        return (1.0,) * (1 + treatments)
    if not 0 < control_share < 1:
        raise ExperimentError(f"A control share of {control_share} was given; expected a number between 0 and 1.")
    return (control_share, *((1 - control_share) / treatments,) * treatments)


def names_of(models: Sequence[str]) -> tuple[str, ...]:
    """Name each variant after its model; the second of the same name gets a number."""
    seen: dict[str, int] = {}
    names = []
    for model in models:
        seen[model] = seen.get(model, 0) + 1
        names.append(model if seen[model] == 1 else f"{model}_{seen[model]}")
    return tuple(names)


def _guarded(guardrails: Mapping[str, float] | None, primary: str) -> tuple[Metric, ...]:
    if guardrails is None:
        return SIMULATED
    known = [metric.name for metric in SIMULATED]
    for name in guardrails:
        if name not in known:
            raise ExperimentError(unknown("Metric", name, known))
    if primary in guardrails:
        raise ExperimentError(f"'{primary}' is the primary metric; it cannot be a guardrail too. Choose another.")
    return tuple(
        replace(metric, role="guardrail", margin=guardrails[metric.name])
        if metric.name in guardrails
        else replace(metric, role="secondary", margin=None)
        for metric in SIMULATED
    )


def _hypothesis(names: Sequence[str], metrics: Sequence[Metric], primary: str) -> str:
    metric = next((each.label.lower() for each in metrics if each.name == primary), primary)
    return f"Showing what {' or '.join(names[1:])} recommends, rather than {names[0]}, raises {metric}."
