"""The leaderboard that finished evaluations add up to, gathered once and shared by all visitors."""

from __future__ import annotations

import json
from collections.abc import Mapping

import streamlit as st

from engine import jobs
from engine.dataset import Dataset
from engine.evaluation import Evaluation
from engine.evaluation.leaderboard import Leaderboard, gathered
from engine.evaluation.repeat import Repeated, once
from engine.evaluation.request import Request
from pages.parts import groupings, provenance, state


def measured(keys: Mapping[str, str]) -> list[str]:
    """Return the models whose evaluation, with one seed or several, is finished."""
    models = [model for model, key in keys.items() if jobs.status(key).state == "done"]
    for model in models:
        for seed in _row(keys[model]).seeds:
            provenance.used(keys[model], seed)
    return models


def gather(dataset: Dataset, request: Request, keys: Mapping[str, str]) -> Leaderboard:
    """Return the leaderboard of finished evaluations.

    Args:
        dataset: the log.
        request: what was asked for.
        keys: the finished job of each of its models.
    """
    return _gather(tuple(keys[model] for model in request.models), request.metric, request.by, dataset, request)


def as_json(board: Leaderboard) -> bytes:
    """Return what ``evaluate --json`` prints of the leaderboard, so that ``evaluate --from`` computes it again."""
    found = board.to_dict()
    if board.dataset["fingerprint"] == state.sample():
        found["data"] = {"data": "sample"}
    return json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False).encode()


@st.cache_resource(max_entries=16, show_spinner="Comparing the models")
def _gather(
    keys: tuple[str, ...],
    metric: str,  # noqa: ARG001 - part of the key
    by: str | None,
    _dataset: Dataset,
    _request: Request,
) -> Leaderboard:
    segmentation = groupings.segmentation(_dataset.fingerprint) if by else None
    return gathered(_dataset, _request, [_row(key) for key in keys], segmentation=segmentation)


@st.cache_resource(max_entries=32, show_spinner="Opening the result")
def _row(key: str) -> Repeated:
    found: Evaluation | Repeated = jobs.result(key)
    return found if isinstance(found, Repeated) else once(found)
