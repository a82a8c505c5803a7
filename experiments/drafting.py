"""A plan from what a reader chooses: the Design page and a simulation draft the same one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.errors import ExperimentError, ModelError, unknown
from engine.policies import parse
from experiments.bayesian import Prior
from experiments.boundaries import Spending
from experiments.metrics import SIMULATED, Metric, with_primary
from experiments.multiplicity import Correction
from experiments.plan import Plan, Stopping

#: What may be asked of a simulated experiment beside ``SIMULATED``, so that every kind of metric is among them.
ON_REQUEST: tuple[Metric, ...] = (
    Metric(name="purchases_per_user", kind="count", numerator="purchases", title="Purchases per user", unit="count"),
    Metric(
        name="revenue_p90",
        kind="quantile",
        numerator="revenue",
        quantile=0.9,
        title="90th percentile of revenue",
        unit="money",
    ),
    Metric(
        name="session_success",
        kind="ratio",
        numerator="successes",
        denominator="sessions",
        title="Session success rate",
        unit="share",
    ),
    Metric(name="activation", kind="proportion", numerator="activated", title="Activation"),
)

MEASURABLE: tuple[Metric, ...] = (*SIMULATED, *ON_REQUEST)


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
    looks: int | None = None,
    spending: Spending = "obrien-fleming",
    prior: Prior | Mapping[str, Any] | None = None,
    correction: Correction = "holm",
    covariates: Sequence[str] = (),
    hypothesis: str = "",
) -> Plan:
    """Return the plan of an experiment that measures ``experiments.metrics.SIMULATED``.

    Of ``ON_REQUEST`` only what decides or guards is measured too: each metric more shares alpha.

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
        stopping: when the experiment may stop; see ``experiments.plan.Plan``.
        looks: of a group-sequential plan; one a day when None.
        spending: how a group-sequential plan spends alpha.
        prior: of a bayesian plan, or its fields as plain data; flat when None.
        correction: over all metrics and treatments.
        covariates: what was known of units before and adjusts every metric but quantiles (CUPED), such as
            the names of ``experiments.earlier.BEFORE``.
        hypothesis: what is believed; written for you where empty.

    Raises:
        ExperimentError: where a metric is unknown, or the plan cannot be.
    """
    metrics = _guarded(guardrails, primary)
    return Plan(
        hypothesis=hypothesis.strip() or _hypothesis(variants, metrics, primary),
        variants=tuple(variants),
        metrics=tuple(
            metric if metric.kind == "quantile" else replace(metric, covariates=tuple(covariates))
            for metric in with_primary(metrics, primary)
        ),
        split=tuple(split) if split is not None else (1.0,) * len(variants),
        days=days,
        units=users,
        mde=mde,
        alpha=alpha,
        power=power,
        stopping=stopping,
        looks=looks,
        spending=spending,
        prior=_prior(prior),
        correction=correction,
        titles=tuple(map(title_of, variants)),
    )


def title_of(variant: str) -> str:
    """Return what readers call the variant that ``names_of`` named.

    ``svd+mmr:0.3`` is ``SVD + MMR 0.3``; ``svd_2``, the second of its name, is ``SVD 2``.
    """
    model, _, number = variant.rpartition("_")
    if number.isdigit() and model:
        return f"{title_of(model)} ({number})" if "+" in model else f"{title_of(model)} {number}"
    try:
        return parse(variant).title
    except ModelError:  # not ours: an export's own name
        return variant[:1].upper() + variant[1:]


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


def weights_of(text: str, variants: int) -> tuple[float, ...]:
    """Return the weights of ``2,1,1``, one a variant, the control first.

    Raises:
        ExperimentError: where it is written otherwise, or there are more or fewer weights than variants.
    """
    try:
        weights = tuple(float(part) for part in text.split(","))
    except ValueError:
        weights = ()
    if len(weights) != variants or not all(0 < weight < math.inf for weight in weights):
        raise ExperimentError(
            f"Split '{text}' was given; expected {variants} weights above 0, the control's first, such as "
            f"{','.join('1' for _ in range(variants))}."
        )
    return weights


def names_of(policies: Sequence[str]) -> tuple[str, ...]:
    """Name each variant after its policy as it is written; the second of the same name gets a number."""
    seen: dict[str, int] = {}
    names = []
    for policy in policies:
        seen[policy] = seen.get(policy, 0) + 1
        names.append(policy if seen[policy] == 1 else f"{policy}_{seen[policy]}")
    return tuple(names)


def _guarded(guardrails: Mapping[str, float] | None, primary: str) -> tuple[Metric, ...]:
    asked = {primary, *(guardrails or {})}
    measured = (*SIMULATED, *(metric for metric in ON_REQUEST if metric.name in asked))
    if guardrails is None:
        return measured
    known = [metric.name for metric in MEASURABLE]
    for name in guardrails:
        if name not in known:
            raise ExperimentError(unknown("Metric", name, known))
    if primary in guardrails:
        raise ExperimentError(f"'{primary}' is the primary metric; it cannot be a guardrail too. Choose another.")
    return tuple(
        replace(metric, role="guardrail", margin=guardrails[metric.name])
        if metric.name in guardrails
        else replace(metric, role="secondary", margin=None)
        for metric in measured
    )


def _prior(given: Prior | Mapping[str, Any] | None) -> Prior:
    if given is None or isinstance(given, Prior):
        return given or Prior()
    fields = dict(given)
    if "rate" in fields:
        success, failure = fields["rate"]
        fields["rate"] = (float(success), float(failure))
    return Prior(**fields)


def _hypothesis(names: Sequence[str], metrics: Sequence[Metric], primary: str) -> str:
    metric = next((each.label.lower() for each in metrics if each.name == primary), primary)
    control, *treatments = map(title_of, names)
    return f"Showing what {' or '.join(treatments)} recommends, rather than {control}, raises {metric}."
