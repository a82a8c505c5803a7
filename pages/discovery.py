"""Do recommendations open the catalogue up, or close it?"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from engine import jobs
from engine.dataset import Dataset
from engine.discovery.health import MEASURES, Exposure, Health
from engine.jobs import folder
from engine.models import MODELS
from pages.parts import bubble, chrome, evaluations, exposure, formats, glossary, headline, progress, state

QUESTION = "Do recommendations open up the catalogue, or close it?"
TASK = "engine.discovery.tasks:health_task"


def main() -> None:
    """Draw the page."""
    dataset = state.current()
    top = st.container()
    models = st.multiselect(
        "Models",
        [name for name in MODELS if name != exposure.POPULARITY.lower()],
        default=["svd", "random"],
        format_func=lambda name: MODELS[name].title,
        key="discovery_models",
        bind="query-params",
        help="Popularity and what users chose themselves are always beside them.",
    )
    keys = evaluations.keys(dataset, models)
    evaluations.watch(keys)
    missing = evaluations.startable(keys)
    measured = _measured(keys)
    with top:
        _answer(measured)
    if not models:
        st.info("Choose a model above to measure it.", icon=":material/info:")
    if missing:
        headline.empty(
            "Not measured yet",
            f"{', '.join(MODELS[name].title for name in missing)}: trained on {_part(dataset)} of the log, as on the "
            "Models page; what is trained there is reused here.",
            f"Measure {formats.plural(len(missing), 'model')}",
            lambda: evaluations.start(dataset, missing),
            key="discovery-measure",
        )
    if measured:
        _health(measured)
    bubble.draw(dataset)


def _part(dataset: Dataset) -> str:
    return "the earlier part" if dataset.has_time else "a random part"


def _measured(keys: Mapping[str, str]) -> dict[str, Health]:
    """Return the health of each evaluated model by its title; measuring takes a moment in a child process."""
    asked = {MODELS[name].title: {"evaluation": keys[name]} for name in evaluations.done(keys)}
    found = {title: folder.key_of(TASK, request) for title, request in asked.items()}
    for title, key in found.items():
        if jobs.status(key).state == "unknown":
            progress.start(TASK, asked[title])
    progress.watch({key: f"Discovery health of {title}" for title, key in found.items()})
    return {title: _load(key) for title, key in found.items() if jobs.status(key).state == "done"}


def _answer(measured: Mapping[str, Health]) -> None:
    if not measured:
        headline.answer("No model is measured on this log yet.")
        return
    arms = exposure.arms(measured)
    own = arms[exposure.HISTORY]
    # Yardsticks are no answer, unless nothing else is measured.
    yardsticks = (exposure.HISTORY, exposure.POPULARITY, MODELS["random"].title)
    models = [title for title in arms if title not in yardsticks] or [exposure.POPULARITY]
    by_share = sorted(models, key=lambda title: -arms[title].top_tenth)
    most, least = by_share[0], by_share[-1]
    also = f", {formats.share(arms[least].top_tenth, 0)} under {least}" if least != most else ""
    headline.answer(
        f"{exposure.verdict({title: arms[title] for title in models}, own)}: 10% of items get "
        f"{formats.share(arms[most].top_tenth, 0)} of exposure under {most}{also}; where users choose for themselves "
        f"they get {formats.share(own.top_tenth, 0)}.",
    )
    headline.figures([(title, formats.share(each.top_tenth, 0)) for title, each in arms.items()])
    st.caption("Share of exposure that the most shown tenth of the catalogue gets.")


def _health(measured: Mapping[str, Health]) -> None:
    arms: Mapping[str, Exposure] = exposure.arms(measured)
    st.subheader("How is exposure spread over the catalogue?", anchor=False)
    st.write("The further a curve sags below the dotted line, the fewer items get shown.")
    exposure.lorenz(arms)
    for each in measured.values():
        st.caption(each.sentence)
    st.subheader("Every measure, beside users' own choices and popularity", anchor=False)
    measure = st.selectbox(
        "Measure",
        MEASURES,
        format_func=glossary.title,
        key="discovery_measure",
        bind="query-params",
        width=320,
    )
    st.markdown(glossary.tip(measure))
    exposure.one_measure(arms, measure)
    exposure.table(arms)
    first = next(iter(measured.values()))
    st.caption(
        f"Lists of {first.k} for {formats.plural(first.users, 'user')} who have something to learn from; "
        f"users' own choices are the last {first.k} items they had. Intervals are 95% bootstrap intervals over users."
    )


@st.cache_resource(max_entries=64, show_spinner="Opening the result")
def _load(key: str) -> Health:
    health: Health = jobs.result(key)
    return health


if __name__ == "__main__":
    chrome.page(QUESTION, main)
