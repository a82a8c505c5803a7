"""Tuning as a job: stopped at once by Cancel, and what was tried is kept and gone on with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import store
from engine.evaluation.measure import Report
from engine.splitting import split
from engine.tuning.journal import place
from engine.tuning.record import Tuned
from engine.tuning.tune import tune


def task(request: Mapping[str, Any], report: Report | None = None) -> Tuned:
    """Tune a model on a stored Dataset.

    Args:
        request: ``dataset`` (fingerprint), ``model``; by choice ``split`` (arguments of ``splitting.split``),
            ``params`` (that stay), ``trials`` (20), ``metric`` (``ndcg``), ``k`` (10) and ``seed`` (0).
        report: told which trial is running and the best so far.

    Raises:
        LabError: whatever of the request cannot be.
    """
    dataset = store.get(request["dataset"])
    return tune(
        dataset,
        split(dataset, **request.get("split", {})),
        request["model"],
        request.get("params"),
        trials=request.get("trials", 20),
        metric=request.get("metric", "ndcg"),
        k=request.get("k", 10),
        seed=request.get("seed", 0),
        journal=place(request),
        report=report,
    )
