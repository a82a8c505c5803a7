"""The health checks a log allows: of its split, its past, its units and its days."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.clusters import per_unit
from experiments.diagnostics import outlier_influence, pre_period_imbalance
from experiments.effects import Effects
from experiments.estimating import Estimated, linearised
from experiments.health import Check, enough_events, leakage, srm, twyman
from experiments.log import Log
from experiments.metrics import Metric
from experiments.plan import Plan
from experiments.sample_ratio import srm_by_segment, srm_over_time
from experiments.timing import novelty, weekday_coverage

_FEWEST_DAYS = 2  # a unit has, on average: with fewer there is no course of a unit's days to look at


def checks_of(log: Log, plan: Plan, estimated: Estimated, read: Effects) -> tuple[Check, ...]:
    """Return the health checks of ``log``; those it has no data for are left out.

    Args:
        log: unit-days.
        plan: names the split and the metrics.
        estimated: of the log.
        read: the effects of all days as they are read, for Twyman's law.
    """
    return (
        srm(log.counts, plan.split),
        *_by_segment(log, plan),
        *_over_time(log, plan),
        leakage(log.counts, plan.split),
        enough_events(estimated.moments, plan, estimated.metrics),
        twyman(read, plan),
        *_before(log, estimated),
        *_outliers(log, plan),
        *_course(log, plan),
    )


def _by_segment(log: Log, plan: Plan) -> Sequence[Check]:
    if not len(log.segments.columns) or log.clusters is not None:
        return ()
    cells = log.cells()
    return (srm_by_segment(log.segment_counts(), plan.split, (cells["by"] + " " + cells["segment"]).tolist()),)


def _over_time(log: Log, plan: Plan) -> Sequence[Check]:
    checks = [] if log.first_day is None else [weekday_coverage(_dates(log.first_day, log.n_days))]
    if log.entered is not None and log.n_days > 1 and log.clusters is None:
        counts = np.zeros((log.n_days, len(log.variants)))
        np.add.at(counts, (log.entered, log.variant), 1.0)
        days = None if log.first_day is None else _dates(log.first_day, log.n_days).astype(str).tolist()
        checks.append(srm_over_time(np.cumsum(counts, axis=0), plan.split, days=days))
    return checks


def _before(log: Log, estimated: Estimated) -> Sequence[Check]:
    if not log.covariates:
        return ()
    known = tuple(Metric(name=name, kind="mean", numerator=log.before(name)) for name in log.covariates)
    return (pre_period_imbalance(estimated.moments, known if log.clusters is None else per_unit(known)),)


def _outliers(log: Log, plan: Plan) -> Sequence[Check]:
    amounts = [metric for metric in plan.metrics if metric.kind not in ("proportion", "quantile")]
    if not amounts:
        return ()
    values = np.stack([linearised(log, metric) for metric in amounts], axis=1)
    titles = [metric.label for metric in amounts]
    return (outlier_influence(values, log.variant, len(log.variants), titles=titles),)


def _course(log: Log, plan: Plan) -> Sequence[Check]:
    """Return the check of novelty, where the primary metric has a course of days to look at."""
    primary = plan.primary
    if primary.kind in ("ratio", "quantile") or log.n_days < _FEWEST_DAYS:
        return ()
    numerator = log.indicators.get(primary.numerator, primary.numerator)
    values = log.values[:, :, log.column(numerator)]
    if np.any(log.values != 0, axis=-1).sum() < _FEWEST_DAYS * log.n_units:
        return ()
    return (novelty(values, log.variant, len(log.variants), title=primary.label.lower(), first_day=log.entered),)


def _dates(first_day: np.datetime64, days: int) -> NDArray[np.datetime64]:
    dates: NDArray[np.datetime64] = np.arange(first_day, first_day + np.timedelta64(days, "D"), dtype="datetime64[D]")
    return dates
