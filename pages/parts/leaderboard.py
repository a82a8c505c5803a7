"""The leaderboard: the sentence, the chart, the table and the scatter of models measured alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from engine.evaluation import METRICS, Estimate, Evaluation
from engine.evaluation.comparison import Comparison, reading
from pages.parts import charts, formats, glossary, tables

Board = Mapping[str, Evaluation]

_AT_K = ("precision", "recall", "ndcg", "map", "mrr", "hit_rate")
_DIGITS = {
    "entropy": 2,
    "novelty": 2,
    "average_recommendation_popularity": 0,
    "fit_seconds": 2,
    "latency_p50_ms": 2,
    "latency_p99_ms": 2,
}
_UNITS = {"novelty": " bits", "entropy": " bits", "fit_seconds": " s", "latency_p50_ms": " ms", "latency_p99_ms": " ms"}
_AGAINST = "Against Popularity"
_MARKS = {"better": "▲ better", "worse": "▼ worse", "not told apart": "≈ not told apart"}


def answer(board: Board, found: Comparison) -> str:
    """Say which model ranks best, and whether its users tell it from Popularity and from the second."""
    if board[found.best].metrics[found.metric].value is None:
        return f"No model could be ranked: {board[found.best].metrics[found.metric].reason}"
    best, reference = board[found.best].title, board[found.reference].title
    name = title(found.metric, board[found.best].k)
    opening = f"**{best}** ranks best: {name} {_with_interval(found.metric, board[found.best])}"
    if found.best == found.reference:
        if len(found.order) == 1:
            return f"{opening}. Nothing stands beside it."
        second = board[found.order[1]].title
        if reading(found.lead) == "better":
            return f"{opening}. No model beats it; {second} is {_size(found.lead)} lower."
        return f"{opening}, but not told apart from {second} ({_size(found.lead)} apart)."
    gain = found.against_reference[found.best]
    if reading(gain) != "better":
        return (
            f"No model is told apart from {reference}. {best} comes first with {name} "
            f"{_with_interval(found.metric, board[found.best])}, {_size(gain)} above it."
        )
    ahead = f"{opening}, {_size(gain)} above {reference}"
    if found.order[1] != found.reference and reading(found.lead) != "better":
        return f"{ahead}. It is not told apart from {board[found.order[1]].title} ({_size(found.lead)} apart)."
    return f"{ahead}."


def title(metric: str, k: int) -> str:
    """Return the metric's name, with ``@k`` where the length of the list matters to it."""
    return f"{glossary.title(metric)}@{k}" if metric in _AT_K else glossary.title(metric)


def ranking_chart(board: Board, found: Comparison) -> None:
    """Draw each model's figure with its interval; colour and word say how it stands against the reference."""
    k = board[found.best].k
    chart = charts.figure(x_title=title(found.metric, k), height=120 + 38 * len(board), legend=True)
    groups = {
        "better": ("▲ better than Popularity", charts.colours()[0], "triangle-up"),
        "worse": ("▼ worse than Popularity", charts.colours()[1], "triangle-down"),
        "not told apart": ("≈ not told apart from it", charts.neutral(), "circle"),
        "reference": ("Popularity", charts.neutral(), "diamond"),
    }
    rows = _ranking_rows(board, found)
    for group, (name, colour, symbol) in groups.items():
        part = rows[rows["reading"] == group]
        if part.empty:
            continue
        chart.add_scatter(
            x=part["value"],
            y=part["model"],
            error_x={
                "type": "data",
                "symmetric": False,
                "array": part["high"] - part["value"],
                "arrayminus": part["value"] - part["low"],
                "color": colour,
                "thickness": 2,
                "width": 5,
            },
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 12},
            name=name,
            hovertemplate="%{y}: %{x:.4f}<extra></extra>",
        )
    reference = rows.loc[rows["reading"] == "reference", "value"]
    if reference.notna().any():
        charts.zero_line(chart, vertical=True, at=float(reference.iloc[0]))
    chart.update_yaxes(categoryorder="array", categoryarray=list(rows["model"][::-1]))
    chart.update_xaxes(nticks=6)
    spoken = ", ".join(
        f"{model} {formats.decimal(value)}" for model, value in zip(rows["model"], rows["value"], strict=True)
    )
    charts.show(
        chart,
        alt=f"{title(found.metric, k)} of each model with its 95% interval, best first: {spoken}.",
        data=rows,
        name="models-ranking",
    )


