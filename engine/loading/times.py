"""Times as text become datetimes: ISO 8601, epoch seconds to nanoseconds, compact and common local dates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from engine.loading.raw import as_numbers

_DATES = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%m/%d/%y")
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
_OTHERS = (
    "%a, %d %b %Y %H:%M:%S GMT",
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y-%m-%d %H:%M:%S.%f UTC",
    "%a %b %d %H:%M:%S %Y",
    "%a %b %d %H:%M:%S %z %Y",
    "%a, %d %b %Y %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S %z",
)
_EARLIEST, _LATEST = np.datetime64("1900-01-01", "s"), np.datetime64("2200-01-01", "s")
_SAMPLE = 2000


def parse_times(cells: pd.Series) -> NDArray[np.datetime64]:
    """Return ``cells`` (text, missing allowed) as datetime64[s] in UTC; NaT where a cell holds no time.

    One way of writing is chosen for the whole column, the one that reads most cells. Times with an offset are
    turned to UTC, times without are taken as they stand. A time before 1900 or after 2200 is none.
    """
    out = np.full(len(cells), np.datetime64("NaT"), dtype="datetime64[s]")
    present = cells.notna().to_numpy()
    if present.any():
        out[present] = _parse(cells[present])
    return out


def _parse(cells: pd.Series) -> NDArray[np.datetime64]:
    sample = cells.iloc[:: max(len(cells) // _SAMPLE, 1)]
    if np.isfinite(as_numbers(sample)).mean() >= 0.5:
        return _in_range(_from_numbers(cells, as_numbers(cells)))
    iso = _from_iso(cells)
    if np.isnat(iso).mean() <= 0.2:
        return _in_range(iso)
    formats = [date + clock for clock in _CLOCKS for date in _DATES] + list(_OTHERS)
    read = [int(_from_format(sample, form).notna().sum()) for form in formats]
    best = int(np.argmax(read))
    if read[best] <= int((~np.isnat(_from_iso(sample))).sum()):
        return _in_range(iso)
    return _in_range(_from_format(cells, formats[best]).to_numpy("datetime64[s]"))


def _from_numbers(cells: pd.Series, numbers: NDArray[np.float64]) -> NDArray[np.datetime64]:
    finite = np.isfinite(numbers)
    middle = float(np.median(np.abs(numbers[finite])))
    for digits, form, low, high in ((8, "%Y%m%d", 19e6, 22e6), (14, "%Y%m%d%H%M%S", 19e12, 22e12)):
        if low <= middle < high and (cells[finite].str.len() == digits).mean() >= 0.5:
            return _from_format(cells, form).to_numpy("datetime64[s]")
    per_second = 1e0 if middle < 1e11 else 1e3 if middle < 1e14 else 1e6 if middle < 1e17 else 1e9
    seconds = np.floor(numbers / per_second)
    usable = finite & (np.abs(seconds) < 1e10)
    out = np.full(len(numbers), np.datetime64("NaT"), dtype="datetime64[s]")
    out[usable] = seconds[usable].astype(np.int64).astype("datetime64[s]")
    return out


def _from_iso(cells: pd.Series) -> NDArray[np.datetime64]:
    text = pa.array(cells, pa.large_string())
    for kind in (pa.timestamp("us"), pa.timestamp("us", "UTC")):
        try:
            # Arrow reads a clean column many times faster, but gives up at the first odd cell.
            return np.asarray(text.cast(kind).to_numpy(zero_copy_only=False), dtype="datetime64[s]")
        except pa.ArrowInvalid:
            continue
    parsed = pd.to_datetime(cells, format="ISO8601", errors="coerce", utc=True)
    return parsed.dt.tz_localize(None).to_numpy("datetime64[s]")


def _from_format(cells: pd.Series, form: str) -> pd.Series:
    if "%z" in form:
        return pd.to_datetime(cells, format=form, errors="coerce", utc=True).dt.tz_localize(None)
    return pd.to_datetime(cells, format=form, errors="coerce")


def _in_range(times: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    with np.errstate(invalid="ignore"):
        return np.where((times >= _EARLIEST) & (times < _LATEST), times, np.datetime64("NaT"))
