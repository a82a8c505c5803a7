"""The Results of an experiment: what the pages, the report and the command line read."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from experiments.health import Check
from experiments.plan import Plan
from experiments.verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class Meta:
    """Where results come from.

    Attributes:
        dataset: the Dataset's name.
        fingerprint: its full-content fingerprint.
        rows: its interactions.
        simulated: whether the units are simulated.
        units: units in the experiment.
        days: days run.
        seed: every random draw follows from it.
        computed: when, in UTC, as ISO 8601.
        versions: of Python and the packages the figures rest on.
        settings: the request the results answer, as plain data.
    """

    dataset: str
    fingerprint: str
    rows: int
    simulated: bool
    units: int
    days: int
    seed: int
    computed: str
    versions: Mapping[str, str]
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Results:
    """One analysed experiment. Frames are not to be written into.

    Attributes:
        plan: what was decided before looking.
        verdict: what to do.
        checks: the health checks.
        effects: one row a metric and treatment: ``experiments.tables.effect_table``, with
            ``p_value_adjusted`` (for several treatments; of a real experiment also for several metrics),
            ``mde_relative`` (the relative uplift this run would have found with the plan's power),
            ``chance_to_win`` and ``expected_loss`` (with flat priors), ``segment`` (None: all units) and
            ``covariate_adjusted``. Intervals and p-values are those the plan's stopping rule reads. With
            covariates also the estimate without: ``unadjusted_absolute``, ``unadjusted_absolute_low``,
            ``unadjusted_absolute_high``, ``unadjusted_p_value``.
        segments: the same by segment: with ``by``, ``segment``, ``p_value_adjusted`` (over all segments and
            treatments of the metric), ``suppressed`` and, simulated, ``true_absolute`` and ``true_relative``.
            Exploratory.
        cumulative: the same up to each ``day`` (from 1); its intervals are the always-valid ones, those of a
            single look are ``fixed_absolute_low``, ``..._high``, ``fixed_relative_low``, ``..._high``.
            Simulated, with ``true_absolute`` and ``true_relative``.
        truth: simulated only, else empty: ``metric``, ``variant``, ``control_value``, ``treatment_value``,
            ``absolute``, ``relative`` of every unit under each policy, and ``inside``: whether the
            experiment's interval holds the true absolute uplift (None where there is no interval).
        notes: what a reader should know, in sentences.
        meta: where it comes from.
    """

    plan: Plan
    verdict: Verdict
    checks: tuple[Check, ...]
    effects: pd.DataFrame
    segments: pd.DataFrame
    cumulative: pd.DataFrame
    truth: pd.DataFrame
    notes: tuple[str, ...]
    meta: Meta

    def check(self, name: str) -> Check:
        """Return the health check called ``name``."""
        return next(check for check in self.checks if check.name == name)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; what has no value is None, never NaN."""
        return {
            "simulated": self.meta.simulated,
            "verdict": plain(asdict(self.verdict)),
            "effects": records(self.effects),
            "truth": records(self.truth),
            "health": {check.name: plain(asdict(check)) for check in self.checks},
            "segments": records(self.segments),
            "cumulative": records(self.cumulative),
            "plan": {**plain(self.plan.to_dict()), "hash": self.plan.hash},
            "notes": list(self.notes),
            "meta": plain(asdict(self.meta)),
        }

    def to_json(self, indent: int | None = 2) -> str:
        """Return ``to_dict`` as JSON text."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of ``table`` as plain data."""
    return [plain(row) for row in table.to_dict(orient="records")]


def plain(value: Any) -> Any:
    """Return ``value`` as JSON knows it: NumPy scalars as numbers, tuples as lists, NaN and infinity as None."""
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
