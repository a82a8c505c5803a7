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
from engine.loading.times import parse_times

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

    rating = np.full(n, np.nan)
    if "rating" in mapping:
        cells = values(frame[mapping["rating"]])
        rating = numbers(cells)
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
        raise DataError(nothing_left(read))
    if faults.found.any():
        rows = rows[~faults.found].reset_index(drop=True)
    return Cleaned(rows=rows, refused=faults.frame(), rating_scale=rating_scale)


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
