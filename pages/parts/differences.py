"""Which differences between models hold: every pair tested over the same users."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd
import streamlit as st

from engine.evaluation.leaderboard import Leaderboard
from engine.evaluation.versions import title_of
from pages.parts import formats, leaderboard, tables

_SIGNS = {"better": "▲", "worse": "▼", "not told apart": "≈"}


def draw(board: Leaderboard) -> None:
    """Draw the differences model by model, and each pair with its test."""
    standing = board.standing
    if not standing.pairs:
        return
    name = leaderboard.title(standing.metric, board.request.k)
    with st.expander("Which differences hold", icon=":material/compare_arrows:"):
        st.markdown(
            f"{name} of the model in the row minus that of the model in the column, over the same "
            f"{formats.plural(standing.users, 'user')}. ▲ higher and ▼ lower: told apart. ≈: not told apart."
        )
        tables.table(_matrix(board), "models-matrix")
        st.markdown("**Each pair**, the higher first")
        tables.table(_pairs(board), "models-pairs", data=pd.DataFrame([asdict(pair) for pair in standing.pairs]))
        st.caption(
            "Differences are taken within each user, whose ease or difficulty both models share, so they can be clear "
            "where the models' own intervals overlap. p-values are of paired t-tests, adjusted over all pairs (Holm): "
            "the chance of calling any two models different that are not stays below 5%. Each 95% interval is that of "
            "its pair alone."
        )


def _matrix(board: Leaderboard) -> pd.DataFrame:
    order = board.standing.order
    shown = pd.DataFrame({"Model": [title_of(model) for model in order]})
    for other in order:
        shown[title_of(other)] = [_cell(board, model, other) for model in order]
    return shown


def _cell(board: Leaderboard, model: str, other: str) -> str:
    if model == other:
        return ""
    pair = board.standing.between(model, other)
    return f"{_SIGNS[pair.reading]} {formats.signed(pair.difference, 4)}"


def _pairs(board: Leaderboard) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Model": title_of(pair.first),
                "Above": title_of(pair.second),
                "Difference": formats.signed(pair.difference, 4),
                "95% interval": formats.interval(formats.signed(pair.low, 4), formats.signed(pair.high, 4)),
                "Adjusted p": formats.p_value(pair.adjusted),
                "Reading": "told apart" if pair.told_apart else "≈ not told apart",
            }
            for pair in board.standing.pairs
        ]
    )
