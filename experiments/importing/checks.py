"""Health checks that a real experiment allows: of its split by day and segment, of its past, units and days."""

from __future__ import annotations

import numpy as np

from experiments.diagnostics import outlier_influence, pre_period_imbalance
from experiments.health import Check
from experiments.importing.records import Imported
from experiments.log import Log
from experiments.metrics import Metric
from experiments.moments import Floats
from experiments.plan import Plan
from experiments.sample_ratio import srm_by_segment, srm_over_time
from experiments.timing import novelty, weekday_coverage

_FEWEST_ROWS = 2  # a unit, on average: with fewer there is no course of a unit's days to look at


def more_checks(imported: Imported, plan: Plan) -> tuple[Check, ...]:
    """Return the checks of ``imported`` beyond those that every log allows; those it has no data for are left out."""
    log, checks = imported.log, list(imported.checks)
    if len(log.segments.columns):
        cells = log.cells()
        checks.append(srm_by_segment(log.by_segment().n, plan.split, (cells["by"] + " " + cells["segment"]).tolist()))
    if log.covariates:
        before = [Metric(name=name, kind="mean", numerator=name) for name in log.covariates]
        checks.append(pre_period_imbalance(log.overall(), before))
    amounts = [metric for metric in plan.metrics if metric.kind != "proportion"]
    if amounts:
        values = np.stack([_amount(log, metric) for metric in amounts], axis=1)
        titles = [metric.label for metric in amounts]
        checks.append(outlier_influence(values, log.variant, len(log.variants), titles=titles))
    if imported.first_day is not None:
        checks += _over_time(imported, plan)
    return tuple(checks)


def _over_time(imported: Imported, plan: Plan) -> list[Check]:
    log = imported.log
    dates = np.datetime64(imported.first_day, "D") + np.arange(log.n_days)
    checks = [weekday_coverage(dates)]
    if log.entered is not None and log.n_days > 1:
        counts = np.zeros((log.n_days, len(log.variants)))
        np.add.at(counts, (log.entered, log.variant), 1.0)
        checks.append(srm_over_time(np.cumsum(counts, axis=0), plan.split, days=dates.astype(str).tolist()))
    primary = plan.primary
    rows = imported.files[-1].rows_kept
    if primary.kind != "ratio" and log.n_days > 1 and rows >= _FEWEST_ROWS * log.n_units:
        column = log.indicators.get(primary.numerator, primary.numerator)
        values = log.values[:, :, log.quantities.index(column)]
        checks.append(
            novelty(values, log.variant, len(log.variants), title=primary.label.lower(), first_day=log.entered)
        )
    return checks


def _amount(log: Log, metric: Metric) -> Floats:
    """Return each unit's value of a metric, shape (units,); a ratio's by the delta method's linearisation."""
    total = log.values.sum(axis=0)
    above = total[:, log.quantities.index(metric.numerator)]
    if metric.denominator is None:
        return np.asarray(above)
    below = total[:, log.quantities.index(metric.denominator)]
    mean = below.mean()
    return np.asarray((above - above.sum() / below.sum() * below) / mean if mean else np.zeros_like(above))
