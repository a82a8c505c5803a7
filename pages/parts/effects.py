"""The rows of a result: each uplift as an interval with a zero line, and the figures in a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from experiments.metrics import Metric, find
from experiments.plan import Plan
from experiments.reading import visible_range
from pages.parts import charts, formats, glossary, planning, tables


@dataclass(frozen=True)
class Mark:
    """How an outcome looks.

    Attributes:
        words: what it is called, with a sign, so that colour is never the only one.
        colour: place in ``charts.colours``, or None for the neutral grey.
        symbol: Plotly's marker.
    """

    words: str
    colour: int | None
    symbol: str

    @property
    def name(self) -> str:
        """The words without their sign, for a legend that draws the symbol itself."""
        return self.words.partition(" ")[2]


MARKS = {
    "better": Mark("▲ Better", 2, "triangle-up"),
    "worse": Mark("▼ Worse", 6, "triangle-down"),
    "unclear": Mark("● Not significant", None, "circle"),
    "missing": Mark("— Not enough data", None, "line-ns-open"),
    "safe": Mark("■ Safe", 2, "square"),
    "harmed": Mark("▼ Harmed", 6, "triangle-down"),
    "uncertain": Mark("● Undecided", None, "circle"),
}


def colour(outcome: str) -> str:
    """Return the colour of an outcome's marks in the present scheme."""
    place = MARKS[outcome].colour
    return charts.neutral() if place is None else charts.colours()[place]


def label(row: pd.Series, plan: Plan) -> str:
    """Return what a row is called: its metric, and its treatment where there are several."""
    metric = glossary.title(row["metric"])
    return metric if len(plan.variants) == 2 else f"{metric}<br>{planning.title(row['variant'])}"


def intervals(rows: pd.DataFrame, plan: Plan, name: str) -> None:
    """Draw relative uplifts with their intervals, a zero line, the truth where it is known, and margins.

    Args:
        rows: of ``experiments.reading.readings``.
        plan: the plan they belong to.
        name: unique on the page.
    """
    named = rows.assign(label=[label(row, plan) for _, row in rows.iterrows()])
    chart = forest(named, "relative")
    for metric in plan.guardrails:
        _margin(chart, named[named["metric"] == metric.name], metric)
    chart.update_xaxes(tickformat="+.0%")
    said = "; ".join(
        f"{text.replace('<br>', ', ')} {formats.uplift(value)}"
        for text, value in zip(named["label"], named["relative"], strict=True)
    )
    charts.show(chart, alt=f"Relative uplift with its interval. {said}.", data=rows, name=name)


def forest(rows: pd.DataFrame, figure: Literal["relative", "absolute"]) -> go.Figure:
    """Return uplifts as marks with intervals beside a zero line, one line a row, the first on top.

    Args:
        rows: with ``label``, ``outcome``, the figure with its ``_low`` and ``_high`` and, where the truth is known,
            ``true_`` and the figure.
        figure: which uplift.
    """
    chart = charts.figure(x_title=f"{figure.capitalize()} uplift", height=110 + 46 * len(rows))
    charts.zero_line(chart, vertical=True)
    for outcome, part in rows[rows[figure].notna()].groupby("outcome", sort=False):
        mark, drawn = MARKS[str(outcome)], colour(str(outcome))
        chart.add_scatter(
            x=part[figure],
            y=part["label"],
            mode="markers",
            name=mark.name,
            marker={"symbol": mark.symbol, "size": 12, "color": drawn},
            error_x={
                "array": part[f"{figure}_high"] - part[figure],
                "arrayminus": part[figure] - part[f"{figure}_low"],
                "thickness": 3,
                "width": 6,
                "color": drawn,
            },
        )
    truth = f"true_{figure}"
    if truth in rows and rows[truth].notna().any():
        chart.add_scatter(
            x=rows[truth],
            y=rows["label"],
            mode="markers",
            name="Truth",
            marker={"symbol": "diamond-open", "size": 13, "color": charts.colours()[3], "line": {"width": 2.5}},
        )
    marks = pd.concat([rows[figure], rows[truth]]) if truth in rows else rows[figure]
    chart.update_xaxes(nticks=6, range=visible_range(rows[f"{figure}_low"], rows[f"{figure}_high"], marks, slack=1.0))
    chart.update_yaxes(categoryorder="array", categoryarray=rows["label"][::-1], range=[-0.7, len(rows) - 0.3])
    return chart


def _margin(chart: go.Figure, rows: pd.DataFrame, metric: Metric) -> None:
    """Mark the loss the guardrail ``metric`` may show."""
    if rows.empty or metric.margin is None:
        return
    at = -metric.margin if metric.direction == "higher" else metric.margin
    chart.add_scatter(
        x=[at] * len(rows),
        y=rows["label"],
        mode="markers",
        name=f"Margin {formats.uplift(at, 0)}",
        marker={"symbol": "line-ns-open", "size": 22, "color": charts.neutral(), "line": {"width": 2.5}},
    )


def table(rows: pd.DataFrame, plan: Plan, name: str) -> None:
    """Show the figures behind ``intervals``; a row without figures says why."""
    simulated = bool(rows["true_relative"].notna().any())
    shown = pd.DataFrame([_cells(row, plan, simulated=simulated) for _, row in rows.iterrows()])
    several = len(plan.variants) > 2
    columns = {
        "p-value": st.column_config.TextColumn(
            help=glossary.tip("p_value") + ("\n\nCorrected for several treatments (Holm)." if several else "")
        ),
        "Relative uplift": st.column_config.TextColumn(help=glossary.tip("uplift")),
        "Interval": st.column_config.TextColumn(help=glossary.tip("confidence_interval")),
        "True uplift": st.column_config.TextColumn(help=glossary.tip("true_uplift")),
    }
    tables.table(shown, name, columns=columns, data=rows)
    for reason in rows.loc[rows["explanation"] != "", "explanation"].unique():
        st.caption(reason)


def truth_words(inside: bool | None) -> str:
    """Return whether an interval holds the truth, in words."""
    return {True: "✓ holds the truth", False: "✗ misses the truth"}.get(inside, formats.NO_VALUE)  # type: ignore[arg-type]


def _cells(row: pd.Series, plan: Plan, *, simulated: bool) -> dict[str, str]:
    """Return one row as text."""
    unit = find(plan.metrics, row["metric"]).unit
    missing = row["outcome"] == "missing"
    cells = {"Metric": glossary.title(row["metric"])}
    if len(plan.variants) > 2:
        cells["Treatment"] = planning.title(row["variant"])
    cells |= {
        "Reading": MARKS[row["outcome"]].words + (" · suspiciously large" if row["suspicious"] else ""),
        "Relative uplift": "Not enough data" if missing else formats.uplift(row["relative"]),
        "Interval": formats.interval(formats.uplift(row["relative_low"]), formats.uplift(row["relative_high"])),
    }
    if simulated:
        cells["True uplift"] = formats.uplift(row["true_relative"])
        cells["The interval"] = truth_words(row["inside"])
    return cells | {
        "p-value": formats.p_value(row["p_value_adjusted"]),
        "Control": formats.level(row["control_value"], unit),
        "Treated": formats.level(row["treatment_value"], unit),
        "Absolute uplift": formats.NO_VALUE if missing else formats.difference(row["absolute"], unit),
    }
