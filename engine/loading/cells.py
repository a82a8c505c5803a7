"""Text cells as ids, values and numbers, with every way of writing that a cell holds nothing."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.loading.raw import as_numbers

NO_ID = ("nan", "NaN", "NAN", "null", "NULL", "Null", "none", "None", "NONE", "\\N", "<NA>", "NaT")
"""What a cell of ids says where there is none."""

_PERHAPS = ("NA", "N/A")
_GAPPED = r"[0-9]+\.0"

NO_VALUE = (*NO_ID, "na", "NA", "n/a", "N/A", "-")
"""What a cell of times or numbers says where there is none."""


def ids(cells: pd.Series) -> pd.Series:
    """Return ``cells`` as ids, with what stands for no id missing.

    Whole numbers all written with ".0" are those of a table that once had a gap, and lose it: 12.0 is the id 12.
    "NA" may be an id, but among numbers it is a gap.
    """
    written = cells.isin((*NO_ID, *_PERHAPS))
    if written.any():
        others = cells[~written].dropna()
        numbered = len(others) > 0 and bool(others.str.fullmatch(r"[0-9]+(\.0)?").all())
        cells = cells.mask(written if numbered else written & ~cells.isin(_PERHAPS))
    start = cells.head(1000).dropna()  # a long column of ids is looked through for its first ones' sake only
    if len(start) and start.str.fullmatch(_GAPPED).all() and cells.dropna().str.fullmatch(_GAPPED).all():
        return cells.str.removesuffix(".0")
    return cells


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
