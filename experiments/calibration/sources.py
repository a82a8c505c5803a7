"""Where units come from: an experiment's export, the users of a log, or simulated users under one policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from engine.dataset import Dataset
from engine.errors import ExperimentError
from engine.policies import make_policy
from engine.world import fit_world, run
from experiments.activity import QUANTITIES, activity
from experiments.calibration.study import Report
from experiments.earlier import BEFORE, done_before
from experiments.importing import load
from experiments.importing.load import Given
from experiments.log import Log
from experiments.metrics import Metric
from experiments.moments import Floats
from experiments.plan import Plan
from experiments.wording import count, listed

_SEEDS = 2**32
_MOST_UNITS = 5_000_000  # users times windows of a log
_COUNTED = tuple(name for name in QUANTITIES if name != "purchased")
_EVER = {"purchased": "purchases"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """Units whose variants do not matter, for they are assigned anew.

    Attributes:
        log: what each did on each day.
        name: what it is called.
        fingerprint: of its contents.
        rows: rows it was read from.
        simulated: whether the units are simulated users.
        held: quantities that the source really has; None for all of its log's.
        notes: what the reader must know of it.
        settings: how it was made, as plain data.
    """

    log: Log
    name: str
    fingerprint: str
    rows: int
    simulated: bool = False
    held: frozenset[str] | None = None
    notes: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


def from_export(
    source: Given,
    metrics: Sequence[Metric],
    *,
    unit: str | None = None,
    day: str | None = None,
    cluster: str | None = None,
    measured: Given | None = None,
    name: str | None = None,
) -> Source:
    """Return the units of an export, as ``experiments.importing.load`` reads it; a variant column is not needed.

    Raises:
        LabError: a file or a column cannot be used.
    """
    found = load(source, metrics=metrics, unit=unit, variant="", day=day, cluster=cluster, measured=measured, name=name)
    refused = f"{count(found.rows_refused)} of {count(found.rows_read)} rows were refused."
    return Source(
        log=found.log,
        name=found.name,
        fingerprint=found.fingerprint,
        rows=found.rows_read,
        notes=(
            "All units of the export are assigned anew, whatever variant they had.",
            *([refused] if found.rows_refused else []),
        ),
        settings={"kind": "export", "unit": found.columns.unit, "day": found.columns.day or "none"},
    )


def from_users(dataset: Dataset, days: int) -> Source:
    """Return the users of a log as units: what each did in windows of ``days`` days, back from the log's end.

    A user is a unit of each window they appear in, entering on their first day there; see
    ``experiments.history``. Covariates are what they did before the window, by the names of ``earlier.BEFORE``.

    Raises:
        ExperimentError: where the log is empty or the days cannot be.
    """
    if days < 1:
        raise ExperimentError(f"{days} days of a log were asked for; expected 1 or more.")
    done = activity(dataset)
    length = min(days, done.span)
    windows = max(1, min(done.span // length, _MOST_UNITS // max(done.n_users, 1)))
    start = done.span - windows * length
    window, offset = np.divmod(done.day - start, length)
    inside = window >= 0
    place = window[inside] * done.n_users + done.user[inside]
    unit, code = np.unique(place, return_inverse=True)
    columns = [QUANTITIES.index(name) for name in _COUNTED]
    values: Floats = np.stack(
        [
            np.bincount(
                offset[inside] * len(unit) + code, weights=done.values[inside, column], minlength=length * len(unit)
            ).reshape(length, len(unit))
            for column in columns
        ],
        axis=-1,
    )
    entered = np.full(len(unit), length)
    np.minimum.at(entered, code, offset[inside])
    before: dict[str, Floats] = {}
    # What came before the first window counts as one more window, the one before it.
    earlier = np.maximum(window, -1) + 1
    for name, quantity in BEFORE.items():
        by_window = np.bincount(
            earlier * done.n_users + done.user,
            weights=done.values[:, QUANTITIES.index(quantity)],
            minlength=(windows + 1) * done.n_users,
        ).reshape(windows + 1, done.n_users)
        before[name] = np.cumsum(by_window, axis=0, dtype=np.float64)[:windows].ravel()[unit]
    notes = [
        f"Units are the users of {dataset.name} as they were in "
        f"{f'{windows} windows of {length} days' if windows > 1 else f'the last {length} days'}."
    ]
    if not done.timed:
        notes.append("The log has no times, so all of it counts as one day and users arrive in its order.")
    elif length < days:
        notes.append(f"The log spans {length} days, fewer than the {days} planned.")
    return Source(
        log=Log(
            quantities=_COUNTED,
            values=values,
            variant=np.zeros(len(unit), dtype=np.int64),
            variants=("everybody",),
            indicators=_EVER,
            entered=entered,
            covariates=before,
        ),
        name=dataset.name,
        fingerprint=dataset.fingerprint,
        rows=len(dataset.interactions),
        held=done.measured,
        notes=tuple(notes),
        settings={"kind": "users", "windows": windows},
    )


def from_simulator(
    dataset: Dataset,
    *,
    control: str,
    params: Mapping[str, Any] | None = None,
    users: int | None = None,
    days: int = 14,
    seed: int = 1,
    retrain_every: int | None = 7,
    slate_size: int = 10,
    report: Report | None = None,
) -> Source:
    """Return simulated users who all lived under the policy ``control``.

    Raises:
        LabError: where the model, a parameter or a number cannot be.
    """
    if users is not None and users < 2:
        raise ExperimentError(f"{users} users were given; expected at least 2.")
    if not 0 <= seed < _SEEDS:
        raise ExperimentError(f"Seed {seed} was given; expected a whole number from 0 to {_SEEDS - 1}.")
    if report is not None:
        report("Fitting the simulated users", None, None)
    policy = make_policy(control, params or {}, seed)
    world = fit_world(dataset, np.random.default_rng(seed), users=users)
    outcomes = run(
        world,
        [policy],
        np.zeros(world.n_units, dtype=np.int64),
        days=days,
        slate_size=min(slate_size, dataset.n_items),
        retrain_every=retrain_every,
        seed=seed,
        report=report,
    )
    return Source(
        log=Log(
            quantities=outcomes.quantities,
            values=outcomes.values,
            variant=outcomes.assignment,
            variants=("everybody",),
            indicators=_EVER,
            covariates={name: known[world.user] for name, known in done_before(dataset).items()},
        ),
        name=dataset.name,
        fingerprint=dataset.fingerprint,
        rows=len(dataset.interactions),
        simulated=True,
        notes=(f"All units are simulated users who lived {days} days under {control}, and are assigned anew.",),
        settings={
            "kind": "simulator",
            "control": control,
            "params": dict(params or {}),
            "retrain_every": retrain_every,
        },
    )


def fitting(plan: Plan, source: Source) -> tuple[Plan, tuple[str, ...]]:
    """Return the plan with the metrics that ``source`` can measure, and a note where some were left out.

    Raises:
        ExperimentError: where the primary metric is not among them.
    """
    held = {*source.log.quantities, *source.log.indicators}
    if source.held is not None:
        held = {name for name in held if name in source.held}
    there = tuple(metric for metric in plan.metrics if held.issuperset(metric.quantities))
    if plan.primary not in there:
        missing = listed(sorted(set(plan.primary.quantities) - held))
        raise ExperimentError(
            f"{source.name} does not record what {plan.primary.label.lower()} measures ({missing}). Choose another "
            "primary metric, or simulated users."
        )
    lost = [metric.label for metric in plan.metrics if metric not in there]
    note = f"Left out, for {source.name} does not hold what they measure: {listed(lost)}."
    return replace(plan, metrics=there), ((note,) if lost else ())
