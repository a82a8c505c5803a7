"""The raw table: a file's cells as text, each row with its line, and the lines that are no rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

LONGEST_VALUE = 200
"""Characters of a refused value or line that are kept."""


@dataclass(frozen=True)
class RawTable:
    """A file as it was found.

    Attributes:
        frame: text columns (str, missing where the cell is empty), one row a well-formed row.
        lines: the line each row begins on, int64, shape (rows,); the header counts.
        malformed: rows that could not be read; columns line, reason, column, value.
        format: the format in words.
    """

    frame: pd.DataFrame
    lines: NDArray[np.int64]
    malformed: pd.DataFrame
    format: str


def refusals(
    lines: Sequence[int] | NDArray[np.int64],
    reason: str | Sequence[str],
    column: str | None = None,
    value: Any = None,
) -> pd.DataFrame:
    """Return refused rows as a frame: line, reason, column, value."""
    frame = pd.DataFrame(
        {"line": np.asarray(lines, dtype=np.int64), "reason": reason, "column": column, "value": value}
    )
    frame = frame.astype({"reason": "str", "column": "str", "value": "str"})
    frame["value"] = frame["value"].str.slice(0, LONGEST_VALUE)
    return frame


def text_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Return ``frame`` with every cell stripped of blanks and empty cells missing; ``frame`` itself is emptied.

    Its columns are taken out one by one, so that a large file's text is not held twice.
    """
    stripped = {}
    for name in list(frame.columns):
        column = frame.pop(name).astype("str").str.strip()
        empty = column == ""
        stripped[name] = column.mask(empty) if empty.any() else column
    return pd.DataFrame(stripped, index=frame.index)


def as_numbers(cells: pd.Series) -> NDArray[np.float64]:
    """Return text cells as numbers, NaN where a cell is missing or no number; shape (cells,)."""
    try:
        # Arrow reads a clean column many times faster, but gives up at the first odd cell.
        return np.array(pa.array(cells, pa.large_string()).cast(pa.float64()), dtype=np.float64)
    except pa.ArrowInvalid:
        return pd.to_numeric(cells, errors="coerce").to_numpy(np.float64, copy=True)
