"""Tuning on demand: a search for better parameters of one chosen model, seen live, cancelled, gone on with, used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine import jobs, tuning
from engine.dataset import Dataset
from engine.evaluation.leaderboard import Leaderboard
from engine.evaluation.versions import model_of, untuned
from engine.jobs import folder
from engine.models import MODELS, check_params
from engine.tuning import Range, Tuned
from pages.parts import focus, formats, glossary, progress, provenance, training, trials, versions

TASK = "engine.tuning:task"

_ABOUT = (
    "Optuna proposes parameters, and each proposal is measured on **validation rows**, which lie within the rows to "
    "learn from. The test rows, which the leaderboard measures on, are never looked at. A model that passes over the "
    "data many times is given up after a quarter of its passes where that is worse than usual."
)


def draw(dataset: Dataset, choice: training.Choice, board: Leaderboard | None) -> None:
    """Draw the section: what to tune, the search while it runs, and what it found, to be used.

    Args:
        dataset: the log.
        choice: the models chosen above, with split, k and seed.
        board: what is measured of them; None where nothing is.
    """
    st.subheader("Tune a model", anchor=False)
    models = [
        model
        for model in choice.params
        if model == model_of(model) and _space(dataset.fingerprint, model, "ndcg", dataset)
    ]
    if not models:
        st.caption("None of the models chosen above has parameters to tune.")
        return
    st.caption(_ABOUT)
    with st.container(border=True, key="tuning"):
        request = _ask(dataset, choice, models)
        if request is None:
            st.caption("Choose at least one parameter to search for.")
            return
        key = folder.key_of(TASK, request)
        now = jobs.status(key)
        if now.active or now.state == "failed":
            progress.watch({key: "Search"})
        if now.active:
            _live(request, key)
            return
        if now.state == "done":
            found = _result(key)
            provenance.used(key, found.seed)
        else:
            _start(request, kept := tuning.so_far(request))
            if kept is None:
                return
            found = kept
        _show(found, "Best trial")
        _use(found, choice, board)


def _ask(dataset: Dataset, choice: training.Choice, models: list[str]) -> dict[str, Any] | None:
    """Ask what to tune and return the request, or None where nothing is to be searched for."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        focus.settle("tune_model", models)
        model = str(
            st.selectbox(
                "Model to tune",
                models,
                format_func=lambda name: MODELS[name].title,
                key="tune_model",
                bind="query-params",
                width=220,
            )
            or models[0]
        )
        metrics = [
            name for name in tuning.metrics_of(dataset, model) if _space(dataset.fingerprint, model, name, dataset)
        ]
        focus.settle("tune_by", metrics)
        metric = str(
            st.selectbox(
                "Make best",
                metrics,
                index=metrics.index("ndcg"),
                format_func=glossary.title,
                key="tune_by",
                bind="query-params",
                help="What the search makes as high as it can; RMSE, for models that predict ratings, as low.",
                width=160,
            )
            or "ndcg"
        )
        count = st.number_input(
            "Trials",
            1,
            500,
            20,
            key="tune_trials",
            bind="query-params",
            help="Each trains the model once more. The search ends earlier when nothing better has come for long, "
            "and more trials go on from those there are.",
            width=130,
        )
    space = _space(dataset.fingerprint, model, metric, dataset)
    names = [each.name for each in space]
    wanted = st.multiselect(
        "Search for",
        names,
        default=names,
        key=f"tune.{model}.{metric}",
        bind="query-params",
        format_func=lambda name: name.replace("_", " "),
        help="Parameters left out stay as they are set above.",
    )
    st.caption(" · ".join(_range(each) for each in space if each.name in wanted))
    if not wanted:
        return None
    own = choice.params[model]
    left_out = [param for param in MODELS[model].params if param.name in names and param.name not in wanted]
    fixed = {param.name: own.get(param.name, param.default) for param in left_out}
    fixed |= {name: value for name, value in own.items() if name not in names}
    return {
        "dataset": dataset.fingerprint,
        "model": model,
        "params": fixed,
        "split": dict(choice.split),
        "trials": int(count),
        "metric": metric,
        "k": choice.k,
        "seed": choice.seed,
    }


def _start(request: Mapping[str, Any], found: Tuned | None) -> None:
    """Offer to begin, or to go on with what was tried."""
    label = f"Tune {MODELS[request['model']].title}"
    if found is not None:
        if found.ended == "early" or len(found.trials) >= request["trials"]:
            return
        label = "Go on"
        st.markdown(
            f"**{formats.plural(len(found.trials), 'trial')} of {request['trials']} were made.** What was tried is "
            "kept, and going on continues from there."
        )
    # A callback runs before the page does, so a click survives when something else interrupts the page.
    st.button(label, type="primary", key="tune", on_click=_submit, args=(request,))


def _submit(request: Mapping[str, Any]) -> None:
    progress.start(TASK, request)


@st.fragment(run_every=1.0)
def _live(request: Mapping[str, Any], key: str) -> None:
    """Show the trials that have ended, while the others are made."""
    found = tuning.so_far(request)
    if not jobs.status(key).active:
        return
    if found is None:
        st.caption("The first trial, with the defaults, is being made.")
        return
    _show(found, "Best trial so far")


def _show(found: Tuned, best: str) -> None:
    st.markdown(f"**{found.sentence}**")
    if found.best is not None:
        st.markdown(f"{best}, number {found.best.number + 1}: {trials.told(found)}.")
    trials.chart(found)
    trials.table(found)


def _use(found: Tuned, choice: training.Choice, board: Leaderboard | None) -> None:
    """Offer to put the best trial's parameters into the reader's own choice of models."""
    if found.best is None:
        return
    title = MODELS[found.model].title
    in_use = check_params(found.model, found.params) == check_params(found.model, choice.params[found.model])
    if in_use:
        gained = versions.gained(board, found.model)
        st.markdown(
            f":material/check: {title} has these parameters. The leaderboard measures it with them"
            f"{', beside its defaults,' if untuned(found.model, {}) in choice.params else ''} on the **test rows, "
            f"which the search never saw**. {gained}"
        )
        return
    st.button(
        "Use these parameters",
        key="tune-use",
        on_click=_take_over,
        args=(choice, found),
        help=f"Puts them into {training.OWN}, beside the other models chosen.",
    )
    st.caption(
        f"They go into *{training.OWN}*, where {title} can be trained with them and with its defaults. The leaderboard "
        "then tests what they gain on the test rows, which the search never saw."
    )


def _take_over(choice: training.Choice, found: Tuned) -> None:
    chosen = {model: params for model, params in choice.params.items() if model == model_of(model)}
    training.choose_own({**chosen, found.model: found.params}, beside=found.model)


def _range(each: Range) -> str:
    only = ""
    if each.only_where is not None:
        name, value = each.only_where
        only = f", where {name.replace('_', ' ')} is {trials.value(value)}"
    default = "empty" if each.default is None else trials.value(each.default)
    return f"**{each.name.replace('_', ' ')}** {each.words}{only} (default {default})"


@st.cache_resource(max_entries=256, show_spinner=False)
def _space(fingerprint: str, model: str, metric: str, _dataset: Dataset) -> tuple[Range, ...]:  # noqa: ARG001 - the key
    return tuning.searched(_dataset, model, metric=metric)


@st.cache_resource(max_entries=32, show_spinner="Opening the result")
def _result(key: str) -> Tuned:
    found: Tuned = jobs.result(key)
    return found
