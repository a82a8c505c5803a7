"""Discovery health as a job: it reads a finished evaluation, so nothing is trained twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import jobs, store
from engine.discovery.health import Health, health
from engine.evaluation.measure import Report


def health_task(request: Mapping[str, Any], report: Report | None = None) -> Health:
    """Measure the discovery health of an evaluated model.

    Args:
        request: ``evaluation``, the key of a finished job ``engine.evaluation:task``.
        report: told the stage.

    Raises:
        LabError: where the evaluation is not finished, or its dataset is no longer stored.
    """
    evaluation = jobs.result(request["evaluation"])
    return health(
        store.get(evaluation.fingerprint),
        evaluation.split,
        evaluation.ranking,
        title=evaluation.title,
        seed=evaluation.seed,
        report=report,
    )
