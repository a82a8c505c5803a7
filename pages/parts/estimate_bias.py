"""Why a simulated test's estimate is not the truth: what sharing the training data does, and chance."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from experiments.bias import bias_parts, bias_sentence
from experiments.metrics import find
from experiments.reading import visible_range
from experiments.results import Results
from pages.parts import charts, effects, formats, glossary, tables


def draw(results: Results) -> None:
    """Say, draw and list how the estimates come apart into the truth, interference and chance."""
    rows = bias_parts(results)
    if rows.empty:
        return
    plan = results.plan
    st.subheader("Why is the estimate not the truth?", anchor=False, help=glossary.tip("interference"))
    for variant in plan.variants[1:]:
        said = bias_sentence(results, plan.primary.name, variant)
        if said:
            st.markdown(f"**{plan.title(variant)}, {plan.primary.label}.** {formats.words(said)}")
    named = rows.assign(label=[effects.label(row, plan) for _, row in rows.iterrows()])
    _chart(named)
    columns = {
        "Interference": st.column_config.TextColumn(help=glossary.tip("interference")),
        "Chance": st.column_config.TextColumn(help=glossary.tip("chance")),
        "True uplift": st.column_config.TextColumn(help=glossary.tip("true_uplift")),
    }
    tables.table(pd.DataFrame([_cells(row, results) for _, row in rows.iterrows()]), "bias", columns=columns, data=rows)


def _chart(rows: pd.DataFrame) -> None:
    """Draw each relative uplift three times: as it is, as such a test shows it on average, as this one does."""
    chart = charts.figure(x_title="Relative uplift", height=110 + 46 * len(rows))
    charts.zero_line(chart, vertical=True)
    colours = charts.colours()
    _marks(chart, rows, "estimate_relative", "This test", {"symbol": "circle", "size": 11, "color": charts.neutral()})
    _marks(
        chart, rows, "inside_relative", "Such tests on average",
        {"symbol": "square-open", "size": 13, "color": colours[0], "line": {"width": 2.5}},
    )  # fmt: skip
    _marks(
        chart, rows, "true_relative", "Truth",
        {"symbol": "diamond-open", "size": 13, "color": colours[3], "line": {"width": 2.5}},
    )  # fmt: skip
    marks = pd.concat([rows[name] for name in ("estimate_relative", "inside_relative", "true_relative")])
    none = pd.Series(dtype=float)
    chart.update_xaxes(tickformat="+.3~%", nticks=6, range=visible_range(none, none, marks))
    chart.update_yaxes(categoryorder="array", categoryarray=rows["label"][::-1], range=[-0.7, len(rows) - 0.3])
    said = "; ".join(
        f"{row['label'].replace('<br>', ', ')}: truth {formats.uplift(row['true_relative'])}, such tests on average "
        f"{formats.uplift(row['inside_relative'])}, this test {formats.uplift(row['estimate_relative'])}"
        for _, row in rows.iterrows()
    )
    charts.show(chart, alt=f"Each uplift as it is and as tests show it. {said}.", data=rows, name="bias-chart")


def _marks(chart: go.Figure, rows: pd.DataFrame, column: str, name: str, marker: dict[str, object]) -> None:
    chart.add_scatter(x=rows[column], y=rows["label"], mode="markers", name=name, marker=marker)


def _cells(row: pd.Series, results: Results) -> dict[str, str]:
    """Return one row as text."""
    metric = find(results.plan.metrics, row["metric"])
    cells = {"Metric": metric.label}
    if len(results.plan.variants) > 2:
        cells["Treatment"] = results.plan.title(row["variant"])
    low, high = (formats.difference(row[f"absolute_{end}"], metric.unit) for end in ("low", "high"))
    return cells | {
        "True uplift": formats.difference(row["true_absolute"], metric.unit),
        "Interference": formats.difference(row["absolute"], metric.unit),
        "Its interval": formats.interval(low, high),
        "Chance": formats.difference(row["chance_absolute"], metric.unit),
        "This test": formats.difference(row["estimate_absolute"], metric.unit),
    }
