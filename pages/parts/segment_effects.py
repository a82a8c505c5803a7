"""A result by segment: a forest plot with the number of users, small cells left out, corrected, exploratory."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from experiments.describing import CORRECTIONS
from experiments.metrics import Metric
from experiments.reading import segment_readings
from experiments.results import Results
from pages.parts import charts, effects, focus, formats, groupings, tables

_ABOUT = (
    "p-values are {correction} over all segments, metrics and treatments, the intervals are not: take what stands out "
    "as an idea for the next test, not as a finding."
)
_ABSOLUTE = ("absolute", "absolute_low", "absolute_high", "true_absolute")


def draw(results: Results) -> None:
    """Draw the absolute uplift of one metric and treatment in every segment of one grouping."""
    st.subheader("Who gains, who loses?", anchor=False)
    st.badge("Exploratory", icon=":material/travel_explore:", color="orange")
    st.caption(_ABOUT.format(correction=CORRECTIONS[results.plan.correction]))
    everything = segment_readings(results)
    if everything.empty:
        st.info("This experiment has no segments.", icon=":material/info:")
        return
    ways = list(everything["by"].unique())
    focus.settle("by", ways)
    with st.container(horizontal=True):
        by = st.selectbox("Group users by", ways, format_func=groupings.title, key="by", bind="query-params", width=260)
        metric = focus.metric_of(results.plan, "segment_metric")
        treatment = focus.treatment_of(results.plan, "segment_treatment", first=results.verdict.variant)
    rows = everything[
        (everything["by"] == by) & (everything["metric"] == metric.name) & (everything["variant"] == treatment)
    ]
    shown = rows[rows["absolute_low"].notna()]
    if shown.empty:
        st.info("Not enough data in any of these segments.", icon=":material/info:")
    else:
        _chart(shown, metric)
    _differ(results, by, metric, treatment)
    tables.table(pd.DataFrame([_cells(row, metric) for row in rows.to_dict("records")]), "segment-effects", data=rows)
    for reason, part in rows[rows["explanation"] != ""].groupby("explanation", sort=False):
        st.caption(formats.words(f"{reason} That is {formats.listed(list(part['segment']))}."))


def _differ(results: Results, by: str, metric: Metric, treatment: str) -> None:
    """Say whether the segments differ in their uplift by more than chance."""
    table = results.heterogeneity
    tested = table[(table["by"] == by) & (table["metric"] == metric.name) & (table["variant"] == treatment)]
    if tested.empty or tested["p_value"].isna().all():
        return
    found = tested.iloc[0]
    answer = (
        "differ by more than chance" if found["p_value"] < results.plan.alpha else "do not differ by more than chance"
    )
    st.markdown(
        f"The segments' uplifts **{answer}**: Cochran's Q {formats.decimal(found['statistic'], 1)} with "
        f"{found['degrees_of_freedom']:.0f} degrees of freedom, {formats.p_value(found['p_value'])}."
    )


def _chart(rows: pd.DataFrame, metric: Metric) -> None:
    """Draw the forest plot, each segment with its users in control and treatment."""
    records = rows.to_dict("records")
    share = metric.unit == "share"
    points = [name for name in _ABSOLUTE if name in rows] if share else []
    chart = effects.forest(
        rows.assign(
            **{name: 100 * rows[name] for name in points},
            label=[
                f"{row['segment']}<br>n = {formats.count(row['n_control'])} + {formats.count(row['n_treatment'])}"
                for row in records
            ],
        ),
        "absolute",
    )
    chart.update_xaxes(tickformat="+.3~g", ticksuffix=" pp" if share else "", nticks=5)
    said = "; ".join(f"{row['segment']} {formats.difference(row['absolute'], metric.unit)}" for row in records)
    charts.show(chart, alt=f"Absolute uplift of {metric.label} by segment. {said}.", data=rows, name="segments")


def _cells(row: Mapping[Hashable, Any], metric: Metric) -> dict[str, str]:
    """Return one segment as text."""
    low, high = (formats.difference(row[end], metric.unit) for end in ("absolute_low", "absolute_high"))
    cells = {
        "Segment": row["segment"],
        "Users": f"{formats.count(row['n_control'])} + {formats.count(row['n_treatment'])}",
        "Reading": "Too few users" if row["suppressed"] else effects.MARKS[row["outcome"]].words,
        "Absolute uplift": formats.difference(row["absolute"], metric.unit),
        "Interval": formats.interval(low, high),
    }
    if "true_absolute" in row:
        cells["True uplift"] = formats.difference(row["true_absolute"], metric.unit)
    return cells | {
        "p-value, corrected": formats.p_value(row["p_value_adjusted"]),
        "Control": formats.level(row["control_value"], metric.unit),
        "Treated": formats.level(row["treatment_value"], metric.unit),
    }
