"""From the export of a real experiment to its Log, each step in order."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace

import numpy as np
import pandas as pd

from engine.errors import ColumnError, ExperimentError, unknown
from engine.loading.raw import RawTable
from engine.loading.sources import Source, as_source
from engine.loading.tables import read_table
from experiments.importing.assemble import assemble, in_order
from experiments.importing.columns import require, settle
from experiments.importing.guessing import guess_columns, guess_control, guess_groups, guess_kinds
from experiments.importing.records import Columns, Imported, Preview
from experiments.importing.shapes import one_file, two_files
from experiments.metrics import Metric

Given = str | os.PathLike[str] | bytes

PREVIEW_ROWS = 20
_WANTED = "the export of an experiment"
_COLUMNS = "a unit, a variant and a metric"


def load(
    source: Given,
    *,
    metrics: Sequence[Metric],
    unit: str | None = None,
    variant: str | None = None,
    control: str | None = None,
    day: str | None = None,
    segments: Sequence[str] = (),
    cluster: str | None = None,
    planned: Sequence[str] = (),
    columns: Mapping[str, str] | None = None,
    variants: Mapping[str, str] | None = None,
    measured: Given | None = None,
    name: str | None = None,
) -> Imported:
    """Return the Log of a real experiment and the report of every row of its export.

    Three shapes are read: one row a unit; one row a unit and day, where there is a day column; one row an
    exposure, where ``measured`` is a second file with the metrics. A unit's figures add up, over its days and
    its rows of the second file; an exposed unit without any did nothing (0). A proportion asks whether it ever
    happened.

    Args:
        source: the path of a file, or an upload's bytes.
        metrics: what was measured; their quantities are columns, and so are their covariates, which were known
            before the experiment (a unit's first row tells).
        unit: the column of the unit; guessed when None.
        variant: the column of the variant; guessed when None. When empty, none is read and all units are together
            in one: for calibration, which assigns them anew.
        control: the control's name; guessed when None.
        day: the column of the day or time; guessed when None, not read when empty.
        segments: columns that group the units; a unit's first row tells.
        cluster: the column by which it was randomised, where that is coarser than the unit.
        planned: variants that should be there, whether or not they have units, the control first.
        columns: the file's columns by the names that metrics, covariates, segments and cluster use, where they
            differ.
        variants: other names for the file's variants, by how it writes them.
        measured: a file of metrics, where ``source`` holds exposures.
        name: what to call the experiment; the file's name unless given.

    Raises:
        LabError: a file or a column cannot be used, or the parts contradict each other.
    """
    raw, title, fingerprint = _open(source, name)
    raw = _called(raw, columns or {}, required=measured is None)
    used = settle(raw.frame, metrics, unit=unit, variant=variant, day=day, segments=segments, cluster=cluster)
    if variants:
        raw.frame[used.variant] = raw.frame[used.variant].replace(dict(variants))
    if measured is None:
        found = one_file(raw, used, title)
    else:
        other, other_title, other_fingerprint = _open(measured, None)
        other = _called(other, columns or {}, required=False)
        fingerprint = hashlib.sha256((fingerprint + other_fingerprint).encode()).hexdigest()
        found = two_files(raw, other, used, title, other_title, days_wanted=day != "")
    order = _ordered(found.units.variants, control, planned) if used.variant else found.units.variants
    place = np.array([order.index(variant_name) for variant_name in found.units.variants])
    units = replace(found.units, variant=place[found.units.variant], variants=order)
    shares = [column for column, kind in used.metrics.items() if kind == "proportion"]
    return Imported(
        name=title,
        fingerprint=fingerprint[:16],
        columns=used,
        log=assemble(found.rows, units, shares=shares),
        metrics=tuple(metrics),
        checks=found.checks,
        files=found.files,
    )


def preview(source: Given, name: str | None = None) -> Preview:
    """Return the columns of an export, the parts they seem to play, and its first rows.

    Raises:
        DataError: the file cannot be used; the sentence says why.
    """
    raw, _, _ = _open(source, name)
    guess: Columns | None = None
    with suppress(ColumnError):
        guess = guess_columns(raw.frame)
    return Preview(
        columns=tuple(map(str, raw.frame.columns)),
        guess=guess,
        kinds=guess_kinds(raw.frame),
        groups=guess_groups(raw.frame),
        variants=() if guess is None else _variants(raw.frame[guess.variant]),
        rows=raw.frame.head(PREVIEW_ROWS).reset_index(drop=True),
        format=raw.format,
    )


def variants_of(source: Given, column: str) -> tuple[str, ...]:
    """Return the first 20 names in a column of variants, the control first where one is called so.

    Raises:
        DataError: the file or the column cannot be used; the sentence says why.
    """
    raw, _, _ = _open(source, None)
    require(column, raw.frame)
    return _variants(raw.frame[column])


def _variants(cells: pd.Series) -> tuple[str, ...]:
    variants = tuple(sorted(map(str, cells.dropna().unique()[:PREVIEW_ROWS])))
    with suppress(ExperimentError):
        return in_order(variants, guess_control(variants))
    return variants


def _called(raw: RawTable, columns: Mapping[str, str], *, required: bool) -> RawTable:
    """Return ``raw`` with copies of columns under the names they are asked for by."""
    copies = {}
    for wanted, column in columns.items():
        if required:
            require(column, raw.frame)
        if column in raw.frame.columns:
            copies[wanted] = raw.frame[column]
    return replace(raw, frame=raw.frame.assign(**copies)) if copies else raw


def _ordered(found: Sequence[str], control: str | None, planned: Sequence[str]) -> tuple[str, ...]:
    """Return all variants, found and planned, the control first.

    Raises:
        ExperimentError: the control is not known, or there is nothing to compare it with.
    """
    everybody = (*found, *(name for name in planned if name not in found))
    if control is not None and control not in everybody:
        raise ExperimentError(unknown("Control", control, everybody))
    # A lone variant is told as such, whatever it is called.
    first = control or (guess_control(everybody) if len(everybody) > 1 else everybody[0])
    return in_order(everybody, first, planned)


def _open(source: Given, name: str | None) -> tuple[RawTable, str, str]:
    """Return the rows of an export as text, its name, and a digest of its contents."""
    with ExitStack() as stack:
        found = as_source(source, name, stack)
        file = Source(found.path, found.name, wanted=_WANTED, columns=_COLUMNS)
        raw = read_table(file)
        with file.path.open("rb") as content:
            return raw, file.name, hashlib.file_digest(content, "sha256").hexdigest()
