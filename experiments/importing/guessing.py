"""Which column of an export plays which part: guessed from names, then from contents."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from engine.errors import ColumnError, ExperimentError
from engine.loading.cells import numbers, values
from engine.loading.times import parse_times
from experiments.importing.flags import as_numbers
from experiments.importing.records import Columns

_UNIT = (
    "unit", "unitid", "userid", "user", "uid", "customerid", "customer", "visitorid", "visitor", "memberid",
    "clientid", "accountid", "deviceid", "sessionid", "subjectid", "id",
)  # fmt: skip
_VARIANT = (
    "variant", "variantid", "variantname", "variation", "variationid", "variationname", "arm", "experimentgroup",
    "testgroup", "abgroup", "group", "treatment", "bucket", "cell", "condition",
)  # fmt: skip
_DAY = (
    "day", "date", "ds", "exposuredate", "exposureday", "exposuretime", "exposedat", "firstexposure", "time",
    "timestamp", "ts", "eventdate", "activitydate", "datetime", "firstseen", "firstday", "assignedat",
    "assignmentdate", "enrolledat",
)  # fmt: skip
_CONTROL = ("control", "ctrl", "baseline", "a", "off", "original", "default", "0", "false")
_BEFORE = re.compile(r"^(pre|prior|before|past)(period|experiment)?|(pre|prior|before|past)(period|experiment)?$")
_LOOKED_AT = 5000
_MOST_DAYS = 400
_MOST_SEGMENTS = 20


def guess_columns(frame: pd.DataFrame) -> Columns:
    """Return the parts the columns of ``frame`` (text) seem to play.

    Segments are text columns of few values, metrics the numeric ones; a numeric column called like another
    with ``pre`` before or behind it is that one's covariate.

    Raises:
        ColumnError: no column looks like the unit or the variant.
    """
    variant = guess_variant(frame)
    unit = guess_unit(frame, taken={variant})
    day = guess_day(frame, taken={unit, variant})
    taken = (unit, variant, day)
    kinds = {column: kind for column, kind in guess_kinds(frame).items() if column not in taken}
    found = Columns(
        unit=unit,
        variant=variant,
        day=day,
        segments=tuple(column for column in guess_groups(frame) if column not in (*taken, *kinds)),
        covariates=guess_covariates(list(kinds)),
        metrics=kinds,
    )
    return replace(found, metrics={column: kind for column, kind in kinds.items() if column not in found.known_before})


def guess_kinds(frame: pd.DataFrame) -> dict[str, str]:
    """Return the metric kind of every column of numbers: ``proportion`` of zeros and ones, else ``mean``."""
    head = frame.head(_LOOKED_AT)
    return {str(column): kind for column in frame.columns if (kind := _kind(head[column]))}


def guess_groups(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns of words that put units into a few groups."""
    head = frame.head(_LOOKED_AT)
    return tuple(str(column) for column in frame.columns if _groups(head[column]))


def guess_unit(frame: pd.DataFrame, taken: Collection[str] = ()) -> str:
    """Return the column that is called like an id of units.

    Raises:
        ColumnError: none is.
    """
    found = _named(frame, _UNIT, taken)
    ids = [str(column) for column in frame.columns if column not in taken and _plain(str(column)).endswith("id")]
    if found is None and not ids:
        raise ColumnError(_not_guessed("unit", frame))
    return found or ids[0]


def guess_variant(frame: pd.DataFrame, taken: Collection[str] = ()) -> str:
    """Return the column that is called like a variant.

    Raises:
        ColumnError: none is.
    """
    found = _named(frame, _VARIANT, taken)
    if found is None:
        raise ColumnError(_not_guessed("variant", frame))
    return found


def guess_day(frame: pd.DataFrame, taken: Collection[str] = ()) -> str | None:
    """Return the column with the day of each row, by its name and its contents, or None."""
    column = _named(frame, _DAY, taken)
    if column is None:
        return None
    days = parse_times(values(frame[column].head(_LOOKED_AT)))
    known = days[~np.isnat(days)]
    if not len(known) or len(known) < 0.8 * len(days):
        return None
    # A date of birth or sign-up is no day of an experiment.
    return column if (known.max() - known.min()) / np.timedelta64(1, "D") <= _MOST_DAYS else None


def guess_control(variants: Sequence[str]) -> str:
    """Return the variant that is called like a control.

    Raises:
        ExperimentError: none is.
    """
    found = [name for known in _CONTROL for name in variants if _plain(name) == known]
    if not found:
        raise ExperimentError(
            f"None of the variants is called control. The file has: {', '.join(variants)}. Say which one it is."
        )
    return found[0]


def _not_guessed(part: str, frame: pd.DataFrame) -> str:
    columns = ", ".join(map(str, frame.columns))
    return f"No column was found for the {part}. The file has: {columns}. Say which one it is."


def _named(frame: pd.DataFrame, known: Sequence[str], taken: Collection[str]) -> str | None:
    plain = {str(column): _plain(str(column)) for column in frame.columns if column not in taken}
    return next((column for name in known for column, this in plain.items() if this == name), None)


def _kind(cells: pd.Series) -> str | None:
    """Return the kind of metric a column of numbers seems to be, or None where it holds none."""
    present = values(cells).dropna()
    figures = as_numbers(present)
    known = figures[np.isfinite(figures)]
    if not len(known) or len(known) < 0.8 * len(present):
        return None
    return "proportion" if np.isin(known, (0, 1)).all() else "mean"


def _groups(cells: pd.Series) -> bool:
    """Say whether a column of words puts units into a few groups."""
    present = cells.dropna()
    if present.empty or np.isfinite(numbers(present)).mean() > 0.2:
        return False
    return 2 <= present.nunique() <= min(_MOST_SEGMENTS, max(2, len(present) // 2))


def guess_covariates(columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the columns of the time before, by the metric's column they are called after.

    Args:
        columns: of numbers; of two files, the columns of both.
    """
    found: dict[str, tuple[str, ...]] = {}
    plain = {column: _plain(column) for column in columns}
    for column, name in plain.items():
        bare = _BEFORE.sub("", name)
        after = [other for other, this in plain.items() if this == bare != name]
        if after:
            found[after[0]] = (*found.get(after[0], ()), column)
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
