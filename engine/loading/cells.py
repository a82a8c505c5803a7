"""Text cells as ids, values and numbers, with every way of writing that a cell holds nothing."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.loading.raw import as_numbers

NO_ID = ("nan", "NaN", "NAN", "null", "NULL", "Null", "none", "None", "NONE", "\\N", "<NA>", "NaT")
"""What a cell of ids says where there is none."""

NO_VALUE = (*NO_ID, "na", "NA", "n/a", "N/A", "-")
"""What a cell of times or numbers says where there is none."""


def ids(cells: pd.Series) -> pd.Series:
    """Return ``cells`` with what stands for no id missing."""
    return without(cells, NO_ID)


def values(cells: pd.Series) -> pd.Series:
    """Return ``cells`` with what stands for no value missing."""
    return without(cells, NO_VALUE)


def without(cells: pd.Series, missing: Collection[str]) -> pd.Series:
    """Return ``cells`` with those among ``missing`` missing."""
    written = cells.isin(missing)
    return cells.mask(written) if written.any() else cells


def numbers(cells: pd.Series) -> NDArray[np.float64]:
    """Return the cells as numbers, with a decimal comma where one is written so; NaN where there is none."""
    plain = as_numbers(cells)
    unread = cells.notna().to_numpy() & np.isnan(plain)
    if unread.any():
        comma = cells[unread].where(cells[unread].str.fullmatch(r"[-+]?\d+,\d+")).str.replace(",", ".")
        plain[unread] = as_numbers(comma)
    return plain
