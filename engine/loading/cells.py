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
    """Return ``cells`` as ids, with what stands for no id missing.

    Whole numbers all written with ".0" are those of a table that once had a gap, and lose it: 12.0 is the id 12.
    "NA" may be an id, but among numbers it is a gap.
    """
    found = without(cells, NO_ID)
    present = found.dropna()
    if len(present) and present.iloc[0].endswith(".0") and present.str.fullmatch(r"[0-9]+\.0").all():
        return found.str.removesuffix(".0")
    unknown = present.isin(("NA", "N/A"))
    if unknown.any() and present[~unknown].str.fullmatch(r"[0-9]+").all():
        return without(found, ("NA", "N/A"))
    return found


def values(cells: pd.Series) -> pd.Series:
    """Return ``cells`` with what stands for no value missing."""
    return without(cells, NO_VALUE)


def without(cells: pd.Series, missing: Collection[str]) -> pd.Series:
    """Return ``cells`` with those among ``missing`` missing."""
    written = cells.isin(missing)
    return cells.mask(written) if written.any() else cells


def numbers(cells: pd.Series) -> NDArray[np.float64]:
    """Return the cells as numbers, NaN where there is none.

    A comma parts thousands where every cell with one is written so and some cell shows it: by a second comma, a
    decimal point, or a whole number below a thousand without any (12 beside 3,456). Otherwise it is a decimal comma.
    """
    plain = as_numbers(cells)
    unread = cells.notna().to_numpy() & np.isnan(plain)
    if unread.any():
        comma = cells[unread].where(cells[unread].str.fullmatch(r"[-+]?\d+(,\d+)+(\.\d+)?"))
        written = comma.dropna()
        others = np.abs(plain[np.isfinite(plain)])
        shown = bool(written.str.contains(r",.*[,.]").any()) or bool(
            len(others) and ((others < 1000) & (others == np.floor(others))).all()
        )
        thousands = shown and written.str.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?").all()
        plain[unread] = as_numbers(comma.str.replace(",", "" if thousands else "."))
    return plain
