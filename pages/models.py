"""Which model ranks best for these users?"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from engine.dataset import Dataset
from engine.evaluation import Evaluation
from engine.evaluation.accumulate import RANKING_METRICS
from engine.evaluation.comparison import Comparison, compare
from pages.parts import chrome, evaluations, formats, glossary, headline, leaderboard, state, training

QUESTION = "Which model ranks best?"


def main() -> None:
    """Draw the page."""
    dataset = state.current()
    top = st.container()
    choice = training.choose(dataset)
    keys = choice.keys(dataset)
    board = evaluations.done(keys)
    waiting = evaluations.startable(keys)
    evaluations.watch(keys)
    if not board:
        with top:
            headline.ask(QUESTION, "Nothing is trained with these settings yet.")
        if len(waiting) == len(keys):
            headline.empty(
                "Train to find out",
                f"{training.titles(keys)} learn from one part of the log and are tested on the rest, here, in the "
                "background. What was trained once is kept.",
                f"Train {formats.plural(len(keys), 'model')}",
                lambda: choice.start(dataset),
                key="train",
            )
        return
    if waiting:
        st.button(
            f"Train {training.titles(waiting)}",
            type="primary",
            key="train-rest",
            on_click=lambda: choice.start(dataset),
        )
    _warn(dataset, choice.split["how"])
    if training.REFERENCES[0] not in board:
        with top:
            headline.ask(QUESTION, "Popularity, which all models are held against, is not measured yet.")
        return
    metric = st.selectbox(
        "Rank by",
        RANKING_METRICS,
        index=RANKING_METRICS.index("ndcg"),
        format_func=glossary.title,
        key="models_by",
        bind="query-params",
        help="\n\n".join(f"**{glossary.title(name)}**: {glossary.TERMS[name].meaning}" for name in RANKING_METRICS),
        width=180,
    )
    found = _compare(tuple(keys[name] for name in board), metric)
    with top:
        headline.ask(QUESTION, leaderboard.answer(board, found))
        _figures(board, found)
    leaderboard.ranking_chart(board, found)
    _method(board, found)
    st.subheader("Leaderboard", anchor=False)
    leaderboard.table(board, found)
    for reason in leaderboard.reasons(board):
        st.caption(reason)
    st.subheader("Accuracy against diversity", anchor=False)
    st.caption("Up and to the right is better on both. What is most accurate is often least diverse.")
    leaderboard.scatter(board, found)


@st.cache_resource(max_entries=32, show_spinner="Comparing")
def _compare(keys: tuple[str, ...], metric: str) -> Comparison:
    return compare([evaluations.load(key) for key in keys], metric)


def _figures(board: Mapping[str, Evaluation], found: Comparison) -> None:
    best, reference = board[found.best], board[found.reference]
    headline.figures(
        [
            (f"{leaderboard.title(found.metric, best.k)}, best", formats.decimal(best.metrics[found.metric].value)),
            (f"{reference.title}’s", formats.decimal(reference.metrics[found.metric].value)),
            ("coverage", formats.share(best.metrics["coverage"].value)),
            ("fit_seconds", formats.seconds(best.fit_seconds)),
            ("latency_p99_ms", formats.milliseconds(best.latency_p99_ms)),
        ]
    )
    st.caption(f"Coverage, fit time and latency are {best.title}’s.")


def _warn(dataset: Dataset, how: str) -> None:
    """Say when a split lets models learn from the future."""
    if not dataset.has_time:
        headline.banner("info", "This log has no times, so it can only be split at random within each user.")
    elif how == "random":
        headline.banner(
            "warning",
            "A random split leaks the future: models learn from days after those they are tested on, so these "
            "figures are better than live ones would be. Use it to compare with published results.",
        )
    elif how == "leave-last":
        headline.banner(
            "info",
            "Each user's last row is the test, whenever it was: models learn from what other users did later.",
        )


def _method(board: Mapping[str, Evaluation], found: Comparison) -> None:
    best = board[found.best]
    left_out = []
    if best.users_cold:
        left_out.append(f"{formats.plural(best.users_cold, 'user')} had nothing to learn from")
    if best.users_nothing_to_find:
        left_out.append(f"{formats.plural(best.users_nothing_to_find, 'user')} had nothing new to find in the test")
    st.caption(
        f"{best.split.sentence} Measured on {formats.plural(found.users, 'user')}"
        + (f"; {' and '.join(left_out)}" if left_out else "")
        + ". Intervals are 95% bootstrap intervals over users. Better and worse come from the difference within "
        "each user, which can be clear even where two models' own intervals overlap; the intervals of the "
        "differences are wider the more models are compared, so that together they hold at 95%."
    )


if __name__ == "__main__":
    chrome.page(main)
