"""One model with its own parameters beside itself with the defaults, on the same test rows."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.evaluation.leaderboard import Leaderboard
from engine.evaluation.versions import title_of
from pages.parts import formats, leaderboard, leaderboard_table, tables


def draw(board: Leaderboard) -> None:
    """Draw what each model's own parameters gained, where it is measured with its defaults too."""
    if not board.versions:
        return
    metric = board.standing.metric
    st.markdown("**What own parameters gain**, on the same test rows")
    for each in board.versions:
        st.markdown(f"- {each.sentence}")
    shown = [
        {
            "Model": title_of(each.pair.first),
            "Own parameters": formats.decimal(each.told.value, 4),
            "95% interval": leaderboard_table.interval(metric, each.told),
            "Defaults": formats.decimal(each.beside.value, 4),
            "95% interval of the defaults": leaderboard_table.interval(metric, each.beside),
            "Difference": formats.signed(each.pair.difference, 4),
            "95% interval of the difference": formats.interval(
                formats.signed(each.pair.low, 4), formats.signed(each.pair.high, 4)
            ),
            "Adjusted p": formats.p_value(each.pair.adjusted),
            "Reading": leaderboard.MARKS[each.pair.reading],
        }
        for each in board.versions
    ]
    raw = pd.json_normalize([each.to_dict() for each in board.versions])
    tables.table(pd.DataFrame(shown), "models-versions", data=raw)


def gained(board: Leaderboard | None, model: str) -> str:
    """Return what ``model``'s own parameters gained over its defaults, in a sentence; empty where not measured."""
    if board is None:
        return ""
    return next((each.sentence for each in board.versions if each.pair.first == model), "")
