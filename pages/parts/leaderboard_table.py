"""The leaderboard's figures: every metric of every model, a group of metrics at a time."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from engine.evaluation import METRICS, Estimate
from engine.evaluation.accumulate import GROUPS, RATIOS
from engine.evaluation.leaderboard import Leaderboard
from engine.evaluation.pairwise import YARDSTICK
from engine.evaluation.repeat import Repeated
from pages.parts import formats, glossary, leaderboard, tables

_ABOUT = {
    "Lists": "How much of what users went on to choose is in their lists, and how near the top.",
    "Discovery": "What the lists are like: how much of the catalogue they show, how varied, new and surprising they "
    "are, and how true to what each user has had.",
    "Predicted ratings": "How far predicted ratings are from those given, one by one and on average over groups of "
    "alike predictions. Models made for lists predict none.",
    "Cost": "Training and serving one user's list, on this machine.",
}
_DIGITS = {
    "entropy": 2,
    "novelty": 2,
    "average_recommendation_popularity": 0,
    "fit_seconds": 2,
    "latency_p50_ms": 2,
    "latency_p99_ms": 2,
}
_UNITS = {"novelty": " bits", "entropy": " bits", "fit_seconds": " s", "latency_p50_ms": " ms", "latency_p99_ms": " ms"}
_BEST = "Best?"
_AGAINST = "Against Popularity"
_BETWEEN = "± seeds"


def draw(board: Leaderboard) -> None:
    """Ask for a group of metrics and draw them, best model first; the file holds every raw number."""
    group = st.segmented_control(
        "Figures",
        list(GROUPS),
        default="Lists",
        required=True,
        key="models_figures",
        bind="query-params",
        label_visibility="collapsed",
    )
    st.caption(_ABOUT[str(group)])
    _table(board, str(group))
    for reason in reasons(board, GROUPS[str(group)]):
        st.caption(reason)


def reasons(board: Leaderboard, metrics: tuple[str, ...] = METRICS) -> list[str]:
    """Return why figures of ``metrics`` are missing, a sentence a reason."""
    missing: dict[str, dict[str, list[str]]] = {}
    for each in leaderboard.ordered(board):
        for metric in metrics:
            if each.metrics[metric].reason:
                models = missing.setdefault(each.metrics[metric].reason, {}).setdefault(each.title, [])
                models.append(glossary.title(metric))
    return [
        f"“—” for {formats.listed(sorted(set().union(*by.values())))} of {formats.listed(list(by))}: {reason}"
        for reason, by in missing.items()
    ]


def interval(metric: str, estimate: Estimate) -> str:
    """Return the ends of a figure's interval, as precise as the figure; "—" without one."""
    digits = _DIGITS.get(metric, 3)
    return formats.interval(formats.decimal(estimate.low, digits), formats.decimal(estimate.high, digits))


def _table(board: Leaderboard, group: str) -> None:
    by_model = {row.evaluation.model: row for row in board.rows}
    rows = [by_model[model] for model in board.standing.order]
    shown = pd.DataFrame({"Model": [row.evaluation.title for row in rows]})
    columns: dict[str, Any] = {"Model": st.column_config.TextColumn(pinned=True)}
    if group == "Lists":
        name = leaderboard.title(board.standing.metric, board.request.k)
        shown[_BEST] = [_best(board, row.evaluation.model) for row in rows]
        shown[_AGAINST] = [_against(board, row.evaluation.model) for row in rows]
        columns[_BEST] = st.column_config.TextColumn(
            help=f"By {name}: the first model, and all that the paired tests do not tell apart from it.",
            width=130,
        )
        columns[_AGAINST] = st.column_config.TextColumn(
            help=f"{name} minus Popularity's over the same users, with its 95% interval. Better or worse only where a "
            "paired test, corrected for the number of comparisons, tells the two apart."
        )
    first = board.standing.metric  # what ranks the models stands beside them
    for metric in sorted(GROUPS[group], key=lambda name: name != first):
        _add(shown, columns, metric, rows, board.request.k)
    raw = pd.DataFrame([_flat(board, row) for row in rows])
    tables.table(shown, f"models-leaderboard-{group}", columns=columns, data=raw)


def _add(shown: pd.DataFrame, columns: dict[str, Any], metric: str, rows: list[Repeated], k: int) -> None:
    """Add a metric's figures, with their intervals and the spread between seeds where there are any."""
    name, digits, unit = leaderboard.title(metric, k), _DIGITS.get(metric, 3), _UNITS.get(metric, "")
    shown[name] = pd.Series([row.evaluation.metrics[metric].value for row in rows], dtype=float)
    columns[name] = st.column_config.NumberColumn(help=glossary.tip(metric), format=f"%.{digits}f{unit}")
    if metric in RATIOS:
        shown[f"{name} 95%"] = [interval(metric, row.evaluation.metrics[metric]) for row in rows]
        columns[f"{name} 95%"] = st.column_config.TextColumn(help=f"95% bootstrap interval of {name} over users.")
    spreads = [row.spread(metric) for row in rows]
    if any(spread is not None for spread in spreads):
        shown[f"{name} {_BETWEEN}"] = [
            formats.NO_VALUE if spread is None else formats.decimal(spread, digits + 1) for spread in spreads
        ]
        columns[f"{name} {_BETWEEN}"] = st.column_config.TextColumn(
            help="Standard deviation of the figure between seeds; the figure is their mean. “—” for models that a "
            "second seed does not change."
        )


def _best(board: Leaderboard, model: str) -> str:
    best = board.standing.best
    if model not in best or len(board.rows) == 1:
        return ""
    if len(best) == 1:
        return f"{leaderboard.STAR} best"
    return f"{leaderboard.STAR} first" if model == best[0] else f"{leaderboard.STAR} not told apart"


def _against(board: Leaderboard, model: str) -> str:
    if model == YARDSTICK:
        return "the yardstick"
    pair = board.standing.between(model, YARDSTICK)
    if pair.difference is None:
        return formats.NO_VALUE
    ends = formats.interval(formats.signed(pair.low, 4), formats.signed(pair.high, 4))
    return f"{leaderboard.MARKS[pair.reading]} {formats.signed(pair.difference, 4)} ({ends})"


def _flat(board: Leaderboard, row: Repeated) -> dict[str, Any]:
    figures = row.evaluation.to_dict()
    return (
        {name: figures[name] for name in figures if name not in ("reasons", "params")}
        | {"params": str(figures["params"] or ""), "seeds": len(row.seeds)}
        | {f"{metric}_between_seeds": row.spread(metric) for metric in METRICS if len(row.seeds) > 1}
        | {"best_or_not_told_apart": row.evaluation.model in board.standing.best}
    )
