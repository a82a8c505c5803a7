"""Tables that download, with cells that a spreadsheet would run made harmless."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import formats

_RUNS = ("=", "+", "-", "@", "\t", "\r")


def csv(frame: pd.DataFrame) -> bytes:
    """Return ``frame`` as UTF-8 CSV; text that begins like a formula gets a leading apostrophe."""
    safe = frame.copy()
    safe.columns = pd.Index([_harmless(column) for column in frame.columns])
    for position, column in enumerate(frame.columns):
        if not pd.api.types.is_numeric_dtype(frame[column]):
            safe.isetitem(position, frame[column].map(_harmless).array)
    return safe.to_csv(index=False).encode()


def _harmless(cell: Any) -> Any:
    return "'" + cell if isinstance(cell, str) and cell.startswith(_RUNS) else cell


def download(frame: pd.DataFrame, name: str, *, label: str = "Download CSV") -> None:
    """Offer ``frame`` as a CSV file called ``name``; it is only written when somebody asks."""
    st.download_button(
        label,
        data=lambda: csv(frame),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"csv-{name}",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def table(
    frame: pd.DataFrame,
    name: str,
    *,
    columns: Mapping[str, Any] | None = None,
    data: pd.DataFrame | None = None,
    height: int | None = None,
) -> None:
    """Show ``frame`` and offer it as CSV.

    Args:
        frame: what is read on the page.
        name: what the file and the widgets are called; unique on its page.
        columns: ``st.column_config`` by column.
        data: the numbers behind a frame of formatted text, for the CSV.
        height: pixels, where the table would grow too long.
    """
    size: dict[str, Any] = {} if height is None else {"height": height}
    st.dataframe(
        frame, hide_index=True, column_config=columns, key=f"table-{name}", placeholder=formats.NO_VALUE, **size
    )
    download(frame if data is None else data, name)
