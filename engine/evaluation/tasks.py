"""Evaluating and fitting as jobs: requests are plain JSON data, datasets are named by fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any

from engine import jobs, store
from engine.errors import ModelError, unknown
from engine.evaluation.measure import Report, evaluate
from engine.evaluation.record import Evaluation, Fitted
from engine.evaluation.repeat import Repeated, repeated
from engine.jobs import folder
from engine.models import MODELS, make_model
from engine.splitting import split


def task(request: Mapping[str, Any], report: Report | None = None) -> Evaluation:
    """Evaluate a model on a stored Dataset.

    Args:
        request: ``dataset`` (fingerprint), ``model``; by choice ``split`` (arguments of ``splitting.split``,
            for instance ``{"how": "random", "test_share": 0.2}``), ``params``, ``k`` (10) and ``seed`` (0).
        report: told the stage.

    Raises:
        LabError: whatever of the request cannot be.
    """
    dataset = store.get(request["dataset"])
    return evaluate(
        dataset,
        split(dataset, **request.get("split", {})),
        request["model"],
        request.get("params"),
        k=request.get("k", 10),
        seed=request.get("seed", 0),
        report=report,
    )


def repeat_task(request: Mapping[str, Any], report: Report | None = None) -> Repeated:
    """Evaluate a model on a stored Dataset with several seeds.

    Args:
        request: that of ``task``, whose seed is the first, and ``seeds``. What ``task`` has measured before with
            one of the seeds is not measured again.
        report: told the stage.

    Raises:
        LabError: whatever of the request cannot be.
    """
    alone = {name: value for name, value in request.items() if name != "seeds"}
    first = request.get("seed", 0)

    def measured(seed: int, told: Report | None) -> Evaluation:
        key = folder.key_of("engine.evaluation:task", alone | {"seed": seed})
        if folder.result_path(key).exists():
            kept: Evaluation = jobs.result(key)
            return kept
        # The split stays that of the first seed: models are compared over the same users.
        return task(alone | {"seed": seed}, told)

    return repeated(measured, seed=first, seeds=request["seeds"], report=report)


def fit_task(request: Mapping[str, Any], report: Report | None = None) -> Fitted:
    """Fit a model on every row of a stored Dataset.

    Args:
        request: ``dataset`` (fingerprint), ``model``; by choice ``params`` and ``seed`` (0).
        report: told the stage.

    Raises:
        LabError: whatever of the request cannot be.
    """
    dataset = store.get(request["dataset"])
    name, params, seed = request["model"], request.get("params"), request.get("seed", 0)
    if name not in MODELS:
        raise ModelError(unknown("Model", name, MODELS))
    info = MODELS[name]
    if report is not None:
        report(f"Fitting {info.title}", None, None)
    model = make_model(name, params, seed)
    began = perf_counter()
    model.fit(dataset.preferences)
    return Fitted(
        model=name,
        title=info.title,
        params=dict(params or {}),
        fitted=model,
        fit_seconds=perf_counter() - began,
        seed=seed,
        fingerprint=dataset.fingerprint,
    )
