"""Every chart goes through here: colours for light and dark, neutral lines, margins, alt text, data.

Both palettes keep 3:1 contrast for marks against their background; the order is safe for the common colour
vision deficiencies (after Okabe & Ito 2008, darkened for white and lightened for dark).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from engine.metrics.intervals import Estimate
from pages.parts.tables import download

Numbers = NDArray[np.float64] | pd.Series

LIGHT = ("#0b6bcb", "#b85c00", "#00795a", "#a63d83", "#6a5acd", "#7a6a00", "#c0392b", "#3b7a8c")
DARK = ("#6cb4ff", "#ffb259", "#3fd0a4", "#f19ad0", "#b3a6ff", "#e3d052", "#ff8f80", "#7fd3e6")
_NEUTRAL = {"light": "#6b7280", "dark": "#9ca3af"}
_GRID = {"light": "rgba(107,114,128,0.22)", "dark": "rgba(156,163,175,0.25)"}
_TEXT = {"light": "#31333f", "dark": "#e6e8ec"}


def scheme() -> str:
    """Return ``light`` or ``dark``, as the reader's browser shows the page."""
    return "dark" if st.context.theme.type == "dark" else "light"


def colours() -> tuple[str, ...]:
    """Return the categorical colours for the present scheme."""
    return DARK if scheme() == "dark" else LIGHT


def diverging() -> tuple[str, str, str]:
    """Return the colours of "as everybody", of less and of more; text is readable on all three."""
    return ("#2b2f36", "#8a5a1f", "#1f5f9e") if scheme() == "dark" else ("#f3f4f6", "#f0b27a", "#7fb8f0")


def neutral() -> str:
    """Return the grey for reference lines and for what is not significant."""
    return _NEUTRAL[scheme()]


def figure(*, x_title: str = "", y_title: str = "", height: int = 340, legend: bool = True) -> go.Figure:
    """Return an empty figure in the house style; both axes are titled by the caller."""
    now = scheme()
    axis = {
        "gridcolor": _GRID[now],
        "zeroline": False,
        "automargin": True,
        "ticklabelstandoff": 4,
        "title": {"standoff": 8},
        "fixedrange": True,
    }
    return go.Figure(
        layout={
            "colorway": list(colours()),
            "height": height,
            "margin": {"l": 8, "r": 16, "t": 32 if legend else 12, "b": 8},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": _TEXT[now], "size": 13, "family": "'Source Sans', sans-serif"},
            "xaxis": {**axis, "title": {"text": x_title, "standoff": 8}},
            "yaxis": {**axis, "title": {"text": y_title, "standoff": 8}},
            "showlegend": legend,
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "title": {"text": ""}},
            "hovermode": "closest",
            "dragmode": False,
            "barcornerradius": 3,
        }
    )


def zero_line(chart: go.Figure, *, vertical: bool, at: float = 0.0) -> None:
    """Draw the neutral reference line that stays visible on light and dark."""
    line = {"color": neutral(), "width": 1.5, "dash": "dot"}
    if vertical:
        chart.add_vline(x=at, line=line)
    else:
        chart.add_hline(y=at, line=line)


def band(
    chart: go.Figure, x: Sequence[object], low: Sequence[float], high: Sequence[float], colour: str, name: str
) -> None:
    """Shade the interval between ``low`` and ``high``."""
    chart.add_scatter(x=x, y=high, mode="lines", line={"width": 0}, hoverinfo="skip", showlegend=False)
    chart.add_scatter(
        x=x,
        y=low,
        mode="lines",
        line={"width": 0},
        fill="tonexty",
        fillcolor=translucent(colour),
        hoverinfo="skip",
        name=name,
        showlegend=bool(name),
    )


def whiskers(one: Estimate, colour: str, *, thickness: float = 2, width: float = 5) -> dict[str, object]:
    """Return the interval of one mark, as a scatter's ``error_x`` or ``error_y`` takes it; nothing without one."""
    if one.value is None or one.low is None or one.high is None:
        return {}
    return intervals(np.array([one.value]), one.low, one.high, colour, thickness=thickness, width=width)


def intervals(
    value: Numbers, low: Numbers | float, high: Numbers | float, colour: str, *, thickness: float = 2, width: float = 5
) -> dict[str, object]:
    """Return the intervals of many marks, as a scatter's ``error_x`` or ``error_y`` takes them.

    Args:
        value: where the marks are, shape (marks,).
        low: where their intervals begin.
        high: where they end.
        colour: of the lines.
        thickness: of the lines, in pixels.
        width: of the caps, in pixels.
    """
    return {
        "type": "data",
        "symmetric": False,
        "array": high - value,
        "arrayminus": value - low,
        "color": colour,
        "thickness": thickness,
        "width": width,
    }


def translucent(colour: str, alpha: float = 0.18) -> str:
    """Return a hex colour as rgba."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def show(
    chart: go.Figure, *, alt: str, data: pd.DataFrame, name: str, pick: Callable[[str], None] | None = None
) -> None:
    """Draw ``chart`` with its alt text and offer its data as CSV.

    Args:
        chart: a figure made by ``figure``.
        alt: what the chart shows, in a sentence, for readers who do not see it.
        data: the numbers drawn.
        name: what the file and the widget are called; unique on its page.
        pick: told the ``customdata`` of a mark the reader clicks; offer a widget that does the same, because
            a chart cannot be reached by keyboard.
    """
    key = f"chart-{name}"

    def clicked() -> None:
        points = st.session_state[key]["selection"]["points"]
        if pick is not None and points:
            pick(points[0]["customdata"])

    st.plotly_chart(
        chart,
        theme=None,
        key=key,
        on_select="ignore" if pick is None else clicked,
        selection_mode="points",
        config={"displayModeBar": False, "responsive": True},
        alt=alt,
    )
    download(data, name, label="Chart data")
