"""The units that are re-randomised: what each had done by every look at the experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.errors import ExperimentError
from experiments.clusters import CLUSTER_UNITS, cluster, per_unit
from experiments.cuped import Covariate
from experiments.estimating import as_measured, covariates_read, with_cutoffs
from experiments.group_sequential import shares_seen
from experiments.log import Log
from experiments.metrics import Metric
from experiments.moments import Floats

_FEWEST_UNITS = 4


@dataclass(frozen=True, eq=False, kw_only=True)
class Population:
    """Units in the order in which they enter the experiment, whatever variant they were in.

    Attributes:
        quantities: names of the columns of ``values``.
        values: what each unit had done by each look, shape (looks, units, quantities), where days add up; or
            shape (1, units, quantities) where a unit's figures are complete when it enters. Those of units that
            have not entered yet count nowhere.
        entered: first look that sees each unit, counted from 0 and rising, shape (units,).
        fractions: share of the planned information each look has seen, rising to 1, shape (looks,).
        metrics: what is measured, their quantities among those above.
        covariates: what adjusts a metric (CUPED), by its name.
        days: day of each look, counted from 1, shape (looks,); None where looks are by units alone.
        clustered: whether each unit here is a cluster of the units that are analysed.
    """

    quantities: tuple[str, ...]
    values: Floats
    entered: NDArray[np.int64]
    fractions: Floats
    metrics: tuple[Metric, ...]
    covariates: Mapping[str, Sequence[Covariate]] = field(default_factory=dict)
    days: NDArray[np.int64] | None = None
    clustered: bool = False

    def __post_init__(self) -> None:
        stages, units, columns = self.values.shape
        if stages not in (1, self.looks) or self.entered.shape != (units,) or columns != len(self.quantities):
            raise ExperimentError(
                f"Values of shape {self.values.shape} do not fit {self.looks} looks, {self.entered.size} units and "
                f"{len(self.quantities)} quantities."
            )
        if units < _FEWEST_UNITS:
            raise ExperimentError(
                f"{units} units or clusters are too few to re-randomise; at least {_FEWEST_UNITS} are needed."
            )
        if not np.isfinite(self.values).all():
            raise ExperimentError("Some values are missing or infinite; give each unit a number or leave it out.")

    @property
    def looks(self) -> int:
        """Number of looks."""
        return len(self.fractions)

    @property
    def n_units(self) -> int:
        """Number of units."""
        return int(self.values.shape[1])

    @property
    def seen(self) -> NDArray[np.int64]:
        """Units that have entered by each look, shape (looks,)."""
        return np.searchsorted(self.entered, np.arange(self.looks), side="right").astype(np.int64)

    def stage(self, look: int) -> Floats:
        """Return the values of the units seen by ``look``, shape (units seen, quantities)."""
        return self.values[min(look, len(self.values) - 1), : self.seen[look]]


def population(log: Log, metrics: Sequence[Metric], *, looks: int = 14) -> Population:
    """Return the units of ``log``, looked at ``looks`` times at most; its variants are not read.

    Where the log has several days, looks are equally spaced over them: a unit counts from the day it entered,
    with what it has done since. Where it has one, its units are taken to arrive in the order of the log, in
    equal parts. Capped metrics are cut off at their percentile of all units' sums over all days. Where the log
    has clusters, these are the units.

    Args:
        log: unit-days.
        metrics: what is measured.
        looks: 1 or more.

    Raises:
        ExperimentError: where the log lacks a quantity or covariate, has too few units, or ``looks`` cannot be.
    """
    if looks < 1:
        raise ExperimentError(f"{looks} looks were given; expected 1 or more.")
    if log.clusters is not None and any(metric.kind == "quantile" for metric in metrics):
        raise ExperimentError(
            "Quantiles of users that are randomised in clusters cannot be calibrated; leave the quantile metrics or "
            "the clusters out."
        )
    log = with_cutoffs(log, metrics)
    read = as_measured(log, metrics)
    days = _look_days(log.n_days, looks) if log.n_days > 1 else None
    if days is None:
        looks = min(looks, max(log.n_units // _FEWEST_UNITS, 1))
        values, entered = log.values, np.arange(log.n_units) * looks // max(log.n_units, 1)
    else:
        values = np.cumsum(log.values, axis=0)[days - 1]
        first = np.zeros(log.n_units, dtype=np.int64) if log.entered is None else log.entered
        entered = np.searchsorted(days, first + 1)
        looks = len(days)
    columns = _columns(log, read, values)
    held = np.stack(list(columns.values()), axis=-1)
    if log.clusters is not None:
        read = per_unit(read)
        columns, held, entered = _by_cluster(log.clusters, columns, held, entered)
    inside = entered <= np.arange(len(held))[:, None]
    if not ((held != held[-1]) & inside[..., None]).any():
        held = held[-1:]  # complete figures of a unit that has entered need counting only once
    order = np.argsort(entered, kind="stable")
    seen = np.searchsorted(entered[order], np.arange(looks), side="right")
    return Population(
        quantities=tuple(columns),
        values=np.ascontiguousarray(held[:, order]),
        entered=entered[order].astype(np.int64),
        fractions=shares_seen(seen, days),
        metrics=read,
        covariates=covariates_read(log, read),
        days=days,
        clustered=log.clusters is not None,
    )


def _look_days(days: int, looks: int) -> NDArray[np.int64]:
    return np.unique(np.ceil(np.arange(1, looks + 1) * days / looks).astype(np.int64))


def _columns(log: Log, metrics: Sequence[Metric], values: Floats) -> dict[str, Floats]:
    """Return what the metrics read of ``values`` (stages, units, quantities), each of shape (stages, units)."""
    found: dict[str, Floats] = {}
    adjusting = [part for several in covariates_read(log, metrics).values() for part in several]
    before = {log.before(name): known for name, known in log.covariates.items()}
    wanted = [name for metric in metrics for name in metric.quantities]
    wanted += [name for part in adjusting for name in (part.numerator, part.denominator) if name is not None]
    cut = {log.capped(name): (name, most) for name, most in log.cutoffs.items()}
    for name in wanted:
        if name in log.indicators:
            found[name] = (values[..., log.column(log.indicators[name])] > 0).astype(np.float64)
        elif name in cut:
            source, most = cut[name]
            found[name] = np.minimum(values[..., log.column(source)], most)
        elif name in before:
            found[name] = np.broadcast_to(before[name], values.shape[:-1]).astype(np.float64)
        elif name != CLUSTER_UNITS:
            found[name] = values[..., log.column(name)]
    return found


def _by_cluster(
    clusters: NDArray[np.int64], columns: dict[str, Floats], held: Floats, entered: NDArray[np.int64]
) -> tuple[dict[str, Floats], Floats, NDArray[np.int64]]:
    """Return sums over the units of each cluster, their number last, and the first look that sees a cluster.

    Where days add up, a cluster grows by its units' entering; otherwise it is complete with its first one.
    """
    stages = len(held)
    inside = (entered <= np.arange(stages)[:, None]) if stages > 1 else np.ones((1, len(entered)), dtype=bool)
    counted = np.concatenate([held, np.ones((*held.shape[:-1], 1))], axis=-1) * inside[..., None]
    names = (*columns, CLUSTER_UNITS)
    whole = cluster(counted, np.zeros(len(entered), dtype=np.int64), clusters, quantities=names)
    sums = whole.values[..., :-1]  # its own count of units knows no days
    _, code = np.unique(clusters, return_inverse=True)
    first = np.full(len(whole.variants), np.iinfo(np.int64).max)
    np.minimum.at(first, code, entered)
    return {name: sums[..., place] for place, name in enumerate(names)}, sums, first
