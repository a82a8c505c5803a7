"""A log's effects under a plan: each metric by its own way, capped, adjusted, clustered or a quantile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from experiments.capping import cap
from experiments.clusters import CLUSTER_UNITS, cluster, design_effect, per_unit
from experiments.cuped import Covariate, cuped
from experiments.effects import Effects, compare, concatenate, effects, stack
from experiments.estimates import Estimates
from experiments.log import Log
from experiments.metrics import Metric
from experiments.moments import Floats, Moments, moments
from experiments.plan import Plan
from experiments.quantiles import quantile_estimates

Covariates = Mapping[str, Sequence[Covariate]]


@dataclass(frozen=True, eq=False)
class Estimated:
    """What a log says of every metric of a plan, whichever way each is estimated.

    Attributes:
        overall: over all days, without leading axes.
        unadjusted: the same without any covariate.
        by_day: up to and with each day, leading axis (days,).
        by_segment: leading axis as the rows of ``Log.cells``.
        moments: over all days, without leading axes.
        metrics: the plan's, their quantities named as ``moments`` has them.
    """

    overall: Effects
    unadjusted: Effects
    by_day: Effects
    by_segment: Effects
    moments: Moments
    metrics: tuple[Metric, ...]


def estimate(log: Log, plan: Plan) -> Estimated:
    """Return the effects of every treatment on every metric of ``plan``, in the order of the plan.

    Args:
        log: its variants must be the plan's.
        plan: names the metrics, their caps and covariates, and alpha.

    Raises:
        ExperimentError: where the log lacks a quantity or covariate, or a metric does not fit its values.
    """
    log = with_cutoffs(log, plan.metrics)
    metrics = as_measured(log, plan.metrics)
    smooth = tuple(metric for metric in metrics if metric.kind != "quantile")
    read = smooth if log.clusters is None else per_unit(smooth)
    covariates = covariates_read(log, smooth)
    overall = log.overall()
    ranked = _Quantiles(log, tuple(metric for metric in metrics if metric.kind == "quantile"), plan.alpha)
    order = [metric.name for metric in plan.metrics]

    def adjusted(of: Moments, given: Covariates) -> list[Effects]:
        if not read:
            return []
        found = cuped(of, read, given, alpha=plan.alpha).effects if given else effects(of, read, alpha=plan.alpha)
        return [found]

    quantiles = ranked.overall()
    return Estimated(
        overall=stack([*adjusted(overall, covariates), *quantiles], order),
        unadjusted=stack([*adjusted(overall, {}), *quantiles], order),
        by_day=stack([*adjusted(log.by_day(), covariates), *ranked.by_day()], order),
        by_segment=stack([*adjusted(log.by_segment(), covariates), *ranked.by_segment()], order),
        moments=overall,
        metrics=metrics,
    )


def with_cutoffs(log: Log, metrics: Sequence[Metric]) -> Log:
    """Return ``log`` with the cutoff of every capped metric: its percentile among all units' sums over all days.

    A unit's sum up to an earlier day is cut off at the same value, so that the days lead up to the end.
    """
    total = None
    cutoffs = dict(log.cutoffs)
    for metric in metrics:
        if metric.cap is not None:
            total = log.values.sum(axis=0) if total is None else total
            column = log.column(metric.numerator)
            cutoffs[metric.numerator] = float(cap(total[:, [column]], upper=metric.cap).high[0])
    return replace(log, cutoffs=cutoffs) if cutoffs else log


def as_measured(log: Log, metrics: Sequence[Metric]) -> tuple[Metric, ...]:
    """Return ``metrics`` with their quantities as the log's moments name them.

    A proportion over days asks whether it ever happened; what is capped is read cut off.
    """
    return tuple(
        replace(metric, numerator=log.ever(metric.numerator))
        if metric.kind == "proportion"
        else replace(metric, numerator=log.capped(metric.numerator))
        if metric.cap is not None
        else metric
        for metric in metrics
    )


def linearised(log: Log, metric: Metric) -> Floats:
    """Return each unit's value of ``metric`` over all days, shape (units,); a ratio's by the delta method.

    Deng, Knoblich & Lu (2018), eq. 3: (numerator - ratio · denominator) / mean denominator; 0 for all where the
    denominator is 0. A capped metric is cut off, an indicator is 0 or 1, a quantile's values are the units' own.
    """
    total = log.values.sum(axis=0)
    ever = log.indicators.get(metric.numerator)
    above = total[:, log.column(metric.numerator)] if ever is None else (total[:, log.column(ever)] > 0) * 1.0
    if metric.cap is not None:
        above = np.minimum(above, cap(above[:, None], upper=metric.cap).high[0])
    if metric.denominator is None:
        return np.asarray(above)
    below = total[:, log.column(metric.denominator)]
    mean = below.mean() if len(below) else 0.0
    return np.asarray((above - above.sum() / below.sum() * below) / mean if mean else np.zeros_like(above))


def covariates_read(log: Log, metrics: Sequence[Metric]) -> dict[str, list[Covariate]]:
    """Return the covariates of each adjusted metric, as the moments name them."""
    found: dict[str, list[Covariate]] = {}
    for metric in metrics:
        for name in metric.covariates:
            above, slash, below = name.partition("/")
            if slash and name not in log.covariates:
                read = Covariate(log.before(above), log.before(below))
            else:
                read = Covariate(log.before(name), None if log.clusters is None else CLUSTER_UNITS)
            found.setdefault(metric.name, []).append(read)
    return found


@dataclass(frozen=True, eq=False)
class _Quantiles:
    """The quantile metrics of a log: they have no moments, so each cut of the units is ranked anew."""

    log: Log
    metrics: tuple[Metric, ...]
    alpha: float

    def overall(self) -> list[Effects]:
        return self._compared(self.log.values.sum(axis=0), self.log.variant)

    def by_day(self) -> list[Effects]:
        if not self.metrics:
            return []
        so_far = np.cumsum(self.log.values, axis=0)
        entered = np.zeros(self.log.n_units, dtype=np.int64) if self.log.entered is None else self.log.entered
        days = [
            self._compared(so_far[day], np.where(entered <= day, self.log.variant, -1)[None])[0]
            for day in range(self.log.n_days)
        ]
        return [concatenate(days)]

    def by_segment(self) -> list[Effects]:
        groupings = [column.cat for _, column in self.log.segments.items()]
        codes = [
            np.where(group.codes.to_numpy() == place, self.log.variant, -1)
            for group in groupings
            for place in range(len(group.categories))
        ]
        inside = np.stack(codes) if codes else np.empty((0, self.log.n_units), dtype=np.int64)
        return self._compared(self.log.values.sum(axis=0), inside)

    def _compared(self, total: Floats, codes: NDArray[np.int64]) -> list[Effects]:
        """Return the effects among the units of ``codes`` (..., units); none where there is no quantile metric."""
        if not self.metrics:
            return []
        values = total[:, [self.log.column(metric.numerator) for metric in self.metrics]]
        found = quantile_estimates(
            values,
            codes,
            len(self.log.variants),
            names=[metric.name for metric in self.metrics],
            levels=[metric.quantile or 0.5 for metric in self.metrics],
        )
        if self.log.clusters is not None:
            found = _cluster_robust(found, values, codes, self.log.clusters)
        return [compare(found, alpha=self.alpha)]


def _cluster_robust(
    found: Estimates, values: Floats, codes: NDArray[np.int64], clusters: NDArray[np.int64]
) -> Estimates:
    """Return quantiles with the variance of units that are randomised in clusters.

    Deng, Knoblich & Lu (2018), section 4: what varies is the share of units below the quantile, so its design
    effect is the quantile's.
    """
    lead, n_variants = codes.shape[:-1], found.value.shape[-1]
    rows = codes.reshape(int(np.prod(lead, dtype=np.int64)), codes.shape[-1])
    value = found.value.reshape(len(rows), len(found.metrics), n_variants)
    times = np.empty_like(value)
    n = np.empty((len(rows), 1, n_variants))
    names = found.metrics
    for place, row in enumerate(rows):
        cut = np.nan_to_num(value[place])[:, np.maximum(row, 0)].T
        below = (values <= cut).astype(np.float64)
        units = moments(below, row, n_variants, quantities=names)
        groups = cluster(below, row, clusters, quantities=names).moments(n_variants)
        times[place] = np.stack([design_effect(units, groups, name) for name in names])
        n[place] = groups.n
    factor = np.where(np.isfinite(times), times, 1.0).reshape(found.value.shape)
    return replace(found, variance=found.variance * factor, n=n.reshape(*lead, 1, n_variants))
