"""The truth in many plausible worlds: each as a dot, and what they say together in words."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from experiments.metrics import Metric, find
from experiments.reading import visible_range
from experiments.results import Results
from experiments.worlds import Conclusion, Worlds
from pages.parts import charts, focus, formats, glossary, tables

_MARKS = {True: ("▲ Uplift", 2, "triangle-up"), False: ("▼ No uplift", 6, "triangle-down")}


def draw(results: Results) -> None:
    """Draw every world's true uplift of one metric, a row a treatment, and the conclusion in words."""
    found = results.worlds
    if found is None:
        return
    st.subheader("Does it hold in other plausible worlds?", anchor=False, help=glossary.tip("plausible_worlds"))
    metric = focus.metric_of(results.plan, "worlds_metric")
    for variant in results.plan.variants[1:]:
        conclusion = found.conclusion(metric.name, variant)
        st.markdown(f"**{results.plan.title(variant)}, {metric.label}.** {formats.words(conclusion.sentence)}")
    _chart(results, found, metric)
    st.caption(
        f"Each mark is everybody under the treatment against everybody under the control, in a world of "
        f"{formats.plural(found.users, 'user')} fitted to {formats.plural(found.log_users, 'user')} of the log drawn "
        f"anew, with {formats.plural(len(found.parameters), 'assumption')} drawn from what is plausible."
    )
    tables.table(pd.DataFrame([_row(each, results) for each in found.conclusions]), "worlds", data=found.table())


def _chart(results: Results, found: Worlds, metric: Metric) -> None:
    rows = found.table()
    rows = rows[rows["metric"] == metric.name]
    figure = "relative" if rows["relative"].notna().any() else "absolute"
    variants = list(results.plan.variants[1:])
    chart = charts.figure(x_title=f"True {figure} uplift", height=120 + 80 * len(variants))
    charts.zero_line(chart, vertical=True)
    for well, (words, colour, symbol) in _MARKS.items():
        part = rows[rows["better"] == well]
        chart.add_scatter(
            x=part[figure],
            # Worlds of a treatment are spread over its row, so that equal uplifts do not hide one another.
            y=[variants.index(row["variant"]) + _offset(row["world"]) for row in part.to_dict("records")],
            mode="markers",
            name=words.partition(" ")[2],
            text=[f"World {world}" for world in part["world"]],
            marker={"symbol": symbol, "size": 10, "color": charts.colours()[colour], "opacity": 0.8},
            hovertemplate="%{text}: %{x}<extra></extra>",
        )
    truth = results.truth[results.truth["metric"] == metric.name]
    chart.add_scatter(
        x=truth[figure],
        y=[variants.index(name) for name in truth["variant"]],
        mode="markers",
        name="This world",
        marker={"symbol": "diamond-open", "size": 14, "color": charts.colours()[3], "line": {"width": 2.5}},
    )
    share = figure == "relative" or metric.unit == "share"
    marks = pd.concat([rows[figure], truth[figure]])
    chart.update_xaxes(
        tickformat="+.3~%" if share else "+.3~g",
        nticks=6,
        range=visible_range(pd.Series(dtype=float), pd.Series(dtype=float), marks),
    )
    chart.update_yaxes(
        tickvals=list(range(len(variants))),
        ticktext=[results.plan.title(name) for name in variants],
        range=[len(variants) - 0.4, -0.6],
    )
    said = "; ".join(f"{results.plan.title(name)}: {found.conclusion(metric.name, name).sentence}" for name in variants)
    charts.show(chart, alt=f"True uplift of {metric.label} in each world. {said}", data=rows, name="worlds-chart")


def _offset(world: int) -> float:
    """Return how far from the middle of its row a world is drawn: neighbours in number lie apart (golden ratio)."""
    return 0.5 * ((world * 0.618) % 1.0 - 0.5)


def _row(each: Conclusion, results: Results) -> dict[str, str]:
    """Return one conclusion as text."""
    metric = find(results.plan.metrics, each.metric)
    cells = {"Metric": metric.label}
    if len(results.plan.variants) > 2:
        cells["Treatment"] = results.plan.title(each.variant)
    return cells | {
        "Worlds with uplift": f"{each.better} of {each.worlds}",
        "Middle world": formats.uplift(each.median_relative),
        "Range": formats.interval(formats.uplift(each.low_relative), formats.uplift(each.high_relative)),
        "It fails where": formats.NO_VALUE
        if each.separated_by is None
        else f"{each.separated_by.replace('_', ' ')} is {each.where_failing:.3g}, not {each.where_better:.3g}",
    }
