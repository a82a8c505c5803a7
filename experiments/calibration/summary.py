"""Thousands of trials become rates, each with its Monte-Carlo interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from experiments.calibration.population import Population
from experiments.calibration.rates import BINS, binomial_interval, uniformity
from experiments.calibration.record import Calibration, outcome, reading
from experiments.calibration.trial import Reached, Trial
from experiments.moments import Floats
from experiments.plan import Plan
from experiments.results import Meta


def summarise(
    units: Population,
    plan: Plan,
    trials: Sequence[Trial],
    methods: Sequence[str],
    *,
    uplift: float,
    replications: int,
    notes: Sequence[str],
    seconds: float,
    meta: Meta,
) -> Calibration:
    """Return the record of a study.

    Args:
        units: who was re-randomised.
        plan: what was tried.
        trials: one a metric of the plan, in order.
        methods: names of the ways of looking, in the order of the trials'.
        uplift: relative uplift that was put in.
        replications: how many were asked for.
        notes: what the reader must know.
        seconds: how long it took.
        meta: where the units come from.
    """
    rates, by_look, p_values, uniform = [], [], [], []
    for metric, trial in zip(plan.metrics, trials, strict=True):
        for column, variant in enumerate(plan.variants[1:]):
            key = {"metric": metric.name, "variant": variant}
            p_value = trial.p_value[:, column]
            spread = uniformity(p_value)
            for place, method in enumerate(methods):
                without, uplifted = (_of(each[place], column) for each in (trial.without, trial.uplifted))
                row = key | {"method": method} | _rates(without, uplifted, units.fractions)
                row["undefined"] = float(np.isnan(p_value).mean())
                row["outcome"] = outcome((row["false_positive_low"], row["false_positive_high"]), plan.alpha)
                row["reading"] = reading(row, plan.alpha, plan.power)
                rates.append(row)
                by_look.append(_by_look(without, uplifted, units.looks).assign(**key, method=method))
            edges = np.arange(BINS + 1) / BINS
            shares = np.array(spread.counts) / max(sum(spread.counts), 1)
            p_values.append(pd.DataFrame({**key, "low": edges[:-1], "high": edges[1:], "share": shares}))
            uniform.append(key | {"gap": spread.gap, "allowed": spread.allowed, "uniform": spread.uniform})
    return Calibration(
        plan=plan,
        uplift=uplift,
        replications=replications,
        clustered=units.clustered,
        looks=_looks(units),
        rates=pd.DataFrame(rates),
        by_look=pd.concat(by_look, ignore_index=True)[
            ["metric", "variant", "method", "look", "false_positive_rate", "power"]
        ],
        p_values=pd.concat(p_values, ignore_index=True),
        uniformity=pd.DataFrame(uniform),
        family=_family(trials, plan),
        notes=tuple(notes),
        seconds=seconds,
        meta=meta,
    )


def _of(reached: Reached, column: int) -> Reached:
    return Reached(*(getattr(reached, name)[:, column] for name in ("look", "found", "covered", "times")))


def _rates(without: Reached, uplifted: Reached, fractions: Floats) -> dict[str, Any]:
    """Return the figures of one metric, treatment and way of looking."""
    known = not np.isnan(uplifted.times).all()
    found = uplifted.times[uplifted.found]
    wrong = float((found < 0).mean()) if len(found) and known else np.nan
    times = float(np.abs(found).mean()) if len(found) and known else np.nan
    row: dict[str, Any] = {"replications": len(without.found)}
    row |= _rate("false_positive", without.found, rate="false_positive_rate")
    row |= _rate("power", uplifted.found) if known else dict.fromkeys(("power", "power_low", "power_high"), np.nan)
    row |= _rate("coverage", uplifted.covered) | _rate("coverage_none", without.covered)
    return row | {
        "type_s": wrong,
        "type_m": times,
        "stopping_share": float(fractions[uplifted.look].mean()),
        "stopping_share_none": float(fractions[without.look].mean()),
    }


def _rate(name: str, happened: np.ndarray[Any, np.dtype[np.bool_]], *, rate: str = "") -> dict[str, float]:
    low, high = binomial_interval(happened.sum(), len(happened))
    return {rate or name: float(happened.mean()), f"{name}_low": float(low), f"{name}_high": float(high)}


def _by_look(without: Reached, uplifted: Reached, looks: int) -> pd.DataFrame:
    """Return the share of replications that have stopped by each look."""

    def share(reached: Reached) -> Floats:
        at = np.bincount(reached.look[reached.found], minlength=looks)
        return np.asarray(np.cumsum(at) / len(reached.found))

    return pd.DataFrame(
        {"look": np.arange(1, looks + 1), "false_positive_rate": share(without), "power": share(uplifted)}
    )


def _looks(units: Population) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "look": np.arange(1, units.looks + 1),
            "day": np.full(units.looks, np.nan) if units.days is None else units.days,
            "units": units.seen,
            "fraction": units.fractions,
        }
    )


def _family(trials: Sequence[Trial], plan: Plan) -> Mapping[str, float]:
    """Return how often any of all comparisons finds a difference in an A/A test at the end.

    Where there is none, Holm's and Bonferroni's corrections find one exactly where the smallest p-value is below
    alpha / m, and Benjamini-Hochberg's where any ordered p-value is below its own share of alpha.
    """
    shared = min(len(trial.p_value) for trial in trials)
    every = np.concatenate([trial.p_value[:shared] for trial in trials], axis=1)
    ordered = np.sort(np.nan_to_num(every, nan=1.0), axis=1)
    m = ordered.shape[1]
    factor = {"none": np.ones(m), "bh": m / np.arange(1, m + 1)}.get(plan.correction, np.full(m, float(m)))
    return {
        "comparisons": m,
        **_rate("uncorrected", ordered[:, 0] < plan.alpha),
        **_rate("corrected", (ordered * factor < plan.alpha).any(axis=1)),
    }
