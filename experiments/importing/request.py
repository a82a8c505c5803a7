"""What is asked of an export: where it lies, which column is what, and what of its plan is known beforehand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from experiments.bayesian import Prior
from experiments.boundaries import Spending
from experiments.metrics import Metric
from experiments.multiplicity import Correction
from experiments.plan import Plan, Stopping
from experiments.restoring import record_from


@dataclass(frozen=True, kw_only=True)
class Request:
    """An export to analyse. What is None is as the plan says, where there is one, else guessed or usual.

    Attributes:
        source: path of the export.
        measured: path of a file of metrics, where the export holds exposures.
        digest: of the files' contents, so that another content under the same path is another request.
        name: what to call the experiment; the file's name when None.
        unit: column of the unit.
        variant: column of the variant.
        control: the variant to beat.
        day: column of the day; not read when empty.
        columns: columns of the file by the names the metrics, covariates, segments and cluster go by, where those
            differ.
        variants: variants as the plan names them by what the file calls them, where that differs.
        metrics: what was measured.
        segments: columns that group units.
        cluster: column by which it was randomised, where that is coarser than the unit; none when empty.
        split: weight of each variant, in their order or by name.
        days: planned length.
        stopping: how often it is looked at.
        looks: of a group-sequential plan.
        spending: of a group-sequential plan.
        correction: for many p-values.
        alpha: two-sided significance level.
        power: chance to find the plan's MDE.
        prior: of a bayesian plan.
        hypothesis: what was believed.
        plan: what was written down before looking.
    """

    source: str
    measured: str | None = None
    digest: str = ""
    name: str | None = None
    unit: str | None = None
    variant: str | None = None
    control: str | None = None
    day: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    variants: dict[str, str] = field(default_factory=dict)
    metrics: tuple[Metric, ...] | None = None
    segments: tuple[str, ...] | None = None
    cluster: str | None = None
    split: tuple[float, ...] | dict[str, float] | None = None
    days: int | None = None
    stopping: Stopping | None = None
    looks: int | None = None
    spending: Spending | None = None
    correction: Correction | None = None
    alpha: float | None = None
    power: float | None = None
    prior: Prior | None = None
    hypothesis: str | None = None
    plan: Plan | None = None

    @property
    def rules(self) -> dict[str, Any]:
        """Return what is asked of the plan itself, by the names of ``experiments.importing.planned.plan_for``."""
        names = (
            "split", "days", "stopping", "looks", "spending", "correction", "alpha", "power", "prior", "hypothesis",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}

    def to_dict(self) -> dict[str, Any]:
        """Return the request as plain data for ``experiments.importing.task``; what is as usual is left out."""
        given, usual = asdict(self), asdict(Request(source=""))
        return {name: value for name, value in given.items() if value != usual[name]}


def request_from(data: Mapping[str, Any]) -> Request:
    """Return the request whose ``to_dict`` is ``data``.

    Raises:
        ExperimentError: where a field is missing, unknown or of another kind.
    """
    found: Request = record_from(Request, dict(data), "request")
    return found


def digest_of(*paths: str | None) -> str:
    """Return sixteen hex digits over the contents of files; empty where one cannot be read."""
    digests = []
    for path in paths:
        if path is not None:
            try:
                with Path(path).expanduser().open("rb") as file:
                    digests.append(hashlib.file_digest(file, "sha256").hexdigest())
            except (OSError, ValueError):
                return ""
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:16]
