"""The drawings of the Segments page: size against value, taste, and a model's quality by segment."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from engine.evaluation.versions import title_of
from pages.parts import charts, formats, glossary

_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "star", "triangle-down", "hexagon")


def size_and_value(profile: pd.DataFrame, *, chosen: str | None, name: str, pick: Callable[[str], None]) -> None:
    """Draw each segment's share of users beside its share of value; a click chooses the segment.

    Args:
        profile: the table of ``profile_segments``.
        chosen: the segment the reader looks at; the others step back.
        name: what the chart's file is called.
        pick: told the segment that was clicked.
    """
    labels = _wrapped(profile["segment"])
    opacity = [1.0 if chosen in (None, segment) else 0.35 for segment in profile["segment"]]
    chart = charts.figure(height=_height(labels, 46), x_title="share of the whole")
    bars = [("Share of users", "share", charts.neutral()), ("Share of value", "value_share", charts.colours()[0])]
    # plotly.js stops with an error on a click where bars with text name no fonts for being (un)selected.
    plain = {"textfont": {"color": chart.layout.font.color}}
    for title, column, colour in bars:
        chart.add_bar(
            y=labels,
            x=profile[column],
            orientation="h",
            name=title,
            marker={"color": colour, "opacity": opacity},
            customdata=profile["segment"],
            text=[formats.share(value, 0) for value in profile[column]],
            textposition="outside",
            cliponaxis=False,
            selected=plain,
            unselected=plain,
            hovertemplate="%{customdata}: %{x:.1%}<extra>" + title + "</extra>",
        )
    most = float(np.nanmax(profile[["share", "value_share"]].to_numpy(np.float64)))
    chart.update_xaxes(tickformat=".0%", nticks=5, range=[0, most * 1.15])
    chart.update_yaxes(autorange="reversed")
    chart.update_layout(barmode="group", bargap=0.3, legend_traceorder="normal")
    charts.show(
        chart,
        alt="Share of users beside share of value: "
        + "; ".join(
            f"{row['segment']} {formats.share(row['share'], 0)} and {formats.share(row['value_share'], 0)}"
            for row in profile.to_dict("records")
        ),
        data=profile[["segment", "users", "share", "value_share"]],
        name=name,
        pick=pick,
    )


def taste(table: pd.DataFrame, segments: Sequence[str], *, name: str) -> None:
    """Draw how much more (or less) of each category a segment has than everybody.

    Args:
        table: the table of ``taste_by_category``.
        segments: their names in the order to show them.
        name: what the chart's file is called.
    """
    lift = table.pivot_table(index="category", columns="segment", values="lift")
    lift = lift[[segment for segment in segments if segment in lift.columns]]
    share = table.pivot_table(index="category", columns="segment", values="share")[lift.columns]
    middle, low, high = charts.diverging()
    cells = lift.to_numpy(np.float64)
    # A fixed span: twice as much and half as much are the ends of the colours, whatever the data.
    chart = charts.figure(height=120 + 30 * len(lift), legend=False)
    chart.add_heatmap(
        x=_wrapped(lift.columns, 12),
        y=list(lift.index),
        z=np.log2(np.maximum(cells, 1e-6)),
        zmin=-1,
        zmid=0,
        zmax=1,
        colorscale=[[0, low], [0.5, middle], [1, high]],
        showscale=False,
        xgap=2,
        ygap=2,
        text=[[f"{value:.1f}×" for value in row] for row in cells],
        texttemplate="%{text}",
        customdata=np.dstack([cells, share.to_numpy(np.float64)]),
        hovertemplate="%{x} · %{y}<br>%{customdata[0]:.2f} times everybody's share"
        "<br>%{customdata[1]:.1%} of what they had<extra></extra>",
    )
    chart.update_xaxes(side="top", showgrid=False, tickangle=0 if len(lift.columns) <= 6 else None)
    chart.update_yaxes(showgrid=False, autorange="reversed")
    strongest = table.sort_values("lift").iloc[-1]
    charts.show(
        chart,
        alt=f"Taste of {len(lift.columns)} segments over {len(lift)} categories against everybody; "
        f"the strongest is {strongest['category']} for {strongest['segment']}, "
        f"{strongest['lift']:.1f} times everybody's share",
        data=table,
        name=name,
    )


def quality(table: pd.DataFrame, metric: str, segments: Sequence[str], *, name: str) -> None:
    """Draw one metric of every model by segment with 95% intervals; small segments are hollow.

    Args:
        table: rows of ``quality_by_segment`` for this metric, all models together.
        metric: the metric's name in the glossary.
        segments: their names in the order to show them.
        name: what the chart's file is called.
    """
    models = list(dict.fromkeys(table["model"]))
    labels = dict(zip(segments, _wrapped(segments), strict=True))
    places = {segment: place for place, segment in enumerate(segments)}
    chart = charts.figure(x_title=glossary.title(metric), height=_height(list(labels.values()), 24 + 14 * len(models)))
    palette = charts.colours()
    for number, model in enumerate(models):
        rows = table[(table["model"] == model) & table["value"].notna()]
        ends = rows[["value", "low", "high"]].astype(float)
        colour = palette[number % len(palette)]
        symbol = _SYMBOLS[number % len(_SYMBOLS)]
        beside = 0.6 * ((number + 0.5) / len(models) - 0.5)
        chart.add_scatter(
            x=rows["value"],
            y=[places[segment] + beside for segment in rows["segment"]],
            mode="markers",
            name=title_of(model),
            marker={
                "color": colour,
                "size": 10,
                "symbol": [symbol + "-open" * bool(small) for small in rows["small"]],
            },
            error_x=charts.intervals(ends["value"], ends["low"], ends["high"], colour, thickness=1.5, width=3),
            customdata=rows[["segment", "low", "high", "users"]],
            hovertemplate="%{customdata[0]}: %{x:.3f} (%{customdata[1]:.3f} to %{customdata[2]:.3f}), "
            "%{customdata[3]} users<extra>" + title_of(model) + "</extra>",
        )
    chart.update_yaxes(
        tickvals=list(places.values()),
        ticktext=list(labels.values()),
        range=[len(places) - 0.5, -0.5],
        showgrid=False,
    )
    chart.update_xaxes(nticks=5)
    charts.show(
        chart,
        alt=f"{glossary.title(metric)} of {formats.plural(len(models), 'model')} in each segment, "
        "with 95% intervals; the table below holds the figures",
        data=table,
        name=name,
    )


def _wrapped(names: Sequence[str] | pd.Series | pd.Index, width: int = 16) -> list[str]:
    """Return names broken into short lines, so that they leave room for the marks on a narrow screen."""
    return ["<br>".join(textwrap.wrap(str(name), width)) or str(name) for name in names]


def _height(labels: Sequence[str], row: int) -> int:
    return 110 + sum(max(row, 18 * (label.count("<br>") + 1) + 8) for label in labels)
