"""An export from its request to its kept result, for the job runner and the command line alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.jobs import folder
from experiments import database
from experiments.importing.analysis import analyse_export
from experiments.importing.load import load
from experiments.importing.planned import plan_for
from experiments.importing.records import FileReport
from experiments.importing.request import Request, request_from
from experiments.plan import Plan
from experiments.results import Results

#: The name of ``task`` for the job runner.
TASK = "experiments.importing.task:task"

Report = Callable[..., None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Analysed:
    """An export, analysed.

    Attributes:
        results: what it says.
        files: what became of every row, one report a file.
    """

    results: Results
    files: tuple[FileReport, ...]


def analysed(request: Request, report: Report) -> Analysed:
    """Read and analyse the export that ``request`` names.

    Args:
        request: what is asked.
        report: told of each stage.

    Raises:
        LabError: where the files or the request cannot be.
    """
    plan = request.plan
    given = request.split
    expected = plan.variants if plan else tuple(given) if isinstance(given, Mapping) else ()
    report("Reading the export", None, None)
    imported = load(
        request.source,
        metrics=request.metrics or (plan.metrics if plan else ()),
        unit=request.unit,
        variant=request.variant,
        control=request.control or (plan.variants[0] if plan else None),
        day=request.day,
        segments=request.segments if request.segments is not None else plan.segments if plan else (),
        cluster=request.cluster if request.cluster is not None else plan.cluster if plan else None,
        planned=expected,
        columns=request.columns,
        variants=request.variants,
        measured=request.measured,
        name=request.name,
    )
    report("Analysing", None, None)
    read_under = plan_for(imported, planned=plan, **request.rules)
    results = analyse_export(imported, read_under, planned=plan, registered=_registered(plan))
    return Analysed(results=results, files=imported.files)


def key_of(request: Request) -> str:
    """Return the id of the request's result: that of its job."""
    return folder.key_of(TASK, request.to_dict())


def task(request: Mapping[str, Any], report: Report) -> Analysed:
    """Analyse an export and keep its result; for the job runner.

    Args:
        request: plain data, as ``Request.to_dict`` gives it.
        report: told of each stage.
    """
    found = analysed(request_from(request), report)
    report("Keeping the result", None, None)
    database.keep(found.results, folder.key_of(TASK, request))
    return found


def _registered(plan: Plan | None) -> datetime | None:
    """Return when ``plan`` was registered, or None where it never was."""
    if plan is None:
        return None
    known = database.registered(plan.hash)
    return None if known is None else known.registered
