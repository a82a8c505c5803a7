"""The rows of a result: each uplift as an interval with a zero line, and the figures in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from experiments.describing import CORRECTIONS
from experiments.metrics import Metric, find
from experiments.plan import Plan
from experiments.reading import visible_range
from pages.parts import charts, formats, glossary, tables


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
    metric = find(plan.metrics, row["metric"]).label
    return metric if len(plan.variants) == 2 else f"{metric}<br>{plan.title(row['variant'])}"


def intervals(rows: pd.DataFrame, plan: Plan, name: str) -> None:
    """Draw relative uplifts with their intervals, a zero line, the truth where it is known, and margins.

    Args:
        rows: of ``experiments.reading.readings``.
        plan: the plan they belong to.
        name: unique on the page.
    """
    named = rows.assign(label=[label(row, plan) for _, row in rows.iterrows()])
    margins = [_margin_at(metric) for metric in plan.guardrails if metric.name in set(rows["metric"])]
    chart = forest(named, "relative", also=margins)
    for metric in plan.guardrails:
        _margin(chart, named[named["metric"] == metric.name], metric)
    chart.update_xaxes(tickformat="+.3~%")
    said = "; ".join(
        f"{text.replace('<br>', ', ')} {formats.uplift(value)}"
        for text, value in zip(named["label"], named["relative"], strict=True)
    )
    charts.show(chart, alt=f"Relative uplift with its interval. {said}.", data=rows, name=name)


def forest(rows: pd.DataFrame, figure: Literal["relative", "absolute"], *, also: Sequence[float] = ()) -> go.Figure:
    """Return uplifts as marks with intervals beside a zero line, one line a label, the first on top.

    Args:
        rows: with ``label``, ``outcome``, the figure with its ``_low`` and ``_high`` and, where the truth is known,
            ``true_`` and the figure.
        figure: which uplift.
        also: values that must be in sight too.
    """
    lines = rows["label"].drop_duplicates()
    chart = charts.figure(x_title=f"{figure.capitalize()} uplift", height=150 + 46 * len(lines))
    charts.zero_line(chart, vertical=True)
    for outcome, part in rows[rows[figure].notna()].groupby("outcome", sort=False):
        mark, drawn = MARKS[str(outcome)], colour(str(outcome))
        chart.add_scatter(
            x=part[figure],
            y=part["label"],
            mode="markers",
            name=mark.name,
            marker={"symbol": mark.symbol, "size": 12, "color": drawn},
            error_x=charts.intervals(
                part[figure], part[f"{figure}_low"], part[f"{figure}_high"], drawn, thickness=3, width=6
            ),
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
    marks = pd.concat([rows[figure], *([rows[truth]] if truth in rows else []), pd.Series(also, dtype=float)])
    chart.update_xaxes(nticks=6, range=visible_range(rows[f"{figure}_low"], rows[f"{figure}_high"], marks, slack=1.0))
    chart.update_yaxes(categoryorder="array", categoryarray=lines[::-1], range=[-0.7, len(lines) - 0.3])
    return chart


def _margin(chart: go.Figure, rows: pd.DataFrame, metric: Metric) -> None:
    """Mark the loss the guardrail ``metric`` may show."""
    if rows.empty or metric.margin is None:
        return
    at = _margin_at(metric)
    chart.add_scatter(
        x=[at] * len(rows),
        y=rows["label"],
        mode="markers",
        name=f"Margin {formats.uplift(at, 0)}",
        marker={"symbol": "line-ns-open", "size": 22, "color": charts.neutral(), "line": {"width": 2.5}},
    )


def _margin_at(metric: Metric) -> float:
    """Return the relative uplift that is the largest acceptable loss."""
    margin = metric.margin or 0.0
    return -margin if metric.direction == "higher" else margin


def table(rows: pd.DataFrame, plan: Plan, name: str) -> None:
    """Show the figures behind ``intervals``; a row without figures says why."""
    shown = pd.DataFrame([_cells(row, plan, rows) for _, row in rows.iterrows()])
    columns = {
        "p-value": st.column_config.TextColumn(
            help=f"{glossary.tip('p_value')}\n\nAll treatments and all metrics but guardrails are one family: "
            f"{CORRECTIONS[plan.correction]}."
        ),
        "Chance to win": st.column_config.TextColumn(help=glossary.tip("chance_to_win")),
        "Expected loss": st.column_config.TextColumn(help=glossary.tip("expected_loss")),
        "Loss ruled out": st.column_config.TextColumn(help=glossary.tip("non_inferiority")),
        "Without adjustment": st.column_config.TextColumn(help=glossary.tip("cuped")),
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


def _cells(row: pd.Series, plan: Plan, rows: pd.DataFrame) -> dict[str, str]:
    """Return one row as text, with the columns that ``rows`` have a use for."""
    metric = find(plan.metrics, row["metric"])
    missing = row["outcome"] == "missing"
    cells = {"Metric": metric.label}
    if len(plan.variants) > 2:
        cells["Treatment"] = plan.title(row["variant"])
    cells |= {
        "Reading": MARKS[row["outcome"]].words + (" · suspiciously large" if row["suspicious"] else ""),
        "Relative uplift": "Not enough data" if missing else formats.uplift(row["relative"]),
        "Interval": formats.interval(formats.uplift(row["relative_low"]), formats.uplift(row["relative_high"])),
    }
    if rows["true_relative"].notna().any():
        cells["True uplift"] = formats.uplift(row["true_relative"])
        cells["The interval"] = truth_words(row["inside"])
    if rows["non_inferiority_p_value"].notna().any():
        cells["Loss ruled out"] = formats.p_value(row["non_inferiority_p_value"])
    elif plan.stopping == "bayesian":
        cells["Chance to win"] = formats.share(row["chance_to_win"])
        cells["Expected loss"] = formats.difference(row["expected_loss"], metric.unit).removeprefix("+")
    else:
        cells["p-value"] = formats.p_value(row["p_value_adjusted"])
    cells |= {
        "Control": formats.level(row["control_value"], metric.unit),
        "Treated": formats.level(row["treatment_value"], metric.unit),
        "Absolute uplift": formats.NO_VALUE if missing else formats.difference(row["absolute"], metric.unit),
    }
    if rows["covariate_adjusted"].any():
        cells["Without adjustment"] = _unadjusted(row, metric)
    return cells


def _unadjusted(row: pd.Series, metric: Metric) -> str:
    """Return the absolute uplift without covariates, with its interval, where the metric has any."""
    if not row["covariate_adjusted"]:
        return formats.NO_VALUE
    low, high = (formats.difference(row[f"unadjusted_{end}"], metric.unit) for end in ("absolute_low", "absolute_high"))
    return f"{formats.difference(row['unadjusted_absolute'], metric.unit)} ({formats.interval(low, high)})"
