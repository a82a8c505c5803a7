"""What differs between two experiments: in their plans, and in how they ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.describing import CORRECTIONS, measured, prior, stopping_rule
from experiments.metrics import Metric
from experiments.plan import Plan
from experiments.results import Meta
from experiments.wording import count, listed, share

_NONE = "none"
_NOT_SAID = "not said"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing in which two experiments differ.

    Attributes:
        what: in words, such as ``Days planned``.
        first: of the first experiment.
        second: of the second.
    """

    what: str
    first: str
    second: str


def planned_otherwise(first: Plan, second: Plan) -> tuple[Difference, ...]:
    """Return what differs between two plans, their metrics last; nothing where they are the same."""
    return (
        *_differing(_rules(first), _rules(second), _NONE),
        *_differing(_metrics(first), _metrics(second), "not measured"),
    )


def run_otherwise(first: Meta, second: Meta) -> tuple[Difference, ...]:
    """Return what differs in the data, the size and the settings of two experiments."""
    return _differing(_circumstances(first), _circumstances(second), _NONE)


def _rules(plan: Plan) -> dict[str, str]:
    return {
        "Hypothesis": plan.hypothesis,
        "Variants": listed([plan.title(name) for name in plan.variants]),
        "Primary metric": plan.primary.label,
        "Split": " : ".join(share(part) for part in plan.shares),
        "Days planned": str(plan.days),
        "Units planned": _NOT_SAID if plan.units is None else count(plan.units),
        "Smallest uplift worth finding": _NOT_SAID if plan.mde is None else share(plan.mde),
        "Significance level": f"{plan.alpha:g}",
        "Power": f"{plan.power:g}",
        "Stopping": stopping_rule(plan),
        "Prior": prior(plan) if plan.stopping == "bayesian" else _NONE,
        "p-values": CORRECTIONS[plan.correction],
        "Randomised by": plan.cluster or "unit",
        "Segments": listed(plan.segments) or _NONE,
    }


def _metrics(plan: Plan) -> dict[str, str]:
    return {metric.label: _told(metric) for metric in plan.metrics}


def _told(metric: Metric) -> str:
    margin = "" if metric.margin is None else f", may lose {share(metric.margin)}"
    return f"{metric.role}{margin}; {measured(metric)}; {metric.direction} is better"


def _circumstances(meta: Meta) -> dict[str, str]:
    return {
        "Users": "simulated" if meta.simulated else "real",
        "Data": meta.dataset,
        "Fingerprint of the data": meta.fingerprint,
        "Units": count(meta.units),
        "Days run": str(meta.days),
        "Seed": str(meta.seed) if meta.simulated else _NONE,
    } | {
        name.replace("_", " ").capitalize(): _setting(value)
        for name, value in meta.settings.items()
        if name != "primary"  # the plan says it
    }


def _setting(value: Any) -> str:
    if isinstance(value, Mapping) and "model" in value:
        given = ", ".join(f"{name} {part}" for name, part in value.get("params", {}).items())
        name = "+".join([value["model"], *value.get("then", ())])
        return f"{name} ({given or 'default parameters'})"
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_setting(part)}" for name, part in value.items()) or _NONE
    if isinstance(value, list | tuple):
        return "; ".join(map(_setting, value)) or _NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _NONE if value is None else str(value)


def _differing(first: Mapping[str, str], second: Mapping[str, str], absent: str) -> tuple[Difference, ...]:
    names = [*first, *(name for name in second if name not in first)]
    both = [(name, first.get(name, absent), second.get(name, absent)) for name in names]
    return tuple(Difference(what=what, first=one, second=other) for what, one, other in both if one != other)
