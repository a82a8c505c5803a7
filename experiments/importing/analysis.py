"""A real experiment from its Log to its Results: the same analysis as of a simulated one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from experiments.adherence import adherence
from experiments.analysis import analyse
from experiments.importing.records import FileReport, Imported
from experiments.plan import Plan
from experiments.provenance import versions
from experiments.results import Meta, Results, records

#: Refused rows that a record of results lists; all of them are in ``FileReport.refused``.
LISTED_ROWS = 100


def analyse_export(
    imported: Imported, plan: Plan, *, planned: Plan | None = None, registered: datetime | None = None
) -> Results:
    """Return the Results of a real experiment; its truth is empty, for nobody knows it.

    Args:
        imported: the experiment.
        plan: what it is read under, as ``experiments.importing.planned.plan_for`` makes it.
        planned: the plan that was written down before looking, if any.
        registered: when ``planned`` was written down, with its time zone; None where it never was.

    Raises:
        ExperimentError: where the log and the plan do not fit.
    """
    log, columns = imported.log, imported.columns
    analysis = analyse(log, plan, more_checks=imported.checks)
    followed = None
    if planned is not None:
        followed = adherence(
            planned,
            plan,
            registered=registered,
            first_day=None if log.first_day is None else log.first_day.astype(object),
            days_run=None if log.first_day is None else log.n_days,
            units=log.n_units,
        )
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
                "unit": columns.unit,
                "variant": columns.variant,
                "day": columns.day or "none",
                "cluster": columns.cluster or "none",
                "segments": list(columns.segments),
                "covariates": [f"{name}={','.join(of)}" for name, of in columns.covariates.items()],
                "first_day": imported.first_day or "unknown",
                "rows_kept": imported.rows_kept,
                "rows_refused": imported.rows_refused,
            },
        ),
        adherence=followed,
    )


def to_record(results: Results, files: Sequence[FileReport]) -> dict[str, Any]:
    """Return the results as plain data for JSON.

    As ``Results.to_dict``, but ``effects`` holds the segments' rows after those of all units (whose ``segment``
    is None), and ``import`` tells what became of the rows.
    """
    found = results.to_dict()
    found["effects"] = [*({**row, "by": None} for row in found["effects"]), *found["segments"]]
    first_day = results.meta.settings["first_day"]
    found["import"] = {
        "rows_read": sum(file.rows_read for file in files),
        "rows_kept": sum(file.rows_kept for file in files),
        "rows_refused": sum(file.rows_refused for file in files),
        "first_day": None if first_day == "unknown" else first_day,
        "files": [_file(file) for file in files],
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
