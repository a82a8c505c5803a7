"""From a Log to the tables and checks of its Results: the same for simulated and real experiments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from experiments.bayesian import beliefs
from experiments.cuped import cuped
from experiments.effects import Effects, effects
from experiments.health import Check, enough_events, leakage, srm, twyman
from experiments.log import Log
from experiments.looks import as_read, look_daily
from experiments.moments import Moments
from experiments.plan import Plan
from experiments.sequential import AlwaysValid
from experiments.tables import adjusted, effect_table, flat
from experiments.verdict import Verdict, decide

#: A segment with fewer units in a variant is not shown: its interval says nothing, and it may name people.
SMALLEST_CELL = 50
_SUPPRESSED = f"Not shown: fewer than {SMALLEST_CELL} units in a variant."
_HIDDEN = (
    "control_value", "treatment_value", "absolute", "absolute_low", "absolute_high", "relative",
    "relative_low", "relative_high", "standard_error", "statistic", "p_value", "chance_to_win", "expected_loss",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Analysis:
    """What a Log says.

    Attributes:
        effects: see ``Results.effects``.
        segments: see ``Results.segments``, without the truth.
        cumulative: see ``Results.cumulative``, without the truth.
        checks: the health checks.
        verdict: what to do.
    """

    effects: pd.DataFrame
    segments: pd.DataFrame
    cumulative: pd.DataFrame
    checks: tuple[Check, ...]
    verdict: Verdict


def analyse(
    log: Log,
    plan: Plan,
    *,
    covariates: Mapping[str, Sequence[str]] | None = None,
    together: bool = False,
    more_checks: Sequence[Check] = (),
) -> Analysis:
    """Return the effects, by segment and day, the health and the verdict of ``log`` under ``plan``.

    Args:
        log: unit-days; its variants must be the plan's.
        plan: what was decided before looking.
        covariates: covariates of the log that adjust a metric (CUPED), by its name.
        together: correct p-values over all metrics and treatments (and all segments), not within each metric.
        more_checks: health checks only the log's maker could do.
    """
    overall = log.overall()
    given = covariates or {}
    plain = effects(overall, plan.metrics, alpha=plan.alpha)
    by_day = _estimated(log.by_day(), plan, given)
    looks = look_daily(by_day, plan)
    found = as_read(_estimated(overall, plan, given), looks, plan)
    checks = (
        srm(log.counts, plan.split),
        leakage(log.counts, plan.split),
        enough_events(overall, plan),
        twyman(found, plan),
        *more_checks,
    )
    table = _overall(found, plan, together=together)
    table["covariate_adjusted"] = table["metric"].isin(list(given))
    if given:
        for name in ("absolute", "absolute_low", "absolute_high", "p_value"):
            table[f"unadjusted_{name}"] = flat(getattr(plain, name))
    return Analysis(
        effects=table,
        segments=_segments(log, plan, given, together=together),
        cumulative=_cumulative(by_day, looks.intervals, plan),
        checks=checks,
        verdict=decide(plan, found, checks, days_run=log.n_days, always_valid=looks.last, together=together),
    )


def _estimated(moments: Moments, plan: Plan, covariates: Mapping[str, Sequence[str]]) -> Effects:
    if not covariates:
        return effects(moments, plan.metrics, alpha=plan.alpha)
    return cuped(moments, plan.metrics, covariates, alpha=plan.alpha).effects


def values_along(moments: Moments, plan: Plan, along: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the values and differences alone, without inference, as the truth needs them.

    Args:
        moments: of every unit under every variant.
        plan: names the metrics and variants.
        along: names the leading axis.
    """
    table = effect_table(effects(moments, plan.metrics, alpha=plan.alpha), plan.variants, along=along)
    keys = ["metric", "variant", *([] if along is None else along.columns)]
    return table[[*keys, "control_value", "treatment_value", "absolute", "relative"]]


def days_of(log: Log) -> pd.DataFrame:
    """Return the places of ``log.by_day()``: days counted from 1."""
    return pd.DataFrame({"day": np.arange(1, log.n_days + 1)})


def _overall(found: Effects, plan: Plan, *, together: bool) -> pd.DataFrame:
    table = effect_table(found, plan.variants)
    table["p_value_adjusted"] = adjusted(table, plan.correction, together=together)
    reach = special.ndtri(1 - plan.alpha / 2) + special.ndtri(plan.power)
    # The variance under no uplift: what a fresh run of this size could find.
    table["mde_relative"] = reach * table["standard_error"] / table["control_value"].abs().where(lambda c: c > 0)
    return _believed(table, found, plan).assign(segment=None)


def _believed(table: pd.DataFrame, found: Effects, plan: Plan) -> pd.DataFrame:
    believed = beliefs(found, plan.metrics)
    return table.assign(chance_to_win=flat(believed.chance_to_win), expected_loss=flat(believed.expected_loss))


def _segments(log: Log, plan: Plan, covariates: Mapping[str, Sequence[str]], *, together: bool) -> pd.DataFrame:
    cells = log.cells()
    found = _estimated(log.by_segment(), plan, covariates)
    table = _believed(effect_table(found, plan.variants, along=cells), found, plan)
    small = table[["n_control", "n_treatment"]].min(axis=1) < SMALLEST_CELL
    table.loc[small, list(_HIDDEN)] = np.nan
    table.loc[small, "explanation"] = _SUPPRESSED
    table["p_value_adjusted"] = adjusted(table, plan.correction, together=together)
    table["suppressed"] = small
    table["covariate_adjusted"] = table["metric"].isin(list(covariates))
    return table


def _cumulative(by_day: Effects, sequence: AlwaysValid, plan: Plan) -> pd.DataFrame:
    days = pd.DataFrame({"day": np.arange(1, len(by_day.absolute) + 1)})
    table = effect_table(by_day, plan.variants, along=days)
    for name in ("absolute_low", "absolute_high", "relative_low", "relative_high"):
        table[f"fixed_{name}"] = table[name]
        # A look that may not decide yet has an endless interval, which no page or JSON can hold.
        table[name] = np.where(np.isfinite(ends := flat(getattr(sequence, name))), ends, np.nan)
    return table
