"""The shapes an export comes in: one row a unit (or a unit and day), or exposures with a file of metrics."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import DataError
from engine.loading.faults import Faults, nothing_left
from engine.loading.raw import RawTable
from experiments.diagnostics import duplicated_units, missing_metrics
from experiments.health import Check, units_in_two_variants
from experiments.importing.assemble import Measured, Units
from experiments.importing.columns import require
from experiments.importing.guessing import guess_day, guess_unit
from experiments.importing.records import Columns, FileReport
from experiments.importing.rows import (
    Assigned,
    Codes,
    read_assigned,
    read_clusters,
    read_covariates,
    read_days,
    read_figures,
    read_units,
)


@dataclass(frozen=True, kw_only=True)
class Shaped:
    """The kept rows of an export.

    Attributes:
        rows: with figures, by unit.
        units: who they are of.
        checks: of the rows.
        files: one report a file.
    """

    rows: Measured
    units: Units
    checks: tuple[Check, ...]
    files: tuple[FileReport, ...]


def one_file(raw: RawTable, columns: Columns, source: str) -> Shaped:
    """Return the rows of an export that holds units, variants and metrics.

    Raises:
        LabError: a column is missing or does not hold what its kind says, or no row can be used.
    """
    for column in columns.metrics:
        require(column, raw.frame)
    faults = Faults(raw)
    assigned = read_assigned(raw, faults, columns.unit, columns.variant)
    cluster = read_clusters(raw, faults, columns.cluster, assigned)
    day = read_days(raw, faults, columns.day)
    sound = ~faults.found
    figures = read_figures(raw, faults, columns.metrics)
    lost = ~np.isfinite(figures)
    covariates = read_covariates(raw, faults, columns.known_before)
    good = ~faults.found
    once = duplicated_units(assigned.unit[good], None if day is None else day[good])
    faults.add(
        _repeats(assigned.unit, day, faults.found),
        "unit repeats an earlier row" + (" of that day" if columns.day else ""),
        columns.unit,
    )
    report = _report(raw, faults, source)
    kept = np.flatnonzero(~faults.found)
    unit, units = _units(raw, columns, assigned, kept, day, covariates, cluster)
    return Shaped(
        rows=Measured(
            unit=unit, day=None if day is None else day[kept], columns=tuple(columns.metrics), figures=figures[kept]
        ),
        units=units,
        checks=(
            _crossed(assigned),
            once,
            _missing(lost[sound], assigned.variant[sound], assigned.variants, columns),
        ),
        files=(report,),
    )


def two_files(
    exposures: RawTable, measured: RawTable, columns: Columns, source: str, measured_source: str, *, days_wanted: bool
) -> Shaped:
    """Return the rows of a file of exposures and one of metrics, joined by the unit.

    A unit may be exposed many times; its first day counts. Where both files have days, figures of a day before
    the unit's first exposure are refused, for they cannot be an effect of it.

    Raises:
        LabError: as ``one_file``.
    """
    faults = Faults(exposures)
    assigned = read_assigned(exposures, faults, columns.unit, columns.variant)
    cluster = read_clusters(exposures, faults, columns.cluster, assigned)
    day = read_days(exposures, faults, columns.day)
    covariates = read_covariates(exposures, faults, columns.known_before)
    report = _report(exposures, faults, source)
    kept = np.flatnonzero(~faults.found)
    units = _units(exposures, columns, assigned, kept, day, covariates, cluster)[1]
    ids = pd.Index(pd.unique(assigned.units[assigned.unit[kept]]))

    frame = measured.frame
    for column in columns.metrics:
        require(column, frame)
    key = columns.unit if columns.unit in frame.columns else guess_unit(frame, taken=set(columns.metrics))
    when = columns.day if columns.day in frame.columns else guess_day(frame, taken={key, *columns.metrics})
    wrong = Faults(measured)
    code, names = read_units(measured, wrong, key)
    position = np.append(ids.get_indexer(pd.Index(names)), -1)[code]
    wrong.add(position < 0, "unit has no kept exposure", key)
    when = when if days_wanted else None
    days = read_days(measured, wrong, when)
    if days is not None and units.entered is not None and when is not None:
        entered = np.append(units.entered, np.datetime64("NaT", "D"))[position]
        wrong.add(days < entered, "day is before the unit's first exposure", when)
    sound = ~wrong.found
    figures = read_figures(measured, wrong, columns.metrics)
    lost = ~np.isfinite(figures[sound])
    more = _report(measured, wrong, measured_source)
    rows = np.flatnonzero(~wrong.found)
    return Shaped(
        rows=Measured(
            unit=position[rows],
            day=None if days is None else days[rows],
            columns=tuple(columns.metrics),
            figures=figures[rows],
        ),
        units=units if days is not None else replace(units, entered=None),
        checks=(
            _crossed(assigned),
            _missing(lost, units.variant[position[sound]], units.variants, columns),
        ),
        files=(report, more),
    )


def _units(
    raw: RawTable,
    columns: Columns,
    assigned: Assigned,
    kept: NDArray[np.int64],
    day: NDArray[np.datetime64] | None,
    covariates: NDArray[np.float64],
    cluster: Codes | None,
) -> tuple[NDArray[np.int64], Units]:
    """Return the unit code of each kept row, in order of appearance, and the units; their first row tells."""
    codes = pd.factorize(assigned.unit[kept])[0].astype(np.int64)
    first = kept[np.flatnonzero(~pd.Series(codes).duplicated().to_numpy())]
    entered = None
    if day is not None:
        entered = np.full(len(first), np.datetime64("9999-12-31", "D"))
        np.minimum.at(entered, codes, day[kept])
    return codes, Units(
        variant=assigned.variant[first],
        variants=assigned.variants,
        entered=entered,
        segments=raw.frame[list(columns.segments)].iloc[first].reset_index(drop=True),
        covariates=pd.DataFrame(covariates[first], columns=list(columns.known_before)),
        cluster=None if cluster is None else cluster[first],
    )


def _repeats(
    unit: NDArray[np.int64], day: NDArray[np.datetime64] | None, found: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return the rows without a fault whose unit (and day) an earlier such row has."""
    good = np.flatnonzero(~found)
    key = pd.DataFrame({"unit": unit[good]} | ({} if day is None else {"day": day[good].astype(np.int64)}))
    again = np.zeros(len(found), dtype=bool)
    again[good[key.duplicated().to_numpy()]] = True
    return again


def _report(raw: RawTable, faults: Faults, source: str) -> FileReport:
    refused = pd.concat([raw.malformed, faults.frame()], ignore_index=True)
    refused = refused.sort_values("line", kind="stable", ignore_index=True)
    if faults.found.all():
        raise DataError(nothing_left(refused))
    return FileReport(
        source=f"{source}: {raw.format}",
        rows_read=len(raw.frame) + len(raw.malformed),
        rows_kept=int((~faults.found).sum()),
        refused=refused,
    )


def _crossed(assigned: Assigned) -> Check:
    return units_in_two_variants(assigned.unit[assigned.known], assigned.variant[assigned.known])


def _missing(lost: NDArray[np.bool_], variant: NDArray[np.int64], variants: tuple[str, ...], columns: Columns) -> Check:
    return missing_metrics(lost, variant, len(variants), names=variants, titles=list(columns.metrics))
