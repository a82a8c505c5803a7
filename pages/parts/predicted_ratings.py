"""Predicted against given ratings: what a model's number is worth."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.evaluation import Evaluation
from engine.evaluation.answer import how_calibrated
from engine.evaluation.leaderboard import Leaderboard
from pages.parts import charts, formats, leaderboard

_DASHES = ("solid", "dash", "dot", "dashdot")


def draw(board: Leaderboard) -> None:
    """Draw one line a model that predicts ratings, against the diagonal on which it would mean what it says."""
    st.subheader("Do predicted ratings mean what they say?", anchor=False)
    shown = [each for each in leaderboard.ordered(board) if each.calibration is not None]
    if not shown:
        st.caption(
            "None of these models predicts a rating on this log, so there is nothing to hold against what people gave."
        )
        return
    rows = pd.concat([_rows(each) for each in shown], ignore_index=True)
    st.caption(
        "Test rows in up to ten groups of alike predictions, as many rows in each. On the dotted line people gave what "
        "was predicted; below it, less: the model promises too much. Bars are 95% intervals over users."
    )
    chart = charts.figure(x_title="Mean predicted rating", y_title="Mean rating given", height=400)
    ends = [rows[["predicted", "observed"]].min().min(), rows[["predicted", "observed"]].max().max()]
    chart.add_scatter(
        x=ends,
        y=ends,
        mode="lines",
        line={"color": charts.neutral(), "dash": "dot", "width": 2},
        name="As predicted",
        hoverinfo="skip",
    )
    for place, each in enumerate(shown):
        _line(chart, rows[rows["model"] == each.model], each.title, place)
    chart.update_xaxes(nticks=6)
    chart.update_yaxes(nticks=6)
    said = [how_calibrated(each.title, each.calibration) for each in shown if each.calibration is not None]
    charts.show(
        chart,
        alt=f"Mean rating given against mean predicted rating. {' '.join(said)}",
        data=rows,
        name="models-predicted-ratings",
    )
    st.markdown("\n".join(f"- {sentence}" for sentence in said))


def _line(chart: go.Figure, rows: pd.DataFrame, title: str, place: int) -> None:
    colours = charts.colours()
    colour = colours[place % len(colours)]
    chart.add_scatter(
        x=rows["predicted"],
        y=rows["observed"],
        error_y=charts.intervals(rows["observed"], rows["low"], rows["high"], colour, thickness=1.5, width=4),
        customdata=[formats.plural(count, "prediction") for count in rows["count"]],
        mode="lines+markers",
        line={"color": colour, "width": 2, "dash": _DASHES[place // len(colours) % len(_DASHES)]},
        marker={"color": colour, "size": 8, "symbol": leaderboard.SHAPES[place % len(leaderboard.SHAPES)]},
        name=title,
        hovertemplate=f"{title}: predicted %{{x:.2f}}, given %{{y:.2f}}; %{{customdata}}<extra></extra>",
    )


def _rows(evaluation: Evaluation) -> pd.DataFrame:
    groups = [] if evaluation.calibration is None else evaluation.calibration.to_dict()
    return pd.DataFrame(groups, dtype=float).assign(model=evaluation.model, group=range(1, len(groups) + 1))
