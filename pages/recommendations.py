"""What would one user be shown, and why?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine import jobs
from engine.control import Control, control_of
from engine.dataset import Dataset
from engine.errors import DataError
from engine.evaluation import Fitted
from engine.history import find_user, history, random_user, typical_user
from engine.jobs import folder
from engine.models import MODELS
from engine.slate import slate, slate_new
from pages.parts import chrome, deciding, formats, headline, newcomer, parameters, progress, slates, state

QUESTION = "What would this user be shown, and why?"
TASK = "engine.evaluation:fit_task"
_LISTED = 5000


def main() -> None:
    """Draw the page."""
    dataset = state.current()
    top = st.container()
    with st.container(border=True, key="asked"):
        user = _user(dataset)
        models, k, dial = _wishes(dataset)
    steer, lists = st.container(), st.container()
    if any(MODELS[model].params for model in models):  # below the lists, which are what is asked for
        st.subheader("How the models learn", anchor=False)
    params = parameters.draw(models)
    user_id = newcomer.NAME if user is None else str(dataset.users["user_id"].iloc[user])
    control = Control() if user is None else control_of(dataset.name, user_id)
    named = newcomer.named() if user is None else []
    had = newcomer.history(dataset, named) if user is None else history(dataset, user)
    requests = {
        model: {"dataset": dataset.fingerprint, "model": model, "params": params[model], "seed": 0} for model in models
    }
    keys = {model: folder.key_of(TASK, request) for model, request in requests.items()}
    states = {model: jobs.status(key) for model, key in keys.items()}
    with lists:
        progress.watch({key: f"Fitting {MODELS[model].title}" for model, key in keys.items()})
    fitted = {model: _fitted(keys[model]).fitted for model in models if states[model].state == "done"}
    if user is None:
        items = newcomer.codes(dataset, named)
        found = {model: slate_new(dataset, one, items, k=k, dial=dial) for model, one in fitted.items()}
    else:
        found = {model: slate(dataset, one, user, k=k, dial=dial, control=control) for model, one in fitted.items()}
    shown = {MODELS[model].title: one for model, one in found.items()}
    with top:
        headline.answer(slates.answer(user_id, len(had), shown, control))
        deciding.said()
        headline.figures(slates.figures(had))
    with steer:
        if user is None:
            newcomer.choose(dataset)
        else:
            deciding.draw(dataset, user_id, control, shown)
    waiting = [model for model in models if states[model].state not in ("done", "queued", "running")]
    with lists:
        if waiting:
            _offer(requests, waiting)
        slates.draw(had, shown, user_id=user_id, dial=dial)


def _user(dataset: Dataset) -> int | None:
    """Let the reader choose a user, or somebody new (None); what another dataset left behind is explained."""
    usual = typical_user(dataset)
    usual_id = str(dataset.users["user_id"].iloc[usual])
    others = (str(each) for each in dataset.users["user_id"].head(_LISTED))
    listed = [usual_id, newcomer.NAME, *(each for each in others if each != usual_id)]

    def draw_one() -> None:
        st.session_state["rec_user"] = str(dataset.users["user_id"].iloc[random_user(dataset)])

    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = st.selectbox(
            "User",
            listed,
            key="rec_user",
            bind="query-params",
            accept_new_options=True,
            help="Type to search, or to name any user of the data. Somebody new is served without training again.",
            width=260,
        )
        st.button("A random user", on_click=draw_one, icon=":material/casino:", key="rec-random")
    if asked == newcomer.NAME:
        return None
    try:
        return find_user(dataset, str(asked))
    except DataError as error:
        headline.banner("warning", f"{error} {usual_id} is shown instead.")
        return usual


def _wishes(dataset: Dataset) -> tuple[list[str], int, float]:
    """Let the reader choose models, the length of the list and the dial."""
    models = st.multiselect(
        "Models",
        list(MODELS),
        default=["popularity", "svd"],
        format_func=lambda name: MODELS[name].title,
        key="rec_models",
        bind="query-params",
        max_selections=4,
        placeholder="Choose up to four",
        help="Each is fitted on the whole log, in the background, and kept.",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        dial = st.slider(
            "From familiar to surprising",
            0.0,
            1.0,
            0.0,
            0.05,
            format="percent",
            key="rec_dial",
            bind="query-params",
            help="0% is the model's own order. Higher trades the model's score for novelty: items that fewer users "
            "have. 100% shows the most novel of the model's candidates.",
            width=320,
        )
        k = st.number_input("Items to show", 1, min(50, dataset.n_items), min(10, dataset.n_items), key="rec_k",
                            bind="query-params", width=150)  # fmt: skip
    return models, int(k), float(dial)


def _offer(requests: Mapping[str, Mapping[str, Any]], waiting: list[str]) -> None:
    def start() -> None:
        for model in waiting:
            progress.start(TASK, requests[model])

    headline.empty(
        f"{formats.listed([MODELS[model].title for model in waiting])} not fitted yet",
        "To recommend, a model first learns from the whole log: seconds for most, minutes for a few. It is kept.",
        f"Fit {formats.plural(len(waiting), 'model')}",
        start,
        key="fit",
    )


@st.cache_resource(max_entries=8, show_spinner="Opening the model")
def _fitted(key: str) -> Fitted:
    fitted: Fitted = jobs.result(key)
    return fitted


if __name__ == "__main__":
    chrome.page(QUESTION, main)
