"""The Results of an experiment: what the pages, the report and the command line read."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from engine.fidelity.record import Fidelity
from experiments.adherence import Adherence
from experiments.health import Check
from experiments.plan import Plan
from experiments.verdict import Verdict
from experiments.worlds.record import Worlds


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
            ``p_value_adjusted`` (over all treatments and all metrics but guardrails), ``outcome``
            (``experiments.judging``),
            ``non_inferiority_p_value`` (of a guardrail at the end of a fixed plan, else NaN),
            ``mde_relative`` (the relative uplift this run would have found with the plan's power),
            ``chance_to_win`` and ``expected_loss`` (under the prior of a bayesian plan, else with flat ones),
            ``segment`` (None: all units) and ``covariate_adjusted``. Intervals and p-values are those the
            plan's stopping rule allows to read at the end of the run. Where a metric has covariates also the
            estimate of a single look without: ``unadjusted_absolute``, ``unadjusted_absolute_low``,
            ``unadjusted_absolute_high``, ``unadjusted_relative``, ``unadjusted_p_value``.
        segments: the same by segment: with ``by``, ``segment``, ``p_value_adjusted`` (over all segments, metrics
            and treatments), ``suppressed`` and, simulated, ``true_absolute`` and ``true_relative``. Exploratory;
            read as at a single look.
        heterogeneity: whether segments differ in their uplift (Cochran's Q): ``by``, ``metric``, ``variant``,
            ``statistic``, ``degrees_of_freedom``, ``p_value``.
        cumulative: the same up to each ``day`` (from 1); its intervals are the always-valid ones, those of a
            single look are ``fixed_absolute_low``, ``..._high``, ``fixed_relative_low``, ``..._high``.
            Simulated, with ``true_absolute`` and ``true_relative``.
        truth: simulated only, else empty: ``metric``, ``variant``, ``control_value``, ``treatment_value``,
            ``absolute``, ``relative`` of every unit under each policy, and ``inside``: whether the
            experiment's interval holds the true absolute uplift (None where there is no interval).
        notes: what a reader should know, in sentences.
        meta: where it comes from.
        adherence: how the analysis compares with a plan made before; None where there was none.
        interference: simulated, where it was measured, else empty: what learning from shared, or split, data does
            to the test, a row a metric and treatment; see ``experiments.interference.interference``.
        individual: simulated only, else empty: the shares of units that each treatment truly helps and harms,
            by segment; see ``experiments.individual.summary``.
        worlds: simulated, where many plausible worlds were asked for, else None.
        fidelity: simulated, where it was measured, else None: how alike simulated users are to held-out weeks.
        units: simulated only: every unit's own true effects, see ``experiments.individual.unit_effects``. Not part
            of the JSON, so None in results that were read back; ``experiments.individual_files`` keeps them.
    """

    plan: Plan
    verdict: Verdict
    checks: tuple[Check, ...]
    effects: pd.DataFrame
    segments: pd.DataFrame
    heterogeneity: pd.DataFrame
    cumulative: pd.DataFrame
    truth: pd.DataFrame
    notes: tuple[str, ...]
    meta: Meta
    adherence: Adherence | None = None
    interference: pd.DataFrame = field(default_factory=pd.DataFrame)
    individual: pd.DataFrame = field(default_factory=pd.DataFrame)
    worlds: Worlds | None = None
    fidelity: Fidelity | None = None
    units: pd.DataFrame | None = field(default=None, repr=False)

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
            "heterogeneity": records(self.heterogeneity),
            "cumulative": records(self.cumulative),
            "plan": {**plain(self.plan.to_dict()), "hash": self.plan.hash},
            "notes": list(self.notes),
            "adherence": self.adherence and {**plain(asdict(self.adherence)), "sentence": self.adherence.sentence},
            "meta": plain(asdict(self.meta)),
            "interference": records(self.interference),
            "individual": records(self.individual),
            "worlds": self.worlds and plain(asdict(self.worlds)),
            "fidelity": self.fidelity and plain(self.fidelity.to_dict()),
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
