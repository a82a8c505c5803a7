"""Fidelity as a job: requests are plain JSON data, datasets are named by fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import store
from engine.fidelity.fidelity import Report, fidelity
from engine.fidelity.record import Fidelity


def fidelity_task(request: Mapping[str, Any], report: Report | None = None) -> Fidelity:
    """Measure how alike simulated and held-out weeks of a stored Dataset are.

    Args:
        request: ``dataset`` (fingerprint); by choice ``seed`` (0) and ``users`` (at most 4,000).
        report: told of each stage.

    Raises:
        LabError: where the dataset is not stored, or too small.
    """
    users = request.get("users")
    return fidelity(
        store.get(request["dataset"]),
        seed=int(request.get("seed", 0)),
        users=None if users is None else int(users),
        report=report,
    )
