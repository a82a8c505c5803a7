"""The plan: what is decided before anybody looks."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, Literal

from engine.errors import ExperimentError
from experiments.bayesian import Prior
from experiments.boundaries import Spending
from experiments.metrics import Metric
from experiments.multiplicity import Correction

Stopping = Literal["fixed", "always-valid", "group-sequential", "bayesian"]

_FLAT = Prior()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An experiment as it was meant.

    Attributes:
        hypothesis: what is believed and why, in a sentence.
        variants: names; the first is the control.
        metrics: all metrics; exactly one is primary.
        split: weight of each variant, any positive scale; 0 for a variant that gets no unit.
        days: planned length.
        units: planned number of units in all, or None.
        mde: smallest relative uplift of the primary metric worth finding, or None.
        alpha: two-sided significance level.
        power: chance to find an uplift of ``mde``.
        stopping: ``fixed`` (one look at the end), ``always-valid`` (a look each day), ``group-sequential``
            (``looks`` looks that spend alpha) or ``bayesian`` (credible intervals under ``prior``).
        correction: over all treatments and all metrics but guardrails; by segment, over all segments too.
        looks: of a group-sequential plan, equally spaced over its days; None for one a day.
        spending: how a group-sequential plan spends alpha over its looks.
        prior: of a bayesian plan.
        cluster: what was randomised, where it is coarser than a unit (a household, a shop); else None.
        segments: ways of grouping the units that will be looked at.
        titles: what readers call the variants, one a variant; empty where their names will do.
    """

    hypothesis: str
    variants: tuple[str, ...]
    metrics: tuple[Metric, ...]
    split: tuple[float, ...]
    days: int
    units: int | None = None
    mde: float | None = None
    alpha: float = 0.05
    power: float = 0.8
    stopping: Stopping = "fixed"
    correction: Correction = "holm"
    looks: int | None = None
    spending: Spending = "obrien-fleming"
    prior: Prior = _FLAT
    cluster: str | None = None
    segments: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        primaries = [metric.name for metric in self.metrics if metric.role == "primary"]
        if len(primaries) != 1:
            given = ", ".join(primaries) or "none"
            raise ExperimentError(f"A plan has exactly one primary metric; this one has {given}.")
        if len(self.variants) < 2 or len(set(self.variants)) != len(self.variants):
            raise ExperimentError(
                f"A plan needs a control and at least one treatment, each with its own name; "
                f"given: {', '.join(self.variants) or 'none'}."
            )
        if len(self.split) != len(self.variants):
            raise ExperimentError(
                f"The split has {len(self.split)} weights, but there are {len(self.variants)} variants "
                f"({', '.join(self.variants)}). Give one weight a variant, such as "
                f"{','.join('1' for _ in self.variants)}."
            )
        if self.titles and len(self.titles) != len(self.variants):
            raise ExperimentError(f"{len(self.titles)} titles were given for {len(self.variants)} variants.")
        if not all(map(math.isfinite, self.split)) or min(self.split) < 0 or sum(self.split) <= 0:
            raise ExperimentError(f"Split {list(self.split)} was given; weights are 0 or more, and not all 0.")
        if self.days < 1:
            raise ExperimentError(f"{self.days} days were given; an experiment runs at least 1.")
        if not (0 < self.alpha < 1 and 0 < self.power < 1):
            raise ExperimentError(f"alpha {self.alpha} and power {self.power} were given; both lie between 0 and 1.")
        if self.looks is not None and not 1 <= self.looks <= self.days:
            raise ExperimentError(
                f"{self.looks} looks in {self.days} days were planned; expected 1 or more, and at most one a day."
            )

    @property
    def primary(self) -> Metric:
        """The metric that decides."""
        return next(metric for metric in self.metrics if metric.role == "primary")

    @property
    def guardrails(self) -> tuple[Metric, ...]:
        """The metrics that must not get worse."""
        return tuple(metric for metric in self.metrics if metric.role == "guardrail")

    @property
    def shares(self) -> tuple[float, ...]:
        """The split as shares that sum to 1."""
        whole = sum(self.split)
        return tuple(weight / whole for weight in self.split)

    def title(self, variant: str) -> str:
        """Return what readers call ``variant``."""
        return self.titles[self.variants.index(variant)] if self.titles else variant

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain data."""
        return asdict(self)

    @property
    def hash(self) -> str:
        """Sixteen hex digits over everything in the plan: two plans agree in it only if they are the same."""
        return hashlib.sha256(json.dumps(_said(self), sort_keys=True).encode()).hexdigest()[:16]


def _said(value: Any) -> Any:
    """Return ``value`` as plain data without the fields that are at their default.

    A field that a later version adds leaves the hash of every plan made before as it was. Whole numbers become
    floats: a split of 1 and one of 1.0 are the same.
    """
    if is_dataclass(value):
        named = {each.name: (getattr(value, each.name), each.default) for each in fields(value)}
        return {name: _said(part) for name, (part, usual) in named.items() if part != usual}
    if isinstance(value, list | tuple):
        return [_said(part) for part in value]
    return float(value) if isinstance(value, int) else value
