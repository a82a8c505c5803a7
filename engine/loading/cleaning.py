"""Raw rows become clean rows or refusals: ids, times, ratings and duplicates, a column at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import DataError
from engine.loading.cells import ids, numbers, values
from engine.loading.faults import Faults, nothing_left
from engine.loading.raw import RawTable
from engine.loading.scales import mark_of_none, usual_scale
from engine.loading.times import parse_times


@dataclass(frozen=True)
class Cleaned:
    """The usable rows of a log and the others.

    Attributes:
        rows: columns user and item (str), time (datetime64[s]), event (category), rating (float64), count (float64,
            only where a column plays that role), and line.
        refused: the other rows; columns line, reason, column, value.
        rating_scale: lowest and highest rating, or None where no row carries one.
        mark: the number that stands for "no rating given", or None.
        marked: rows that carry it.
    """

    rows: pd.DataFrame
    refused: pd.DataFrame
    rating_scale: tuple[float, float] | None
    mark: float | None = None
    marked: int = 0


def clean(
    raw: RawTable,
    mapping: Mapping[str, str],
    *,
    rating_scale: tuple[float, float] | None,
    drop_duplicates: bool,
) -> Cleaned:
    """Return the rows of ``raw`` that can be used, by the columns ``mapping`` names.

    A row is refused for the first of: missing user, missing item, missing or unparsable time, unparsable
    rating, rating out of range, a count that is no number above 0, and (by choice) being equal to an earlier row
    in every mapped column. A missing rating is no fault: the row is an event without one. A missing count is 1.
    A rating that stands for none (``engine.loading.scales.mark_of_none``) is missing unless a scale is given.
    """
    frame, n = raw.frame, len(raw.frame)
    faults = Faults(raw)
    user, item = (ids(frame[mapping[role]]) for role in ("user", "item"))
    faults.add(user.isna(), "user id is missing", mapping["user"])
    faults.add(item.isna(), "item id is missing", mapping["item"])

    time = np.full(n, np.datetime64("NaT"), dtype="datetime64[s]")
    if "time" in mapping:
        cells = values(frame[mapping["time"]])
        time = parse_times(cells)
        faults.add(cells.isna(), "time is missing", mapping["time"])
        faults.add(np.isnat(time), "time cannot be read", mapping["time"])

    rating, mark, marked = np.full(n, np.nan), None, np.zeros(n, dtype=bool)
    if "rating" in mapping:
        cells = values(frame[mapping["rating"]])
        rating = numbers(cells)
        faults.add(cells.notna() & ~np.isfinite(rating) & ~marked, "rating is not a number", mapping["rating"])
        if rating_scale is None:
            mark = mark_of_none(rating[np.isfinite(rating)])
            marked = rating == mark
            rating = np.where(marked, np.nan, rating)  # what is read may not be written into
            rating_scale = usual_scale(rating[np.isfinite(rating)])
        if rating_scale:
            low, high = rating_scale
            outside = np.isfinite(rating) & ((rating < low) | (rating > high))
            faults.add(outside, f"rating is outside {low:g} to {high:g}", mapping["rating"])
    else:
        rating_scale = None

    rows = pd.DataFrame(
        {"user": user, "item": item, "time": time, "event": _events(frame, mapping, rating), "rating": rating}
    )
    if "count" in mapping:
        cells = values(frame[mapping["count"]])
        count = numbers(cells)
        faults.add(cells.notna() & ~np.isfinite(count), "count is not a number", mapping["count"])
        faults.add(count <= 0, "count is not above 0", mapping["count"])
        rows["count"] = np.where(cells.isna(), 1.0, count)
    rows["line"] = raw.lines
    if drop_duplicates:
        good = rows[~faults.found].drop(columns="line")
        again = np.zeros(n, dtype=bool)
        again[np.flatnonzero(~faults.found)[good.duplicated().to_numpy()]] = True
        faults.add(again, "row repeats an earlier row", None)
    if faults.found.all():
        read = pd.concat([raw.malformed, faults.frame()], ignore_index=True)
        raise DataError(nothing_left(read))
    if faults.found.any():
        rows = rows[~faults.found].reset_index(drop=True)
    return Cleaned(
        rows=rows,
        refused=faults.frame(),
        rating_scale=rating_scale,
        mark=mark,
        marked=int(marked[~faults.found].sum()),
    )


def _events(frame: pd.DataFrame, mapping: Mapping[str, str], rating: NDArray[np.float64]) -> pd.Series:
    if "event" in mapping:
        return frame[mapping["event"]].fillna("interaction").astype("category")
    rated = (~np.isnan(rating)).astype(np.int8)
    return pd.Series(pd.Categorical.from_codes(rated, dtype=pd.CategoricalDtype(["interaction", "rating"])))
