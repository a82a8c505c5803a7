"""A calibration study from its request to its record, for the job runner, the page and the command line alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from engine import store
from engine.dataset import Dataset
from engine.errors import ExperimentError, unknown
from engine.jobs import folder
from experiments.calibration.population import population
from experiments.calibration.record import Calibration
from experiments.calibration.sources import Source, fitting, from_export, from_simulator, from_users
from experiments.calibration.study import Report, calibrate
from experiments.plan import Plan
from experiments.provenance import versions
from experiments.restoring import plan_from
from experiments.results import Meta
from experiments.runs import silent

#: The name of ``task`` for the job runner.
TASK = "experiments.calibration.task:task"

KINDS = ("export", "users", "simulator")
#: Replications of a ``glimpse``.
FEW = 400


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a study.

    Attributes:
        kind: where the units come from: ``export``, ``users`` (of a log) or ``simulator``.
        plan: its metrics, split, levels and stopping rule.
        file: path of an export.
        digest: of the file's contents, so that another content under the same path is another request.
        dataset: fingerprint of the stored Dataset, for users and simulator.
        reading: how the export is read: arguments of ``sources.from_export``.
        world: how the simulator runs: arguments of ``sources.from_simulator``.
        uplift: true relative uplift put into the treatments.
        replications: random re-assignments.
        looks: looks at the experiment, at most.
        exact: whether the split's counts are held to the unit.
        seed: the same seed gives the same numbers.
    """

    kind: str
    plan: Plan
    file: str | None = None
    digest: str = ""
    dataset: str | None = None
    reading: Mapping[str, Any] = field(default_factory=dict)
    world: Mapping[str, Any] = field(default_factory=dict)
    uplift: float = 0.03
    replications: int = 10_000
    looks: int = 14
    exact: bool = False
    seed: int = 1

    def to_dict(self) -> dict[str, Any]:
        """Return the request as plain data for ``task``."""
        return asdict(self) | {"plan": self.plan.to_dict()}


def key_of(request: Request) -> str:
    """Return the id of the request's result: that of its job."""
    return folder.key_of(TASK, request.to_dict())


def task(request: Mapping[str, Any], report: Report) -> Calibration:
    """Run a study; for the job runner.

    Args:
        request: plain data, as ``Request.to_dict`` gives it.
        report: told of each stage and of the replications done.
    """
    given = dict(request)
    return conduct(Request(**given | {"plan": plan_from(given["plan"])}), report)


def glimpse(request: Request, source: Source) -> Calibration:
    """Return a study of ``FEW`` replications of the primary metric alone: a first look, within a second.

    Args:
        request: what is asked.
        source: as ``source_of`` the request gives it.

    Raises:
        LabError: as ``conduct``.
    """
    plan = replace(request.plan, metrics=(request.plan.primary,))
    few = replace(request, plan=plan, replications=min(FEW, request.replications))
    return conduct(few, silent, source=source)


def conduct(request: Request, report: Report, *, source: Source | None = None) -> Calibration:
    """Try the plan of ``request`` on the units it names.

    Args:
        request: what is asked.
        report: told of each stage and of the replications done.
        source: of the units, where it is at hand; otherwise it is read.

    Raises:
        LabError: where the source or the request cannot be.
    """
    source = source or source_of(request, report)
    plan, left_out = fitting(request.plan, source)
    report("Counting what each unit had done by each look", None, None)
    units = population(source.log, plan.metrics, looks=request.looks)
    meta = Meta(
        dataset=source.name,
        fingerprint=source.fingerprint,
        rows=source.rows,
        simulated=source.simulated,
        units=units.n_units,
        days=source.log.n_days,
        seed=request.seed,
        computed=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=versions(),
        settings={**source.settings, "looks": request.looks, "exact": request.exact},
    )
    return calibrate(
        units,
        plan,
        meta,
        uplift=request.uplift,
        replications=request.replications,
        exact=request.exact,
        notes=(*source.notes, *left_out),
        report=report,
    )


def source_of(request: Request, report: Report, *, dataset: Dataset | None = None) -> Source:
    """Read the units that ``request`` names.

    Args:
        request: what is asked; of its plan only the metrics and days matter.
        report: told of each stage.
        dataset: the one that is meant, where it is at hand; otherwise the stored one.

    Raises:
        LabError: where the source cannot be.
    """
    if request.kind not in KINDS:
        raise ExperimentError(unknown("Source of units", request.kind, KINDS))
    if request.kind == "export":
        if request.file is None:
            raise ExperimentError("No file was given; a study on an export needs one.")
        report("Reading the export", None, None)
        return from_export(request.file, request.plan.metrics, **request.reading)
    if dataset is None and request.dataset is None:
        raise ExperimentError("No dataset was given; a study on users needs one.")
    opened = dataset or store.get(str(request.dataset))
    if request.kind == "users":
        report("Reading the log", None, None)
        return from_users(opened, request.plan.days)
    return from_simulator(opened, days=request.plan.days, seed=request.seed, report=report, **request.world)
