"""The report's charts as Plotly specifications, with colours left open for light and dark.

A colour is written ``@0``, ``@1``, ... (variants), ``@neutral``, ``@truth``, ``@text`` or ``@grid``, and
``@band0``, ``@band1``, ... (translucent); the report's script fills in the reader's scheme.
"""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from experiments.results import Results, plain
from experiments.worlds import Worlds

#: Colours by scheme; the variants' hold 3:1 contrast for marks, text 4.5:1.
PALETTES: dict[str, dict[str, Any]] = {
    "light": {
        "variants": ["#0b6bcb", "#b85c00", "#00795a", "#a63d83", "#6a5acd", "#7a6a00"],
        "neutral": "#6b7280",
        "truth": "#111827",
        "text": "#31333f",
        "grid": "rgba(107,114,128,0.25)",
    },
    "dark": {
        "variants": ["#6cb4ff", "#ffb259", "#3fd0a4", "#f19ad0", "#b3a6ff", "#e3d052"],
        "neutral": "#9ca3af",
        "truth": "#f9fafb",
        "text": "#e6e8ec",
        "grid": "rgba(156,163,175,0.25)",
    },
}
_COLOURS = 6


def uplift_chart(results: Results) -> dict[str, Any]:
    """Return every metric's relative uplift with its interval, a zero line, and the truth where simulated."""
    labels = {metric.name: metric.label for metric in results.plan.metrics}
    return _forest(
        results,
        results.effects.assign(row=results.effects["metric"].map(labels)),
        results.truth if results.meta.simulated else None,
        "Relative uplift",
    )


def segment_chart(results: Results) -> dict[str, Any]:
    """Return the primary metric's relative uplift in every segment that is shown."""
    table = results.segments
    shown = table[(table["metric"] == results.plan.primary.name) & ~table["suppressed"]]
    shown = shown.assign(row=shown["by"].str.replace("_", " ") + ": " + shown["segment"])
    truth = shown.assign(relative=shown["true_relative"]) if results.meta.simulated else None
    return _forest(results, shown, truth, f"Relative uplift of {results.plan.primary.label.lower()}")


def cumulative_chart(results: Results) -> dict[str, Any]:
    """Return the primary metric's uplift up to each day, with the interval that is valid at every look."""
    metric = results.plan.primary
    table = results.cumulative[results.cumulative["metric"] == metric.name]
    share = metric.unit == "share"
    if share:  # percentage points
        columns = ["absolute", "absolute_low", "absolute_high", *["true_absolute"] * results.meta.simulated]
        table = table.assign(**{column: 100 * table[column] for column in columns})
    traces: list[dict[str, Any]] = []
    for variant in results.plan.variants[1:]:
        place = _place(results, variant)
        rows = table[table["variant"] == variant]
        known = rows.dropna(subset=["absolute_low"])
        traces += [
            _line(known, "absolute_high", {"width": 0}, showlegend=False, hoverinfo="skip"),
            _line(
                known, "absolute_low", {"width": 0}, showlegend=False, hoverinfo="skip",
                fill="tonexty", fillcolor=f"@band{place}",
            ),
            _line(rows, "absolute", {"color": f"@{place}", "width": 2}, name=results.plan.title(variant)),
        ]  # fmt: skip
        if results.meta.simulated:
            style = {"color": f"@{place}", "width": 2, "dash": "dash"}
            traces.append(_line(rows, "true_absolute", style, name=f"{results.plan.title(variant)}, truth"))
    layout = _layout("Day", f"Uplift of {metric.label.lower()}", height=340)
    layout["yaxis"] |= {"tickformat": "+.3~g", "ticksuffix": " pp" if share else ""}
    layout["shapes"] = [_zero(vertical=False)]
    return plain({"data": traces, "layout": layout})  # type: ignore[no-any-return]


