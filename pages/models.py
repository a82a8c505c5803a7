"""Which model ranks best for these users?"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.dataset import Dataset
from engine.evaluation.accumulate import RANKING_METRICS
from engine.evaluation.leaderboard import Leaderboard
from engine.evaluation.pairwise import YARDSTICK
from pages.parts import (
    boards,
    chrome,
    differences,
    evaluations,
    formats,
    glossary,
    headline,
    leaderboard,
    leaderboard_table,
    model_audience,
    predicted_ratings,
    state,
    training,
    tuning,
    versions,
)

QUESTION = "Which model ranks best?"


def main() -> None:
    """Draw the page."""
    dataset = state.current()
    top = st.container()
    choice = training.choose(dataset)
    keys = choice.keys(dataset)
    models = boards.measured(keys)
    waiting = evaluations.startable(keys)
    evaluations.watch(keys)
    board = None
    if not models:
        with top:
            headline.answer("Nothing is trained with these settings yet.")
        if len(waiting) == len(keys):
            headline.empty(
                "Train to find out",
                f"{training.titles(keys)} learn from one part of the log and are tested on the rest, here, in the "
                "background. What was trained once is kept.",
                f"Train {formats.plural(len(keys), 'model')}",
                lambda: choice.start(dataset),
                key="train",
            )
    else:
        if waiting:
            st.button(
                f"Train {training.titles(waiting)}",
                type="primary",
                key="train-rest",
                on_click=lambda: choice.start(dataset),
            )
        if YARDSTICK in models:
            board = _measured(dataset, choice, {model: keys[model] for model in models}, top)
        else:
            with top:
                headline.answer("Popularity, which all models are held against, is not measured yet.")
    tuning.draw(dataset, choice, board)


def _measured(dataset: Dataset, choice: training.Choice, keys: Mapping[str, str], top: DeltaGenerator) -> Leaderboard:
    """Draw what is measured: the answer and its proof into ``top``, above the choice of models; the detail here.

    Args:
        dataset: the log.
        choice: what was asked for.
        keys: the finished job of each model.
        top: the head of the page.
    """
    # What is asked for within a section is drawn there, and known before the board is made.
    detail, audience = st.container(), st.container()
    answer = top.container()
    with top:
        metric = _rank_by()
    with audience:
        st.subheader("For whom", anchor=False)
        by = model_audience.choose(dataset)
    board = boards.gather(dataset, choice.asked(list(keys), metric=metric, by=by), keys)
    with answer:
        headline.answer(board.standing.sentence)
        _figures(board)
    with top:
        if board.warning:
            headline.banner("warning", board.warning)
        leaderboard.ranking_chart(board)
        _method(board)
    with detail:
        _detail(board)
    with audience:
        model_audience.segments(board)
        model_audience.newcomers(board)
    predicted_ratings.draw(board)
    return board


def _rank_by() -> str:
    """Ask for the metric that ranks."""
    return st.selectbox(
        "Rank by",
        RANKING_METRICS,
        index=RANKING_METRICS.index("ndcg"),
        format_func=glossary.title,
        key="models_by",
        bind="query-params",
        help="\n\n".join(f"**{glossary.title(name)}**: {glossary.TERMS[name].meaning}" for name in RANKING_METRICS),
        width=180,
    )


def _figures(board: Leaderboard) -> None:
    first = leaderboard.ordered(board)[0]
    yardstick = next(row.evaluation for row in board.rows if row.evaluation.model == YARDSTICK)
    metric, name = board.standing.metric, leaderboard.title(board.standing.metric, first.k)
    headline.figures(
        [
            (f"{name}, {first.title}", formats.decimal(first.metrics[metric].value)),
            (f"{yardstick.title}’s", formats.decimal(yardstick.metrics[metric].value)),
            ("coverage", formats.share(first.metrics["coverage"].value)),
            ("fit_seconds", formats.seconds(first.fit_seconds)),
            ("latency_p99_ms", formats.milliseconds(first.latency_p99_ms)),
        ]
    )
    st.caption(
        f"95% intervals of {name}: {first.title} {leaderboard_table.interval(metric, first.metrics[metric])}, "
        f"{yardstick.title} {leaderboard_table.interval(metric, yardstick.metrics[metric])}. "
        f"Coverage, fit time and latency are {first.title}’s."
    )


def _detail(board: Leaderboard) -> None:
    """Draw which differences hold, every figure, and what accuracy costs in diversity."""
    versions.draw(board)
    st.subheader("Leaderboard", anchor=False)
    leaderboard_table.draw(board)
    st.download_button(
        "Download JSON",
        data=lambda: boards.as_json(board),
        file_name="leaderboard.json",
        mime="application/json",
        key="models-json",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        help="Everything on this page with what was asked for: `python -m engine evaluate DATA --from "
        "leaderboard.json` computes it again and says whether any figure differs.",
    )
    differences.draw(board)
    st.subheader("Accuracy against diversity", anchor=False)
    st.caption("Up and to the right is better on both. What is most accurate is often least diverse.")
    leaderboard.scatter(board)


def _method(board: Leaderboard) -> None:
    first = leaderboard.ordered(board)[0]
    left_out = []
    if first.users_cold:
        left_out.append(f"{formats.plural(first.users_cold, 'user')} had nothing to learn from")
    if first.users_nothing_to_find:
        left_out.append(f"{formats.plural(first.users_nothing_to_find, 'user')} had nothing new to find in the test")
    repeated = [row for row in board.rows if len(row.seeds) > 1]
    st.caption(
        f"{leaderboard.STAR} best, or not told apart from the first. {board.split.sentence} Measured on "
        f"{formats.plural(board.standing.users, 'user')}"
        + (f"; {' and '.join(left_out)}" if left_out else "")
        + ". Intervals are 95% bootstrap intervals over users. Better, worse and best come from paired tests of the "
        "differences within each user, corrected for the number of comparisons."
        + (
            f" {formats.listed([row.evaluation.title for row in repeated])}: means over "
            f"{formats.plural(board.request.seeds, 'seed')}."
            if repeated
            else ""
        )
    )


if __name__ == "__main__":
    chrome.page(QUESTION, main)
