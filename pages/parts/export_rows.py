"""What became of every row of an export: kept or refused, with line and reason."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from experiments.importing import FileReport
from pages.parts import formats, headline, tables

_SHOWN = 1000


def draw(files: Sequence[FileReport]) -> None:
    """Say what became of the rows of each file, and list the refused ones."""
    for place, file in enumerate(files):
        sums = (
            f"**{formats.plain(file.source)}**: **{file.rows_read:,}** rows read = **{file.rows_kept:,}** kept + "
            f"**{file.rows_refused:,}** left out."
        )
        if not file.rows_refused:
            headline.banner("success", f"{sums} Every row could be used.")
            continue
        headline.banner("info", sums)
        reasons = "; ".join(f"{reason}: {formats.plural(rows, 'row')}" for reason, rows in file.reasons.items())
        with st.expander(f"Rows left out, with line and reason ({formats.plain(reasons)})"):
            tables.table(file.refused.head(_SHOWN), f"refused-{place}", data=file.refused, height=260)
            if file.rows_refused > _SHOWN:
                st.caption(f"The first {_SHOWN:,} are shown; the download holds all {file.rows_refused:,}.")
