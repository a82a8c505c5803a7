"""One metric under thousands of re-randomisations: what every way of looking finds, without and with an uplift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.calibration.population import Population
from experiments.calibration.rules import Bools, Rule, stop
from experiments.calibration.uplift import Injection, alone, treated, treated_quantiles
from experiments.cuped import cuped
from experiments.effects import Effects, compare, effects
from experiments.estimates import Estimates, estimates
from experiments.metrics import Metric
from experiments.moments import Floats, Moments
from experiments.quantiles import quantile_estimates


@dataclass(frozen=True, eq=False)
class Reached:
    """What one way of looking came to; arrays (replications, treatments).

    Attributes:
        look: the look where it stopped, counted from 0.
        found: whether it found a difference.
        covered: whether its interval held the true absolute uplift.
        times: the estimate there over the true uplift; NaN where that is zero.
    """

    look: NDArray[np.int64]
    found: Bools
    covered: Bools
    times: Floats


@dataclass(frozen=True, eq=False)
class Trial:
    """One metric in some replications.

    Attributes:
        without: what each rule came to in A/A tests, in the order of the rules.
        uplifted: the same with the uplift.
        p_value: of A/A tests at the end, shape (replications, treatments).
    """

    without: tuple[Reached, ...]
    uplifted: tuple[Reached, ...]
    p_value: Floats


def try_metric(
    units: Population,
    codes: NDArray[np.uint8],
    moments: Moments,
    rules: Sequence[Rule],
    of: Injection,
    *,
    n_variants: int,
    alpha: float,
) -> Trial:
    """Return what ``rules`` find of one metric in a block of replications.

    Args:
        units: who was re-randomised.
        codes: their variants, shape (replications, units).
        moments: under these, leading axes (replications, looks).
        rules: made for this metric alone.
        of: metric, and the uplift that is put in.
        n_variants: number of variants.
        alpha: two-sided level.
    """
    metric = of.metric
    if metric.kind == "quantile":
        found = _quantiles(units, codes, metric, n_variants)
        without, uplifted = compare(found, alpha=alpha), compare(treated_quantiles(found, of.uplift), alpha=alpha)
    else:
        covariates = units.covariates.get(metric.name, ())
        moments = alone(moments, metric, covariates)
        raised = treated(moments, of)
        without, uplifted = (
            cuped(each, [metric], {metric.name: covariates}, alpha=alpha).effects
            if covariates
            else effects(each, [metric], alpha=alpha)
            for each in (moments, raised)
        )
    value = values(units, moments, metric)
    return Trial(
        without=tuple(_reach(without, rule, np.zeros_like(value)) for rule in rules),
        uplifted=tuple(_reach(uplifted, rule, value * of.uplift) for rule in rules),
        p_value=without.p_value[:, -1, 0],
    )


def values(units: Population, moments: Moments, metric: Metric) -> Floats:
    """Return a metric over all units seen by each look, whatever their variant, shape (looks,)."""
    if metric.kind == "quantile":
        column = units.quantities.index(metric.numerator)
        return np.array(
            [np.quantile(units.stage(look)[:, column], metric.quantile or 0.5) for look in range(units.looks)]
        )
    return np.asarray(estimates(moments[0].pooled(), [metric]).value[:, 0, 0])


def _reach(found: Effects, rule: Rule, truth: Floats) -> Reached:
    stopped = stop(found, rule)
    true = truth[stopped.look][:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        times = stopped.effects.absolute[:, 0] / true
    return Reached(
        look=stopped.look[:, 0],
        found=stopped.found[:, 0],
        covered=(stopped.low[:, 0] <= true) & (true <= stopped.high[:, 0]),
        times=np.where(true != 0, times, np.nan),
    )


def _quantiles(units: Population, codes: NDArray[np.uint8], metric: Metric, n_variants: int) -> Estimates:
    """Return a quantile in every variant by replication and look: (replications, looks, 1, variants)."""
    column = units.quantities.index(metric.numerator)
    by_look = [
        quantile_estimates(
            units.stage(look)[:, [column]],
            codes[:, :seen],
            n_variants,
            names=[metric.name],
            levels=[metric.quantile or 0.5],
        )
        for look, seen in enumerate(units.seen)
    ]
    value, variance, n = (
        np.stack([getattr(each, name) for each in by_look], axis=1) for name in ("value", "variance", "n")
    )
    return Estimates(by_look[0].metrics, value, variance, n, by_look[0].undefined, by_look[0].binary)
