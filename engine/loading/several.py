"""Cells that hold several names, written as JSON lists or with commas, become ``Action|Comedy``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pandas as pd

_BAR = "|"  # engine.categories.SEPARATOR, whose module takes a second to import
_LIST = re.compile(r"\s*\[.*\]\s*")
_COMMA = re.compile(r"\s*,\s*")


def several(cells: pd.Series) -> pd.Series:
    """Return ``cells`` (text) with the names of each parted by bars.

    Commas part names where that leaves fewer different names than there are different cells (Action, Magic), for
    otherwise they belong to a name (Home, Garden).
    """
    present = pd.Series(cells.dropna().unique(), dtype="str")
    if present.str.contains(_BAR, regex=False).any():
        return cells
    listed = present[present.str.fullmatch(_LIST)]
    if len(listed):
        joined = {cell: _BAR.join(dict.fromkeys(_innermost(_read(cell)))) for cell in listed}
        return cells.replace(joined)
    parts = present.str.split(_COMMA)
    if present.str.contains(_COMMA).any() and parts.explode().nunique() < len(present):
        return cells.str.replace(_COMMA, _BAR, regex=True)
    return cells


def _read(cell: str) -> object:
    for text in (cell, cell.replace("'", '"')):  # Python writes its lists with single quotes
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            continue
    return cell


def _innermost(value: object) -> Iterator[str]:
    """Yield the names a value holds; of a record, as film databases write them, its ``name``."""
    if isinstance(value, list):
        for each in value:
            yield from _innermost(each)
    elif isinstance(value, dict):
        yield from _innermost(value.get("name", []))
    else:
        yield str(value)