def worlds_chart(results: Results, worlds: Worlds) -> dict[str, Any]:
    """Return the primary metric's true relative uplift in every plausible world, a row a treatment, and a zero line."""
    variants = list(results.plan.variants[1:])
    table = worlds.table()
    table = table[table["metric"] == results.plan.primary.name]
    traces: list[dict[str, Any]] = []
    for well, name, symbol, colour in (
        (True, "uplift", "triangle-up", "@2"),
        (False, "no uplift", "triangle-down", "@1"),
    ):
        part = table[table["better"] == well]
        # Worlds of one treatment are spread over its row, so that equal uplifts do not hide one another.
        spread = 0.5 * ((part["world"] * 0.618) % 1.0 - 0.5)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": part["relative"].tolist(),
                "y": (part["variant"].map(variants.index) + spread).tolist(),
                "text": [f"World {world}" for world in part["world"]],
                "hovertemplate": "%{text}: %{x:+.1%}<extra></extra>",
                "marker": {"symbol": symbol, "color": colour, "size": 10},
            }
        )
    layout = _layout(
        f"True relative uplift of {results.plan.primary.label.lower()}", "", height=130 + 70 * len(variants)
    )
    layout["xaxis"]["tickformat"] = "+.3~%"
    names = [escape(results.plan.title(name)) for name in variants]
    layout["yaxis"] |= {
        "tickvals": list(range(len(variants))),
        "ticktext": names,
        "range": [len(variants) - 0.4, -0.6],
    }
    layout["shapes"] = [_zero(vertical=True)]
    return plain({"data": traces, "layout": layout})  # type: ignore[no-any-return]


def _forest(results: Results, table: pd.DataFrame, truth: pd.DataFrame | None, title: str) -> dict[str, Any]:
    # Plotly reads a few tags in its texts, and names come from the reader's data.
    table = table.assign(row=table["row"].map(escape))
    rows = list(dict.fromkeys(table["row"]))[::-1]
    variants = results.plan.variants[1:]
    traces: list[dict[str, Any]] = []
    for number, variant in enumerate(variants):
        mine = table[table["variant"] == variant]
        # Several treatments share a row, one above the other.
        offset = 0.0 if len(variants) == 1 else 0.5 * (0.5 - (number + 0.5) / len(variants))
        at = [rows.index(row) + offset for row in mine["row"]]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": escape(results.plan.title(variant)),
                "x": mine["relative"].tolist(),
                "y": at,
                "text": mine["row"].tolist(),
                "hovertemplate": f"%{{text}}: %{{x:+.1%}}<extra>{escape(results.plan.title(variant))}</extra>",
                "marker": {"color": f"@{_place(results, variant)}", "size": 9},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": (mine["relative_high"] - mine["relative"]).tolist(),
                    "arrayminus": (mine["relative"] - mine["relative_low"]).tolist(),
                    "color": f"@{_place(results, variant)}",
                },
            }
        )
        if truth is not None:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": "truth",
                    "x": truth.loc[truth["variant"] == variant, "relative"].tolist(),
                    "y": at,
                    "hovertemplate": "truth: %{x:+.1%}<extra></extra>",
                    "showlegend": number == 0,
                    "marker": {"symbol": "diamond-open", "color": "@truth", "size": 11, "line": {"width": 2}},
                }
            )
    layout = _layout(title, "", height=90 + 34 * max(len(rows), 1) * max(1, len(variants) // 2))
    layout["xaxis"]["tickformat"] = "+.3~%"
    layout["yaxis"] |= {"tickvals": list(range(len(rows))), "ticktext": rows, "range": [-0.6, len(rows) - 0.4]}
    layout["shapes"] = [_zero(vertical=True)]
    return plain({"data": traces, "layout": layout})  # type: ignore[no-any-return]


def _line(rows: pd.DataFrame, column: str, line: dict[str, Any], **more: Any) -> dict[str, Any]:
    x, y = rows["day"].tolist(), rows[column].tolist()
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, **more}


def _layout(x_title: str, y_title: str, *, height: int) -> dict[str, Any]:
    axis = {"gridcolor": "@grid", "zeroline": False, "automargin": True, "fixedrange": True}
    return {
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 36, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": "@text", "size": 13},
        "xaxis": {**axis, "title": {"text": x_title}},
        "yaxis": {**axis, "title": {"text": y_title}},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "showlegend": True,
        "dragmode": False,
    }


def _zero(*, vertical: bool) -> dict[str, Any]:
    along, across = ("y", "x") if vertical else ("x", "y")
    return {
        "type": "line",
        f"{along}0": 0,
        f"{along}1": 1,
        f"{along}ref": "paper",
        f"{across}0": 0,
        f"{across}1": 0,
        "line": {"color": "@neutral", "width": 1.5, "dash": "dot"},
    }


def _place(results: Results, variant: str) -> int:
    return (results.plan.variants.index(variant) - 1) % _COLOURS
