"""Rows of an export, column by column: who, in which variant, on which day, with which figures, or why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import ColumnError, ExperimentError
from engine.loading.cells import NO_ID, ids, values, without
from engine.loading.faults import Faults
from engine.loading.raw import RawTable
from engine.loading.times import parse_times
from experiments.importing.flags import as_numbers
from experiments.moments import Floats

Codes = NDArray[np.int64]

#: The variant all units are in where none is read.
EVERYBODY = "everybody"

_MOST_VARIANTS = 20
_USUAL_SHARE = 0.95
_LARGEST = 1e100  # squares of larger figures could not be added up
# A policy that recommends nothing may well be called none.
_NO_VARIANT = tuple(word for word in NO_ID if word != "none")


@dataclass(frozen=True)
class Assigned:
    """Who is in which variant.

    Attributes:
        unit: unit code of each row, shape (rows,); -1 where the id is missing.
        units: ids by code.
        variant: variant code of each row, shape (rows,); -1 where it is missing.
        variants: names by code, in their natural order.
    """

    unit: NDArray[np.int64]
    units: NDArray[np.object_]
    variant: NDArray[np.int64]
    variants: tuple[str, ...]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether a row has both, shape (rows,)."""
        return np.asarray((self.unit >= 0) & (self.variant >= 0))


def read_assigned(raw: RawTable, faults: Faults, unit: str, variant: str) -> Assigned:
    """Return who is in which variant; a row without either is a fault, and so is every row of a unit in two.

    Where ``variant`` is empty, all units are together in one.

    Raises:
        ColumnError: the variant column names more arms than an experiment has.
    """
    unit_code, units = read_units(raw, faults, unit)
    if not variant:
        return Assigned(unit_code, units, np.zeros(len(unit_code), dtype=np.int64), (EVERYBODY,))
    arms = without(raw.frame[variant], _NO_VARIANT)
    faults.add(arms.isna(), "variant is missing", variant)
    variant_code, names = pd.factorize(arms, sort=True)
    if len(names) > _MOST_VARIANTS:
        raise ColumnError(
            f"Column '{variant}' holds {len(names):,} different variants, for instance '{names[0]}' and "
            f"'{names[1]}'; expected at most {_MOST_VARIANTS}. Say which column holds the variant."
        )
    found = Assigned(unit_code, units, variant_code.astype(np.int64), tuple(map(str, names)))
    faults.add(np.isin(unit_code, _crossed(found)) & found.known, "unit is in more than one variant", variant)
    return found


def read_units(raw: RawTable, faults: Faults, column: str, called: str = "unit") -> tuple[Codes, NDArray[np.object_]]:
    """Return the unit code of each row, -1 for none (a fault), and the ids by code."""
    cells = ids(raw.frame[column])
    faults.add(cells.isna(), f"{called} id is missing", column)
    codes, names = pd.factorize(cells)
    return codes.astype(np.int64), np.asarray(names, dtype=object)


def read_clusters(raw: RawTable, faults: Faults, column: str | None, assigned: Assigned) -> Codes | None:
    """Return the cluster code of each row; one without is a fault, and so is every row of a cluster in two variants.

    None where there is no column.
    """
    if column is None:
        return None
    code, names = read_units(raw, faults, column, "cluster")
    found = Assigned(code, names, assigned.variant, assigned.variants)
    faults.add(np.isin(code, _crossed(found)) & found.known, "cluster is in more than one variant", column)
    return code


def read_days(raw: RawTable, faults: Faults, column: str | None) -> NDArray[np.datetime64] | None:
    """Return the day of each row as datetime64[D], NaT for none (a fault); None where there is no column."""
    if column is None:
        return None
    cells = values(raw.frame[column])
    days = parse_times(cells).astype("datetime64[D]")
    faults.add(cells.isna(), "day is missing", column)
    faults.add(np.isnat(days), "day cannot be read", column)
    return days


def read_figures(raw: RawTable, faults: Faults, kinds: Mapping[str, str]) -> Floats:
    """Return what was measured, shape (rows, columns); a cell that is missing or no number is a fault.

    Args:
        raw: the file.
        faults: of its rows.
        kinds: metric kind by column; a proportion is 0 or 1, also written yes and no.

    Raises:
        ExperimentError: a column does not hold what its kind says.
    """
    found = np.empty((len(raw.frame), len(kinds)))
    for place, (column, kind) in enumerate(kinds.items()):
        cells = values(raw.frame[column])
        found[:, place] = figures = as_numbers(cells)
        finite = np.isfinite(figures)
        if cells.notna().any() and not finite.any():
            raise ExperimentError(
                f"Column '{column}' holds no number, for instance '{cells.dropna().iloc[0]}'; a {kind} needs "
                "numbers. Choose another column."
            )
        faults.add(cells.isna(), f"{column} is missing", column)
        faults.add(~finite, f"{column} is not a number", column)
        faults.add(np.abs(figures) > _LARGEST, f"{column} is too large", column)
        if kind == "proportion":
            _check_binary(column, figures[finite])
            faults.add(~np.isin(figures, (0.0, 1.0)), f"{column} is neither 0 nor 1", column)
    return found


def read_covariates(raw: RawTable, faults: Faults, columns: Sequence[str]) -> Floats:
    """Return what was known before, shape (rows, columns); NaN where a cell is empty, a fault where no number."""
    found = np.empty((len(raw.frame), len(columns)))
    for place, column in enumerate(columns):
        cells = values(raw.frame[column])
        figures = as_numbers(cells)
        faults.add(cells.notna() & ~np.isfinite(figures), f"{column} is not a number", column)
        faults.add(np.abs(figures) > _LARGEST, f"{column} is too large", column)
        found[:, place] = np.where(np.isfinite(figures), figures, np.nan)
    return found


def _crossed(found: Assigned) -> NDArray[np.int64]:
    """Return the codes of the units that are in more than one variant."""
    known = found.known
    unit, variant = found.unit[known], found.variant[known]
    first = np.full(len(found.units), -1)
    # Of several writes to one place the last stays: the first row's, read backwards.
    first[unit[::-1]] = variant[::-1]
    return np.unique(unit[variant != first[unit]])


def _check_binary(column: str, figures: Floats) -> None:
    """Raise where a column of a proportion holds amounts: among many zeros, a few rows would not tell."""
    events = figures[figures != 0]
    if len(events) and np.mean(events == 1) < _USUAL_SHARE:
        other = events[events != 1][0]
        raise ExperimentError(
            f"Metric '{column}' is a proportion, but column '{column}' holds values other than 0 and 1, for "
            f"instance {other:g}. Use {column}:mean, or turn the values into 0 and 1."
        )
