"""One model with its own parameters beside itself with the defaults, on the same test rows."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.evaluation import Estimate
from engine.evaluation.leaderboard import Leaderboard
from engine.evaluation.versions import title_of
from pages.parts import formats, leaderboard, leaderboard_table, tables


def draw(board: Leaderboard) -> None:
    """Draw what each model's own parameters gained, where it is measured with its defaults too."""
    if not board.versions:
        return
    metric = board.standing.metric
    st.subheader("What own parameters gain", anchor=False)
    for each in board.versions:
        st.markdown(f"- {each.sentence}")
    shown = [
        {
            "Model": title_of(each.pair.first),
            "Own parameters": _figure(metric, each.told),
            "Defaults": _figure(metric, each.beside),
            "Difference": f"{formats.signed(each.pair.difference, 4)} ({ends})",
            "Adjusted p": formats.p_value(each.pair.adjusted),
            "Reading": leaderboard.MARKS[each.pair.reading],
        }
        for each in board.versions
        for ends in [formats.interval(formats.signed(each.pair.low, 4), formats.signed(each.pair.high, 4))]
    ]
    raw = pd.json_normalize([each.to_dict() for each in board.versions])
    tables.table(pd.DataFrame(shown), "models-versions", data=raw)
    st.caption(
        "Both were measured on the same test rows. 95% intervals in brackets; p-values of paired t-tests within each "
        "user, adjusted over all pairs of models on this page (Holm)."
    )


def _figure(metric: str, one: Estimate) -> str:
    return f"{formats.decimal(one.value, 4)} ({leaderboard_table.interval(metric, one)})"


def gained(board: Leaderboard | None, model: str) -> str:
    """Return what ``model``'s own parameters gained over its defaults, in a sentence; empty where not measured."""
    if board is None:
        return ""
    return next((each.sentence for each in board.versions if each.pair.first == model), "")
