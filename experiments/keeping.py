"""Keeping a simulated experiment: held against its registered plan, then written down whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.jobs import folder
from experiments import database, individual_files
from experiments.adherence import adherence
from experiments.results import Results

#: The name of ``experiments.simulate.task`` for the job runner; part of the key of what it keeps.
TASK = "experiments.simulate:task"


def keep_simulated(results: Results, request: Mapping[str, Any]) -> tuple[str, Results]:
    """Keep ``results`` under the key of ``request``, and return that key and what was kept.

    Where the plan was registered, the results say so, and whether it was followed.

    Args:
        results: of a simulation.
        request: what was asked, as ``experiments.simulate.task`` takes it.

    Raises:
        LabError: where the database cannot be used.
    """
    plan, meta = results.plan, results.meta
    known = database.registered(plan.hash)
    if known is not None:
        held = adherence(plan, plan, registered=known.registered, days_run=meta.days, units=meta.units)
        results = replace(results, adherence=held)
    key = folder.key_of(TASK, request)
    if results.units is not None:
        individual_files.keep(results.units, key)
    database.keep(results, key)
    return key, results


def forget(key: str) -> None:
    """Delete what is kept under ``key``, and every unit's own effects.

    Raises:
        LabError: where ``key`` is no key, or the database cannot be used.
    """
    database.forget(key)
    individual_files.forget(key)
