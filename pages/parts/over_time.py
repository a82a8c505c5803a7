"""A result's uplift as the days went by, with the interval of one look and the one that may be read every day."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from experiments.metrics import Metric
from experiments.plan import Stopping
from experiments.reading import visible_range
from experiments.results import Results
from pages.parts import charts, focus, formats, glossary

_ABOUT: dict[Stopping, str] = {
    "fixed": "The dark band is right for one look, at the planned end. The light band may be looked at every day: an "
    "uplift is settled early only when the light band leaves zero.",
    "always-valid": "The light band may be looked at every day: an uplift is settled when it leaves zero. The dark "
    "band would be right for one look at the end.",
    "group-sequential": "The light band may be read at the planned looks, and between two of them says what the one "
    "before said: an uplift is settled when it leaves zero. The dark band would be right for one look at the end.",
    "bayesian": "The light band is the credible interval, under the plan's prior. Whoever stops when it first leaves "
    "zero is wrong more often than the significance level says.",
}
_BANDS: dict[Stopping, str] = {
    "fixed": "Look every day",
    "always-valid": "Look every day",
    "group-sequential": "Planned looks",
    "bayesian": "Credible interval",
}


def draw(results: Results) -> None:
    """Draw the cumulative relative uplift of one metric and treatment, where there is more than one day."""
    if results.meta.days == 1:
        return  # one day is the figure that stands above
    st.subheader("How the uplift settled", anchor=False, help=glossary.tip("always_valid"))
    st.caption(_ABOUT[results.plan.stopping])
    with st.container(horizontal=True):
        metric = focus.metric_of(results.plan, "metric")
        treatment = focus.treatment_of(results.plan, "treatment", first=results.verdict.variant)
    table = results.cumulative
    rows = table[(table["metric"] == metric.name) & (table["variant"] == treatment)]
    if rows["relative"].isna().all():
        st.info(rows["explanation"].iloc[-1], icon=":material/info:")
        return
    _chart(rows, metric, results)


def _chart(rows: pd.DataFrame, metric: Metric, results: Results) -> None:
    colours = charts.colours()
    chart = charts.figure(x_title="Day", y_title="Relative uplift so far")
    days = rows["day"].tolist()
    for name, low, high in (
        (_BANDS[results.plan.stopping], "relative_low", "relative_high"),
        ("One look at the end", "fixed_relative_low", "fixed_relative_high"),
    ):
        charts.band(chart, days, rows[low].tolist(), rows[high].tolist(), colours[0], name)
    marks = [rows["relative"]]
    chart.add_scatter(
        x=days, y=rows["relative"], mode="lines+markers", name="Estimate", line={"color": colours[0], "width": 2.5}
    )
    if results.meta.simulated:
        marks.append(rows["true_relative"])
        chart.add_scatter(
            x=days,
            y=rows["true_relative"],
            mode="lines",
            name="Truth",
            line={"color": colours[3], "width": 2.5, "dash": "dash"},
        )
    charts.zero_line(chart, vertical=False)
    chart.update_yaxes(
        tickformat="+.3~%",
        nticks=6,
        range=visible_range(rows["relative_low"], rows["relative_high"], pd.concat(marks)),
    )
    chart.update_xaxes(nticks=8)
    last = rows.iloc[-1]
    charts.show(
        chart,
        alt=f"Cumulative relative uplift of {metric.label} by day; on the last day "
        f"{formats.uplift(last['relative'])}, {_BANDS[results.plan.stopping].lower()} "
        f"{formats.interval(formats.uplift(last['relative_low']), formats.uplift(last['relative_high']))}.",
        data=rows,
        name="cumulative",
    )
