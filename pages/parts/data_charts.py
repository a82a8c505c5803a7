"""The charts of the Data page."""

from __future__ import annotations

import pandas as pd

from engine.profile import Profile
from pages.parts import charts, formats


def long_tail(facts: Profile) -> None:
    """Draw how unevenly interactions lie on the catalogue."""
    data = pd.DataFrame(facts.long_tail, columns=["share_of_items", "share_of_interactions"])
    colour = charts.colours()[0]
    chart = charts.figure(x_title="Share of items, most popular first", y_title="Share of interactions", legend=False)
    chart.add_scatter(
        x=data["share_of_items"],
        y=data["share_of_interactions"],
        mode="lines",
        line={"color": colour, "width": 3},
        fill="tozeroy",
        fillcolor=charts.translucent(colour),
        hovertemplate="The top %{x:.0%} of items hold %{y:.0%}<extra></extra>",
    )
    chart.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": charts.neutral(), "dash": "dot"}, hoverinfo="skip"
    )
    chart.update_xaxes(tickformat=".0%", range=[0, 1])
    chart.update_yaxes(tickformat=".0%", range=[0, 1.02])
    top = formats.share(facts.top_tenth_share, 0)
    charts.show(
        chart,
        alt=f"Curve of interactions held by the most popular items; the top 10% of items hold {top}.",
        data=data,
        name="long-tail",
    )


def per_day(facts: Profile) -> None:
    """Draw interactions a day."""
    if facts.per_day is None:
        return
    data = pd.DataFrame({"day": facts.per_day.index, "interactions": facts.per_day.to_numpy()})
    chart = charts.figure(y_title="Interactions a day", legend=False)
    chart.add_scatter(
        x=data["day"],
        y=data["interactions"],
        mode="lines",
        line={"color": charts.colours()[0], "width": 2},
        hovertemplate="%{x|%-d %b %Y}: %{y:,}<extra></extra>",
    )
    chart.update_xaxes(nticks=6)
    chart.update_yaxes(rangemode="tozero")
    charts.show(
        chart,
        alt=f"Interactions a day from {formats.day(facts.first)} to {formats.day(facts.last)}.",
        data=data,
        name="per-day",
    )


def counts(facts: Profile) -> None:
    """Draw how many rows each kind of event, or each rating, has."""
    explicit = facts.feedback == "explicit" and bool(facts.ratings)
    held: dict[str, int] = {f"{value:g}": rows for value, rows in facts.ratings.items()} if explicit else {}
    held = held or dict(facts.events)
    what = "rating" if explicit else "event"
    data = pd.DataFrame({what: list(held), "rows": list(held.values())})
    chart = charts.figure(x_title="Rows", legend=False, height=60 + 44 * len(held))
    chart.add_bar(
        x=data["rows"],
        y=data[what],
        orientation="h",
        marker_color=charts.colours()[0],
        text=[formats.count(rows) for rows in held.values()],
        textposition="auto",
        hovertemplate="%{y}: %{x:,} rows<extra></extra>",
    )
    chart.update_yaxes(type="category", autorange="reversed")
    charts.show(chart, alt=f"Rows by {what}: {', '.join(f'{k} {n:,}' for k, n in held.items())}.", data=data, name=what)
