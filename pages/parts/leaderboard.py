"""The leaderboard's drawings: which model ranks best, and what accuracy costs in diversity."""

from __future__ import annotations

import pandas as pd

from engine.evaluation import Evaluation
from engine.evaluation.answer import TITLES
from engine.evaluation.leaderboard import Leaderboard
from engine.evaluation.pairwise import YARDSTICK
from engine.evaluation.versions import title_of
from pages.parts import charts, formats, glossary

STAR = "★"
"""Marks the best model and those not told apart from it."""

MARKS = {"better": "▲ better", "worse": "▼ worse", "not told apart": "≈ not told apart"}

SHAPES = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star", "hexagon", "pentagon", "bowtie")
"""Marks of models, in order, so that colour is not the only sign."""


def title(metric: str, k: int) -> str:
    """Return the metric's name, with ``@k`` where the length of the list matters to it."""
    return f"{glossary.title(metric)}@{k}" if metric in TITLES else glossary.title(metric)


def ordered(board: Leaderboard) -> list[Evaluation]:
    """Return the evaluations, best first."""
    by_model = {row.evaluation.model: row.evaluation for row in board.rows}
    return [by_model[model] for model in board.standing.order]


def reading(board: Leaderboard, model: str) -> str:
    """Say how ``model`` stands against the yardstick: a word of MARKS, or ``yardstick`` for itself."""
    return "yardstick" if model == YARDSTICK else board.standing.between(model, YARDSTICK).reading


def starred(board: Leaderboard, model: str) -> str:
    """Return the model's title, with a star where it is best or not told apart from the first."""
    name = title_of(model)
    return f"{STAR} {name}" if model in board.standing.best else name


def ranking_chart(board: Leaderboard) -> None:
    """Draw each model's figure with its interval; colour, shape and word say how it stands against Popularity."""
    metric, name = board.standing.metric, title(board.standing.metric, board.request.k)
    rows = _ranking_rows(board)
    chart = charts.figure(x_title=name, height=130 + 36 * len(rows), legend=True)
    groups = {
        "better": ("▲ better than Popularity", charts.colours()[0], "triangle-up"),
        "worse": ("▼ worse than Popularity", charts.colours()[1], "triangle-down"),
        "not told apart": ("≈ not told apart from it", charts.neutral(), "circle"),
        "yardstick": ("Popularity", charts.neutral(), "diamond"),
    }
    for group, (words, colour, symbol) in groups.items():
        part = rows[rows["reading"] == group]
        if part.empty:
            continue
        chart.add_scatter(
            x=part["value"],
            y=part["label"],
            error_x=charts.intervals(part["value"], part["low"], part["high"], colour),
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 12},
            name=words,
            hovertemplate="%{y}: %{x:.4f}<extra></extra>",
        )
    yardstick = rows.loc[rows["reading"] == "yardstick", "value"]
    if yardstick.notna().any():
        charts.zero_line(chart, vertical=True, at=float(yardstick.iloc[0]))
    chart.update_yaxes(categoryorder="array", categoryarray=list(rows["label"][::-1]))
    chart.update_xaxes(nticks=6)
    spoken = ", ".join(
        f"{model} {formats.decimal(value)}" for model, value in zip(rows["model"], rows["value"], strict=True)
    )
    charts.show(
        chart,
        alt=f"{name} of each model with its 95% interval, best first: {spoken}.",
        data=rows.drop(columns="label"),
        name=f"models-ranking-{metric}",
    )


def scatter(board: Leaderboard) -> None:
    """Draw accuracy against diversity: a model up and to the right gives both."""
    name = title(board.standing.metric, board.request.k)
    rows = pd.DataFrame(
        {
            "model": [each.title for each in ordered(board)],
            "accuracy": [each.metrics[board.standing.metric].value for each in ordered(board)],
            "diversity": [each.metrics["intra_list_diversity"].value for each in ordered(board)],
        }
    ).dropna()
    chart = charts.figure(x_title=name, y_title=glossary.title("intra_list_diversity"), height=380, legend=True)
    colours = charts.colours()
    points = list(zip(rows["model"], rows["accuracy"], rows["diversity"], strict=True))
    for place, (model, accuracy, diversity) in enumerate(points):
        chart.add_scatter(
            x=[accuracy],
            y=[diversity],
            mode="markers",
            marker={"color": colours[place % len(colours)], "symbol": SHAPES[place % len(SHAPES)], "size": 13},
            name=model,
            hovertemplate=f"{model}: %{{x:.4f}}, %{{y:.3f}}<extra></extra>",
        )
    chart.update_xaxes(nticks=6)
    spoken = "; ".join(f"{model} {formats.decimal(x)} and {formats.decimal(y)}" for model, x, y in points)
    charts.show(chart, alt=f"{name} against intra-list diversity: {spoken}.", data=rows, name="models-diversity")


def _ranking_rows(board: Leaderboard) -> pd.DataFrame:
    rows = []
    for each in ordered(board):
        one = each.metrics[board.standing.metric]
        stands = reading(board, each.model)
        best = each.model in board.standing.best
        rows.append((each.title, starred(board, each.model), one.value, one.low, one.high, stands, best))
    columns = ["model", "label", "value", "low", "high", "reading", "best_or_not_told_apart"]
    return pd.DataFrame(rows, columns=columns).astype({"value": float, "low": float, "high": float})