def table(board: Board, found: Comparison) -> None:
    """Draw every metric of every model, best first; the file holds the raw numbers."""
    k = board[found.best].k
    ordered = [board[name] for name in found.order]
    shown = pd.DataFrame({"Model": [each.title for each in ordered]})
    columns: dict[str, Any] = {
        "Model": st.column_config.TextColumn(pinned=True),
        _AGAINST: st.column_config.TextColumn(
            help=f"{title(found.metric, k)} minus Popularity's over the same users, with its interval; the intervals "
            "of all models hold together at 95%. Better or worse only where the interval leaves out 0."
        ),
    }
    shown[_AGAINST] = [_against(found, each.model) for each in ordered]
    for metric in METRICS:
        name = title(metric, k)
        digits = _DIGITS.get(metric, 3)
        shown[name] = pd.Series([each.metrics[metric].value for each in ordered], dtype=float)
        columns[name] = st.column_config.NumberColumn(
            help=glossary.tip(metric), format=f"%.{digits}f{_UNITS.get(metric, '')}"
        )
        intervals = [_interval(metric, each.metrics[metric]) for each in ordered]
        if set(intervals) != {formats.NO_VALUE}:
            shown[f"{name} 95%"] = intervals
            columns[f"{name} 95%"] = st.column_config.TextColumn(help=f"95% bootstrap interval of {name} over users.")
    raw = pd.DataFrame([_flat(each) for each in ordered])
    tables.table(shown, "models-leaderboard", columns=columns, data=raw)


def scatter(board: Board, found: Comparison) -> None:
    """Draw accuracy against diversity: a model up and to the right gives both."""
    k = board[found.best].k
    rows = pd.DataFrame(
        {
            "model": [board[name].title for name in found.order],
            "accuracy": [board[name].metrics[found.metric].value for name in found.order],
            "diversity": [board[name].metrics["intra_list_diversity"].value for name in found.order],
        }
    ).dropna()
    chart = charts.figure(
        x_title=title(found.metric, k), y_title=glossary.title("intra_list_diversity"), height=380, legend=True
    )
    shapes = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star", "hexagon", "pentagon", "bowtie")
    colours = charts.colours()
    points = list(zip(rows["model"], rows["accuracy"], rows["diversity"], strict=True))
    for place, (model, accuracy, diversity) in enumerate(points):
        chart.add_scatter(
            x=[accuracy],
            y=[diversity],
            mode="markers",
            marker={"color": colours[place % len(colours)], "symbol": shapes[place % len(shapes)], "size": 13},
            name=model,
            hovertemplate=f"{model}: %{{x:.4f}}, %{{y:.3f}}<extra></extra>",
        )
    chart.update_xaxes(nticks=6)
    spoken = "; ".join(f"{model} {formats.decimal(x)} and {formats.decimal(y)}" for model, x, y in points)
    charts.show(
        chart,
        alt=f"{title(found.metric, k)} against intra-list diversity: {spoken}.",
        data=rows,
        name="models-diversity",
    )


def reasons(board: Board) -> list[str]:
    """Return why figures are missing, a sentence a reason."""
    missing: dict[str, dict[str, list[str]]] = {}
    for each in board.values():
        for metric, estimate in each.metrics.items():
            if estimate.reason:
                models = missing.setdefault(estimate.reason, {}).setdefault(each.title, [])
                models.append(glossary.title(metric))
    return [
        f"“—” for {formats.listed(sorted(set().union(*by.values())))} of {formats.listed(list(by))}: {reason}"
        for reason, by in missing.items()
    ]


def _ranking_rows(board: Board, found: Comparison) -> pd.DataFrame:
    rows = []
    for name in found.order:
        estimate = board[name].metrics[found.metric]
        stands = "reference" if name == found.reference else reading(found.against_reference[name])
        rows.append((board[name].title, estimate.value, estimate.low, estimate.high, stands))
    return pd.DataFrame(rows, columns=["model", "value", "low", "high", "reading"]).astype(
        {"value": float, "low": float, "high": float}
    )


def _flat(evaluation: Evaluation) -> dict[str, Any]:
    figures = evaluation.to_dict()
    return {name: figures[name] for name in figures if name not in ("reasons", "params")} | {
        "params": str(figures["params"] or "")
    }


def _against(found: Comparison, model: str) -> str:
    if model == found.reference:
        return "the yardstick"
    difference = found.against_reference[model]
    return f"{_MARKS[reading(difference)]} {_size(difference, signed=True)}"


def _size(difference: Estimate, *, signed: bool = False) -> str:
    """Return a difference with its interval, finer than the figures it is between."""
    write = formats.signed if signed else formats.decimal
    ends = formats.interval(write(difference.low, 4), write(difference.high, 4))
    return f"{write(difference.value, 4)} ({ends})"


def _with_interval(metric: str, evaluation: Evaluation) -> str:
    estimate = evaluation.metrics[metric]
    return f"{formats.decimal(estimate.value)} ({_interval(metric, estimate)})"


def _interval(metric: str, estimate: Estimate) -> str:
    digits = _DIGITS.get(metric, 3)
    return formats.interval(formats.decimal(estimate.low, digits), formats.decimal(estimate.high, digits))
