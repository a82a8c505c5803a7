"""Raw rows become clean rows or refusals: ids, times, ratings and duplicates, a column at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import DataError
from engine.loading.raw import RawTable, as_numbers, refusals
from engine.loading.times import parse_times

_NO_ID = ("nan", "NaN", "NAN", "null", "NULL", "Null", "none", "None", "NONE", "\\N", "<NA>", "NaT")
_NO_VALUE = (*_NO_ID, "na", "NA", "n/a", "N/A", "-")
_TOPS = (1.0, 5.0, 10.0, 100.0)
_USUAL_SHARE = 0.95


@dataclass(frozen=True)
class Cleaned:
    """The usable rows of a log and the others.

    Attributes:
        rows: columns user and item (str), time (datetime64[s]), event (category), rating (float64), and line.
        refused: the other rows; columns line, reason, column, value.
        rating_scale: lowest and highest rating, or None where no row carries one.
    """

    rows: pd.DataFrame
    refused: pd.DataFrame
    rating_scale: tuple[float, float] | None


def clean(
    raw: RawTable,
    mapping: Mapping[str, str],
    *,
    rating_scale: tuple[float, float] | None,
    drop_duplicates: bool,
) -> Cleaned:
    """Return the rows of ``raw`` that can be used, by the columns ``mapping`` names.

    A row is refused for the first of: missing user, missing item, missing or unparsable time, unparsable
    rating, rating out of range, and (by choice) being equal to an earlier row in every mapped column.
    A missing rating is no fault: the row is an event without one.
    """
    frame, n = raw.frame, len(raw.frame)
    faults = _Faults(raw)
    user, item = (_ids(frame[mapping[role]]) for role in ("user", "item"))
    faults.add(user.isna(), "user id is missing", mapping["user"])
    faults.add(item.isna(), "item id is missing", mapping["item"])

    time = np.full(n, np.datetime64("NaT"), dtype="datetime64[s]")
    if "time" in mapping:
        cells = _without(frame[mapping["time"]], _NO_VALUE)
        time = parse_times(cells)
        faults.add(cells.isna(), "time is missing", mapping["time"])
        faults.add(np.isnat(time), "time cannot be read", mapping["time"])

    rating = np.full(n, np.nan)
    if "rating" in mapping:
        cells = _without(frame[mapping["rating"]], _NO_VALUE)
        rating = _numbers(cells)
        faults.add(cells.notna() & ~np.isfinite(rating), "rating is not a number", mapping["rating"])
        rating_scale = rating_scale or _scale(rating[np.isfinite(rating)])
        if rating_scale:
            low, high = rating_scale
            outside = np.isfinite(rating) & ((rating < low) | (rating > high))
            faults.add(outside, f"rating is outside {low:g} to {high:g}", mapping["rating"])
    else:
        rating_scale = None

    rows = pd.DataFrame(
        {"user": user, "item": item, "time": time, "event": _events(frame, mapping, rating), "rating": rating}
    )
    rows["line"] = raw.lines
    if drop_duplicates:
        good = rows[~faults.found].drop(columns="line")
        again = np.zeros(n, dtype=bool)
        again[np.flatnonzero(~faults.found)[good.duplicated().to_numpy()]] = True
        faults.add(again, "row repeats an earlier row", None)
    if faults.found.all():
        read = pd.concat([raw.malformed, faults.frame()], ignore_index=True)
        raise DataError(_nothing_left(read))
    return Cleaned(rows=rows[~faults.found].reset_index(drop=True), refused=faults.frame(), rating_scale=rating_scale)


class _Faults:
    """The first fault of every row."""

    def __init__(self, raw: RawTable) -> None:
        self._raw = raw
        self._parts: list[pd.DataFrame] = []
        self.found = np.zeros(len(raw.frame), dtype=bool)

    def add(self, bad: pd.Series | NDArray[np.bool_], reason: str, column: str | None) -> None:
        new = np.asarray(bad, dtype=bool) & ~self.found
        if new.any():
            value = self._raw.frame[column][new].to_numpy(dtype=object) if column else None
            self._parts.append(refusals(self._raw.lines[new], reason, column, value))
            self.found |= new

    def frame(self) -> pd.DataFrame:
        return pd.concat(self._parts, ignore_index=True) if self._parts else refusals([], [])


def _nothing_left(refused: pd.DataFrame) -> str:
    """Return the sentence for a log of which every row is refused: the commonest reason, with an example."""
    reason = refused["reason"].mode().iloc[0]
    example = refused[refused["reason"] == reason].iloc[0]
    where = ""
    if pd.notna(example["column"]):
        value = "an empty cell" if pd.isna(example["value"]) else f"'{example['value']}'"
        where = f", for instance {value} in column '{example['column']}' on line {example['line']}"
    return f"None of the {len(refused):,} rows could be used: {reason}{where}. Check how the columns are mapped."


def _ids(cells: pd.Series) -> pd.Series:
    return _without(cells, _NO_ID)


def _without(cells: pd.Series, missing: tuple[str, ...]) -> pd.Series:
    written = cells.isin(missing)
    return cells.mask(written) if written.any() else cells


def _numbers(cells: pd.Series) -> NDArray[np.float64]:
    """Return the cells as numbers, with a decimal comma where the column is written so."""
    plain = as_numbers(cells)
    unread = cells.notna().to_numpy() & np.isnan(plain)
    if unread.any():
        comma = cells[unread].where(cells[unread].str.fullmatch(r"[-+]?\d+,\d+")).str.replace(",", ".")
        plain[unread] = as_numbers(comma)
    return plain


def _scale(ratings: NDArray[np.float64]) -> tuple[float, float] | None:
    """Return the usual scale that holds nearly all ratings: up to 1, 5, 10 or 100, from 0, 0.5 or 1.

    A single 99 among stars is a slip, so 95% decide; where no usual scale holds that many (negative ratings,
    counts), the data's own range is the scale and nothing is out of it.
    """
    if not len(ratings):
        return None
    for top in _TOPS:
        within = (ratings >= 0) & (ratings <= top)
        if within.mean() < _USUAL_SHARE:
            continue
        fine = ratings[within & (ratings > 0)]
        if top == 1.0 or (ratings == 0).mean() > 0.005 or (len(fine) and fine.min() < 0.5):
            return 0.0, top
        return (0.5 if len(fine) and fine.min() < 1 else 1.0), top
    return float(ratings.min()), float(ratings.max())


def _events(frame: pd.DataFrame, mapping: Mapping[str, str], rating: NDArray[np.float64]) -> pd.Series:
    if "event" in mapping:
        return frame[mapping["event"]].fillna("interaction").astype("category")
    rated = (~np.isnan(rating)).astype(np.int8)
    return pd.Series(pd.Categorical.from_codes(rated, dtype=pd.CategoricalDtype(["interaction", "rating"])))
