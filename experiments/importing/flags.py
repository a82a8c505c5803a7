"""Cells of a metric as numbers: digits, or yes and no."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.loading.cells import numbers

_WORDS = {"true": 1.0, "yes": 1.0, "y": 1.0, "t": 1.0, "false": 0.0, "no": 0.0, "n": 0.0, "f": 0.0}


def as_numbers(cells: pd.Series) -> NDArray[np.float64]:
    """Return text cells as numbers, yes and true as 1, no and false as 0; NaN where a cell is none of these."""
    found = numbers(cells)
    unread = cells.notna().to_numpy() & np.isnan(found)
    if unread.any():
        found[unread] = cells[unread].str.lower().map(_WORDS).to_numpy(np.float64, na_value=np.nan)
    return found
