"""Kept rows become a Log: one place a unit, its days apart, its segments and covariates beside."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import DataError, ExperimentError
from experiments.log import Log
from experiments.moments import Floats

_MOST_CELLS = 150_000_000
_MOST_SEGMENTS = 50
_NO_SEGMENT = "(missing)"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Kept rows with figures.

    Attributes:
        unit: unit code of each row, 0 to units - 1, shape (rows,).
        day: day of each row as datetime64[D], shape (rows,); None where there are no days.
        columns: names of the figures.
        figures: shape (rows, columns).
    """

    unit: NDArray[np.int64]
    day: NDArray[np.datetime64] | None
    columns: tuple[str, ...]
    figures: Floats


@dataclass(frozen=True, kw_only=True)
class Units:
    """The units of an experiment.

    Attributes:
        variant: variant code of each, shape (units,).
        variants: names, the control first.
        entered: first day of each, shape (units,); None where there are no days.
        segments: one row a unit, one text column a way of grouping.
        covariates: one row a unit, one number column each; NaN where nothing is known.
        cluster: code of what was randomised, shape (units,); None where that is the unit.
    """

    variant: NDArray[np.int64]
    variants: tuple[str, ...]
    entered: NDArray[np.datetime64] | None
    segments: pd.DataFrame
    covariates: pd.DataFrame
    cluster: NDArray[np.int64] | None = None


def assemble(rows: Measured, units: Units, *, shares: Collection[str] = ()) -> Log:
    """Return the Log of ``rows``.

    Figures of one unit and day add up; a unit without rows did nothing (0). A covariate nothing is known of
    gets the mean over all units, which moves no estimate.

    Args:
        rows: with figures, by unit.
        units: who they are of.
        shares: columns of proportions, which ask whether a unit ever had any.

    Raises:
        DataError: there are too many days, or a segment has too many values.
    """
    n_units = len(units.variant)
    first, n_days = _span(rows.day, units.entered)
    cells = n_units * n_days * max(len(rows.columns), 1)
    if cells > _MOST_CELLS:
        raise DataError(
            f"{n_units:,} units, {n_days:,} days and {len(rows.columns)} metric columns were found; their product may "
            f"be up to {_MOST_CELLS:,}. Leave the day column out, or export fewer days."
        )
    day = np.zeros(len(rows.unit), dtype=np.int64) if first is None or rows.day is None else _since(rows.day, first)
    place = day * n_units + rows.unit
    values = np.empty((n_days, n_units, len(rows.columns)))
    for column in range(len(rows.columns)):
        sums = np.bincount(place, weights=rows.figures[:, column], minlength=n_days * n_units)
        values[:, :, column] = sums.reshape(n_days, n_units)
    return Log(
        quantities=rows.columns,
        values=values,
        variant=units.variant,
        variants=units.variants,
        segments=_grouped(units.segments),
        indicators={f"any {column}": column for column in rows.columns if column in shares},
        entered=None if first is None or units.entered is None else _since(units.entered, first),
        covariates={str(name): _known(column) for name, column in units.covariates.items()},
        clusters=units.cluster,
        first_day=first,
    )


def in_order(names: Sequence[str], control: str, planned: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the variants, the control first, then those of ``planned`` as they stand, then the others by name.

    Raises:
        ExperimentError: there is only one.
    """
    first = [control, *(name for name in planned if name != control)]
    order = (*first, *sorted({*names} - {*first}, key=_natural))
    if len(order) < 2:
        raise ExperimentError(f"Only variant '{control}' was found; an experiment has a control and a treatment.")
    return order


def _natural(name: str) -> tuple[int, str]:
    """Return a key that puts 2 before 10, and numbers before words."""
    return (int(name), "") if name.isdecimal() else (10**18, name)


def _span(
    day: NDArray[np.datetime64] | None, entered: NDArray[np.datetime64] | None
) -> tuple[np.datetime64 | None, int]:
    """Return the first day and how many days there are; None and 1 where there are none."""
    known = [days for days in (day, entered) if days is not None and len(days)]
    if not known:
        return None, 1
    first, last = min(days.min() for days in known), max(days.max() for days in known)
    return first, int((last - first) / np.timedelta64(1, "D")) + 1


def _since(days: NDArray[np.datetime64], first: np.datetime64) -> NDArray[np.int64]:
    return np.asarray((days - first) / np.timedelta64(1, "D"), dtype=np.int64)


def _grouped(segments: pd.DataFrame) -> pd.DataFrame:
    grouped = {}
    for name, column in segments.items():
        values = column.fillna(_NO_SEGMENT)
        if values.nunique() > _MOST_SEGMENTS:
            raise DataError(
                f"Segment '{name}' has {values.nunique():,} values, for instance '{values.iloc[0]}'; expected at "
                f"most {_MOST_SEGMENTS}. Choose a coarser column."
            )
        grouped[str(name)] = pd.Categorical(values)
    return pd.DataFrame(grouped, index=range(len(segments)))


def _known(column: pd.Series) -> Floats:
    mean = column.mean()
    return column.fillna(0.0 if np.isnan(mean) else mean).to_numpy(np.float64)
