"""A real experiment from its Log to its Results: the same analysis as of a simulated one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from experiments.analysis import analyse
from experiments.importing.records import FileReport, Imported
from experiments.multiplicity import Correction
from experiments.plan import Plan, Stopping
from experiments.provenance import versions
from experiments.results import Meta, Results, records

#: Refused rows that a record of results lists; all of them are in ``FileReport.refused``.
LISTED_ROWS = 100


def plan_for(
    imported: Imported,
    *,
    split: Sequence[float] | Mapping[str, float] | None = None,
    days: int | None = None,
    stopping: Stopping = "fixed",
    correction: Correction = "holm",
    alpha: float = 0.05,
    power: float = 0.8,
    hypothesis: str = "",
) -> Plan:
    """Return the plan an export is read under.

    Args:
        imported: the experiment.
        split: weight of each variant, in the order of the log's variants or by name (those left out have
            weight 0); equal when None.
        days: planned length; the days the export has when None.
        stopping: how often it is looked at.
        correction: over all metrics, treatments and segments.
        alpha: two-sided significance level.
        power: chance to find the MDE of this run.
        hypothesis: what was believed; written for you where empty.

    Raises:
        ExperimentError: where the split or another figure cannot be.
    """
    names = imported.log.variants
    if split is None:
        weights: tuple[float, ...] = (1.0,) * len(names)
    elif isinstance(split, Mapping):
        weights = tuple(float(split.get(name, 0.0)) for name in names)
    else:
        weights = tuple(map(float, split))
    primary = next(metric for metric in imported.metrics if metric.role == "primary")
    better = "raises" if primary.direction == "higher" else "lowers"
    written = f"{' or '.join(names[1:])}, rather than {names[0]}, {better} {primary.label.lower()}."
    return Plan(
        hypothesis=hypothesis.strip() or written[0].upper() + written[1:],
        variants=names,
        metrics=imported.metrics,
        split=weights,
        days=days if days is not None else imported.log.n_days,
        alpha=alpha,
        power=power,
        stopping=stopping,
        correction=correction,
    )


def analyse_export(imported: Imported, plan: Plan) -> Results:
    """Return the Results of a real experiment; its truth is empty, for nobody knows it.

    Raises:
        ExperimentError: where the log and the plan do not fit.
    """
    log = imported.log
    analysis = analyse(log, plan, more_checks=imported.checks)
    return Results(
        plan=plan,
        verdict=analysis.verdict,
        checks=analysis.checks,
        effects=analysis.effects,
        segments=analysis.segments,
        heterogeneity=analysis.heterogeneity,
        cumulative=analysis.cumulative,
        truth=pd.DataFrame(),
        notes=_notes(imported),
        meta=Meta(
            dataset=imported.name,
            fingerprint=imported.fingerprint,
            rows=imported.rows_read,
            simulated=False,
            units=log.n_units,
            days=log.n_days,
            seed=0,
            computed=datetime.now(UTC).isoformat(timespec="seconds"),
            versions=versions(),
            settings={
                "unit": imported.columns.unit,
                "variant": imported.columns.variant,
                "day": imported.columns.day or "none",
                "segments": list(imported.columns.segments),
                "covariates": [f"{name}={','.join(of)}" for name, of in imported.columns.covariates.items()],
                "first_day": imported.first_day or "unknown",
                "rows_kept": imported.rows_kept,
                "rows_refused": imported.rows_refused,
            },
        ),
    )


def to_record(results: Results, imported: Imported) -> dict[str, Any]:
    """Return the results as plain data for JSON.

    As ``Results.to_dict``, but ``effects`` holds the segments' rows after those of all units (whose ``segment``
    is None), and ``import`` tells what became of the rows.
    """
    found = results.to_dict()
    found["effects"] = [*({**row, "by": None} for row in found["effects"]), *found["segments"]]
    found["import"] = {
        "rows_read": imported.rows_read,
        "rows_kept": imported.rows_kept,
        "rows_refused": imported.rows_refused,
        "first_day": imported.first_day,
        "files": [_file(file) for file in imported.files],
    }
    return found


def _file(file: FileReport) -> dict[str, Any]:
    # A cell without a value is None, not the string pandas would make of it.
    rows = file.refused.head(LISTED_ROWS).astype(object).where(file.refused.head(LISTED_ROWS).notna(), None)
    return {
        "source": file.source,
        "rows_read": file.rows_read,
        "rows_kept": file.rows_kept,
        "rows_refused": file.rows_refused,
        "reasons": file.reasons,
        "refused": records(rows),
    }


def _notes(imported: Imported) -> tuple[str, ...]:
    notes = []
    if imported.rows_refused:
        notes.append(
            f"{imported.rows_read:,} rows read, {imported.rows_kept:,} kept, {imported.rows_refused:,} refused."
        )
    if imported.columns.covariates:
        names = ", ".join(imported.columns.covariates)
        notes.append(
            f"Adjusted by what was known before the experiment (CUPED): {names}. The relative uplift divides by the "
            "control's adjusted mean; the unadjusted estimate stands beside."
        )
    return tuple(notes)
