"""How far a simulated result can be trusted: simulated users against held-out weeks of the log."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.fidelity import Fidelity, Measure
from pages.parts import formats, glossary, headline, tables

_SIGNS = {"fits": "✓ Fits", "roughly": "≈ Roughly", "does not fit": "✗ Does not fit", "not measured": "— Not measured"}
_ICONS = {
    "fits": ":material/check_circle:",
    "roughly": ":material/info:",
    "not measured": ":material/help:",
}
_TITLE = "Can these users be believed?"


def draw(found: Fidelity | None) -> None:
    """Say under a simulated result how well its users fit, in words, with every measure in a fold."""
    say(found)
    if found is not None and (found.measures or found.likelihood):
        with st.expander("Simulated weeks against held-out ones", icon=":material/compare:"):
            _measures(found)


def say(found: Fidelity | None) -> None:
    """Say in words how well simulated users fit; nothing of real ones."""
    if found is None:
        return
    said = f"**{_TITLE}** {formats.words(found.sentence)}"
    if found.verdict == "does not fit":
        headline.banner("warning", said)
    else:
        st.markdown(f"{_ICONS[found.verdict]} {said}")


def _measures(found: Fidelity) -> None:
    weeks = formats.plural(found.weeks, "week")
    st.caption(
        f"{weeks} of {formats.words(found.dataset)} ({found.first} to {found.last}) were held out. Users fitted to "
        "what came before lived them; what they did stands beside what was done. The weeks before are the yardstick: "
        "no simulation should be asked to be closer than the log is to itself."
    )
    rows = [_row(measure) for measure in found.measures]
    tables.table(
        pd.DataFrame(rows),
        "fidelity",
        columns={"Distance": st.column_config.TextColumn(help=glossary.tip("fidelity"))},
        data=pd.DataFrame([vars(measure) for measure in found.measures]),
    )
    if found.likelihood is not None:
        st.markdown(formats.words(found.likelihood.sentence))
    for sentence in found.how:
        st.caption(formats.words(sentence))


def _row(measure: Measure) -> dict[str, str]:
    """Return one measure as text."""
    return {
        "Measure": measure.title,
        "Reading": _SIGNS[measure.verdict],
        "Simulated": formats.significant(measure.simulated),
        "Held out": formats.significant(measure.held_out),
        "Weeks before": formats.significant(measure.earlier),
        "Unit": measure.unit,
        "Distance": formats.significant(measure.distance),
        "Of the weeks before": formats.significant(measure.distance_of_earlier),
    }
