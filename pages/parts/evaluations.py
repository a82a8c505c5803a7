"""Evaluations that pages share: one request for the same question, so that no page trains what another has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from engine import jobs
from engine.dataset import Dataset
from engine.evaluation import Evaluation
from engine.evaluation.versions import title_of
from engine.jobs import folder
from pages.parts import progress, provenance

TASK = "engine.evaluation:task"
REPEAT_TASK = "engine.evaluation:repeat_task"


def usual_split(dataset: Dataset) -> dict[str, Any]:
    """Return the split a page asks for unless the reader chose another: by time where the log has times."""
    return {"how": "temporal" if dataset.has_time else "random"}


def request(
    dataset: Dataset,
    model: str,
    *,
    params: Mapping[str, Any] | None = None,
    split: Mapping[str, Any] | None = None,
    k: int = 10,
    seed: int = 0,
) -> dict[str, Any]:
    """Return the one request that asks this question; equal questions are equal requests, thus one job."""
    return {
        "dataset": dataset.fingerprint,
        "model": model,
        "params": dict(params or {}),
        "split": dict(split or usual_split(dataset)),
        "k": k,
        "seed": seed,
    }


def keys(dataset: Dataset, models: Iterable[str], **asked: Any) -> dict[str, str]:
    """Return each model's job key, whether or not the job was ever started."""
    return {model: folder.key_of(TASK, request(dataset, model, **asked)) for model in models}


def start(dataset: Dataset, models: Iterable[str], **asked: Any) -> None:
    """Evaluate those of ``models`` that are not evaluated yet, each in a child process."""
    for model in models:
        progress.start(TASK, request(dataset, model, **asked))


def done(jobs_by_model: Mapping[str, str]) -> dict[str, Evaluation]:
    """Return the evaluations that are finished, by model."""
    found = {model: load(key) for model, key in jobs_by_model.items() if jobs.status(key).state == "done"}
    for model, evaluation in found.items():
        provenance.used(jobs_by_model[model], evaluation.seed)
    return found


def startable(jobs_by_model: Mapping[str, str]) -> list[str]:
    """Return the models whose evaluation is neither finished nor on its way."""
    return [
        model for model, key in jobs_by_model.items() if jobs.status(key).state not in ("done", "queued", "running")
    ]


def watch(jobs_by_model: Mapping[str, str]) -> None:
    """Show what is still being evaluated."""
    progress.watch({key: title_of(model) for model, key in jobs_by_model.items()})


@st.cache_resource(max_entries=32, show_spinner="Opening the result")
def load(key: str) -> Evaluation:
    """Return the finished evaluation ``key``; shared by all visitors and never written into."""
    evaluation: Evaluation = jobs.result(key)
    return evaluation
