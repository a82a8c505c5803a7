"""The first fault of every row, and the sentence for a file of which no row can be used."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.loading.raw import RawTable, refusals


class Faults:
    """The first fault of every row of a raw table.

    Attributes:
        found: whether a row has one, shape (rows,).
    """

    def __init__(self, raw: RawTable) -> None:
        self._raw = raw
        self._parts: list[pd.DataFrame] = []
        self.found = np.zeros(len(raw.frame), dtype=bool)

    def add(self, bad: pd.Series | NDArray[np.bool_], reason: str, column: str | None) -> None:
        """Note ``reason`` for the rows that are ``bad`` and had no fault so far; ``column`` holds the value."""
        new = np.asarray(bad, dtype=bool) & ~self.found
        if new.any():
            value = self._raw.frame[column][new].to_numpy(dtype=object) if column else None
            self._parts.append(refusals(self._raw.lines[new], reason, column, value))
            self.found |= new

    def frame(self) -> pd.DataFrame:
        """Return the rows with a fault: line, reason, column, value."""
        return pd.concat(self._parts, ignore_index=True) if self._parts else refusals([], [])


def nothing_left(refused: pd.DataFrame) -> str:
    """Return the sentence for a file of which every row is refused: the commonest reason, with an example."""
    reason = refused["reason"].mode().iloc[0]
    example = refused[refused["reason"] == reason].iloc[0]
    where = ""
    if pd.notna(example["column"]):
        value = "an empty cell" if pd.isna(example["value"]) else f"'{example['value']}'"
        where = f", for instance {value} in column '{example['column']}' on line {example['line']}"
    return f"None of the {len(refused):,} rows could be used: {reason}{where}. Check how the columns are mapped."
