"""The drawings of discovery health: every measure of every arm, and how exposure is spread."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from engine.discovery.health import MEASURES, Exposure, Health
from engine.metrics.intervals import Estimate
from pages.parts import charts, formats, glossary, tables

HISTORY = "Users' own choices"
POPULARITY = "Popularity"
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "star")
_NAMED = 4  # models that the answer names one by one
_VERDICTS = {
    "close": ("closes {}", "close {}"),
    "open": ("opens {} up", "open {} up"),
    "leave": ("leaves {} as open as it is", "leave {} as open as it is"),
}
_WAYS = {"higher": "▲ higher is better", "lower": "▼ lower is better", "context": "depends on the aim"}


def arms(measured: Mapping[str, Health]) -> dict[str, Exposure]:
    """Return what stands side by side: the users' own choices, popularity, then each other model by its title."""
    first = next(iter(measured.values()))
    others = {title: each.model for title, each in measured.items() if title != POPULARITY}
    return {HISTORY: first.history, POPULARITY: first.popularity, **others}


def verdict(models: Mapping[str, Exposure], own: Exposure) -> str:
    """Say which models close the catalogue, and which open it up, beside the users' ``own`` choices.

    What differs by less than is written (whole percent of exposure for the most shown tenth) is no difference.
    """
    said: dict[str, list[str]] = {way: [] for way in _VERDICTS}
    for title, each in models.items():
        change = round(each.top_tenth, 2) - round(own.top_tenth, 2)
        said["close" if change > 0 else "open" if change < 0 else "leave"].append(title)
    if len(models) > _NAMED:
        closing = len(said["close"])
        told = _VERDICTS["close"][closing != 1].format("the catalogue")
        return f"{closing} of {formats.plural(len(models), 'model')} {told}"
    parts = [
        f"{formats.listed(titles)} {_VERDICTS[way][len(titles) != 1].format('it' if place else 'the catalogue')}"
        for place, (way, titles) in enumerate((way, titles) for way, titles in said.items() if titles)
    ]
    return ", ".join(parts)


def text(measure: str, value: float | None) -> str:
    """Return a measure's value as a person reads it, with its unit."""
    if measure in ("catalogue_coverage", "user_coverage"):
        return formats.share(value)
    if measure == "popularity_lift":
        return formats.uplift(value)
    if measure == "average_recommendation_popularity":
        return formats.NO_VALUE if value is None else f"{formats.count(value)} users"
    if measure in ("entropy", "novelty"):
        return formats.NO_VALUE if value is None else f"{formats.decimal(value, 2)} bits"
    return formats.decimal(value)


def lorenz(side_by_side: Mapping[str, Exposure]) -> None:
    """Draw the Lorenz curve of each arm's exposure beside perfect equality."""
    chart = charts.figure(x_title="share of items, least shown first", y_title="share of exposure", height=400)
    chart.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        name="Every item alike",
        line={"color": charts.neutral(), "dash": "dot", "width": 1.5},
        hoverinfo="skip",
    )
    for place, (title, exposed) in enumerate(side_by_side.items()):
        colour, dash = _look(title, place)
        chart.add_scatter(
            x=exposed.lorenz[:, 0],
            y=exposed.lorenz[:, 1],
            mode="lines",
            name=title,
            line={"color": colour, "dash": dash, "width": 2.5},
            hovertemplate="the least shown %{x:.0%} of items get %{y:.1%} of exposure<extra>" + title + "</extra>",
        )
    chart.update_xaxes(tickformat=".0%", nticks=6, range=[0, 1])
    chart.update_yaxes(tickformat=".0%", nticks=6, range=[0, 1.02])
    spoken = "; ".join(f"{formats.share(each.top_tenth, 0)} in {title}" for title, each in side_by_side.items())
    charts.show(
        chart,
        alt=f"Lorenz curves of exposure. The most shown tenth of the catalogue gets {spoken}",
        data=pd.concat(
            [
                pd.DataFrame(each.lorenz, columns=["share_of_items", "share_of_exposure"]).assign(arm=title)
                for title, each in side_by_side.items()
            ]
        ),
        name="discovery-lorenz",
    )


def one_measure(side_by_side: Mapping[str, Exposure], measure: str) -> None:
    """Draw one measure of every arm with its interval; lines mark the two yardsticks."""
    found = {title: each.measures[measure] for title, each in side_by_side.items()}
    known = {title: one for title, one in found.items() if one.value is not None}
    for title, one in found.items():
        if one.value is None:
            st.caption(f"{title}: no value. {one.reason}")
    if not known:
        return
    chart = charts.figure(x_title=glossary.title(measure), height=110 + 40 * len(known), legend=False)
    for place, title in enumerate(side_by_side):
        if title not in known:
            continue
        one = known[title]
        colour, _ = _look(title, place)
        chart.add_scatter(
            x=[one.value],
            y=[title],
            mode="markers+text",
            text=[text(measure, one.value)],
            textposition="top center",
            cliponaxis=False,
            marker={"color": colour, "size": 12, "symbol": _SYMBOLS[place % len(_SYMBOLS)]},
            error_x=charts.whiskers(one, colour),
            hovertemplate=f"{title}: {_with_interval(measure, one)}<extra></extra>",
        )
        if title in (HISTORY, POPULARITY):
            charts.zero_line(chart, vertical=True, at=float(one.value or 0))
    chart.update_yaxes(range=[len(known) - 0.5, -0.7], showgrid=False)
    chart.update_xaxes(nticks=5, tickformat=".0%" if "coverage" in measure or "lift" in measure else None)
    spoken = ", ".join(f"{title} {text(measure, one.value)}" for title, one in known.items())
    charts.show(
        chart,
        alt=f"{glossary.title(measure)}: {spoken}",
        data=_long({title: side_by_side[title] for title in known}).query("measure == @measure"),
        name=f"discovery-{measure}",
    )


def table(side_by_side: Mapping[str, Exposure]) -> None:
    """Draw every measure of every arm, with intervals where it is a mean over users."""
    shown = pd.DataFrame(
        {
            "Measure": [glossary.title(measure) for measure in MEASURES],
            **{
                title: [_with_interval(measure, each.measures[measure]) for measure in MEASURES]
                for title, each in side_by_side.items()
            },
            "Which way": [_WAYS[glossary.TERMS[measure].good] for measure in MEASURES],
        }
    )
    columns = {"Measure": st.column_config.TextColumn(pinned=True)}
    tables.table(shown, "discovery-measures", columns=columns, data=_long(side_by_side), height=38 + 35 * len(MEASURES))
    with st.expander("What each measure means"):
        st.markdown("\n".join(f"- **{glossary.title(each)}**: {glossary.TERMS[each].meaning}" for each in MEASURES))


def _long(side_by_side: Mapping[str, Exposure]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"arm": title, "measure": measure, "value": one.value, "low": one.low, "high": one.high}
            for title, each in side_by_side.items()
            for measure, one in each.measures.items()
        ]
    )


def _with_interval(measure: str, one: Estimate) -> str:
    if one.low is None or one.high is None:
        return text(measure, one.value)
    low, high = (text(measure, end).removesuffix(" bits").removesuffix(" users") for end in (one.low, one.high))
    return f"{text(measure, one.value)} ({formats.interval(low, high)})"


def _look(title: str, place: int) -> tuple[str, str]:
    """Return the colour and the dash of an arm; the users' own choices are grey."""
    colour = charts.neutral() if title == HISTORY else charts.colours()[(place - 1) % len(charts.colours())]
    return colour, _DASHES[place % len(_DASHES)]
