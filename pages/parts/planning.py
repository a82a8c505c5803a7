"""A plan as pages handle it: what a simulation is asked with, and the plan in a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.dataset import Dataset
from experiments.describing import CORRECTIONS, stopping_rule
from experiments.drafting import draft, names_of
from experiments.plan import Plan
from pages.parts import formats, policies


@dataclass(frozen=True)
class Choice:
    """Everything a simulated experiment is asked with.

    Attributes:
        control: the control's model, parameters and stages, as ``experiments.simulate.task`` takes them.
        treatments: the treatments', one or more.
        rules: arguments of ``experiments.drafting.draft`` other than the variants and users.
        run: ``users``, ``seed`` and ``retrain_every``.
    """

    control: dict[str, Any]
    treatments: list[dict[str, Any]]
    rules: dict[str, Any]
    run: dict[str, Any]

    @property
    def plan(self) -> Plan:
        """The plan, with the simulated users it asks for."""
        names = names_of([policies.policy(arm) for arm in (self.control, *self.treatments)])
        return draft(names, users=self.run["users"], **self.rules)

    def request(self, dataset: Dataset) -> dict[str, Any]:
        """Return the request for ``experiments.simulate:task``."""
        arms = {"control": self.control, "treatments": self.treatments}
        return {"dataset": dataset.fingerprint, **arms, **self.rules, **self.run}


def summary(plan: Plan) -> str:
    """Return the plan in a line: what decides, what guards, how long, how sure."""
    guards = ", ".join(f"{metric.label} may lose {formats.share(metric.margin, 0)}" for metric in plan.guardrails)
    parts = [
        f"**{plan.primary.label}** decides",
        guards or "no guardrail",
        formats.plural(plan.days, "day"),
        f"split {' : '.join(formats.share(part, 0) for part in plan.shares)}",
        f"significance level {formats.share(plan.alpha, 0)}",
        stopping_rule(plan),
    ]
    if plan.stopping != "bayesian":
        parts.append(CORRECTIONS[plan.correction])
    if any(metric.covariates for metric in plan.metrics):
        parts.append("adjusted by what users did before (CUPED)")
    return " · ".join(parts)
