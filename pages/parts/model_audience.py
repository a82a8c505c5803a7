"""For whom each model is good: segment by segment, and for users nobody knows yet."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.dataset import Dataset
from engine.evaluation.answer import how_served
from engine.evaluation.leaderboard import Leaderboard
from engine.evaluation.versions import title_of
from engine.segments.quality import SMALL
from pages.parts import focus, formats, groupings, leaderboard, leaderboard_table, segment_quality, tables

_NAMED = 3
_PATHS = {
    "what most chose": "the list of what most people chose",
    "one list of its own": "a list of its own, the same for all of them",
    "a list each": "a list of its own for each",
    "no order at all": "the first items of the catalogue: it scored all items alike",
}


def choose(dataset: Dataset) -> str | None:
    """Ask for a grouping of users; None for none."""
    ways = [str(name) for name in groupings.segmentation(dataset.fingerprint).frame]
    focus.settle("models_segments", ways)
    chosen: str | None = st.selectbox(
        "Group users by",
        ways,
        index=None,
        format_func=groupings.title,
        key="models_segments",
        bind="query-params",
        placeholder="Choose a grouping",
        width=300,
    )
    return chosen


def segments(board: Leaderboard) -> None:
    """Draw which model is best for each segment, and every model's figure there."""
    best, by = board.best_by_segment, board.request.by
    if best is None or board.segments is None or by is None:
        st.caption("Choose a grouping to see whether the same model is best for every segment.")
        return
    name = leaderboard.title(board.standing.metric, board.request.k)
    raw = best.assign(best=[", ".join(models) for models in best["best"]])
    tables.table(
        pd.DataFrame(
            {
                "Segment": best["segment"],
                f"Best by {name}": [
                    _best(models, bool(small)) for models, small in zip(best["best"], best["small"], strict=True)
                ],
                "Users measured": best["users"].map(formats.count),
            }
        ),
        f"models-best-{by}",
        data=raw,
    )
    st.caption(
        f"A model is called best only where its users tell it apart from every other, after a correction for all pairs "
        f"of models in all segments (Holm); never with fewer than {SMALL} users."
    )
    segment_quality.figures(board.segments, board.standing.metric, list(best["segment"]), by)


def newcomers(board: Leaderboard) -> None:
    """Draw how users nothing was learnt of were served, and by what."""
    metric = board.standing.metric
    users = max(cold.users for cold in board.cold.values())
    if users == 0:
        st.caption("Everybody in the test has something to learn from: no model had to serve anybody unknown.")
        return
    name = leaderboard.title(metric, board.request.k)
    st.markdown(
        f"**New users**: {formats.plural(users, 'user')} of the test had nothing to learn from. They are left out of "
        f"the leaderboard: whichever model serves the others, they are served {how_served(board.served.by)}, "
        f"{name} {formats.decimal(board.served.metrics[metric].value)} "
        f"({leaderboard_table.interval(metric, board.served.metrics[metric])}). Below it, what each model alone would "
        "have given them." + (f" Fewer than {SMALL} users are too few to act on." if users < SMALL else "")
    )
    rows = [(model, board.cold[model]) for model in board.standing.order]
    figures = [board.served.metrics, *(cold.metrics for _, cold in rows)]
    paths = [("what is served", " and ".join(board.served.by)), *((model, cold.path) for model, cold in rows)]
    tables.table(
        pd.DataFrame(
            {
                "Whose lists": ["What is served", *(f"{title_of(model)} alone" for model, _ in rows)],
                name: [formats.decimal(each[metric].value) for each in figures],
                "95% interval": [leaderboard_table.interval(metric, each[metric]) for each in figures],
                "What they get": [how_served(board.served.by), *(_PATHS[cold.path] for _, cold in rows)],
            }
        ),
        "models-new-users",
        data=pd.DataFrame(
            [
                {"model": model, "path": path, "users": users}
                | {name: one.value for name, one in each.items()}
                | {f"{name}_low": one.low for name, one in each.items()}
                | {f"{name}_high": one.high for name, one in each.items()}
                for (model, path), each in zip(paths, figures, strict=True)
            ]
        ),
    )


def _best(models: tuple[str, ...], small: bool) -> str:
    if not models:
        return "nobody to measure"
    if small:
        return "few users: do not act on it"
    titles = [title_of(model) for model in models[:_NAMED]]
    if len(models) > _NAMED:
        titles.append(f"{len(models) - _NAMED} more")
    return f"{leaderboard.STAR} {titles[0]}" if len(models) == 1 else f"≈ not told apart: {formats.listed(titles)}"
