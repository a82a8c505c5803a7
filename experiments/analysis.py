"""From a Log to the tables and checks of its Results: the same for simulated and real experiments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special

from engine.errors import ExperimentError
from experiments.bayesian import Beliefs, Prior, beliefs
from experiments.checking import checks_of
from experiments.effects import Effects
from experiments.estimating import Estimated, estimate
from experiments.health import Check
from experiments.heterogeneity import heterogeneity
from experiments.judging import Judged, guardrail_outcomes, judge
from experiments.log import Log
from experiments.looks import Looks, as_read, look_daily
from experiments.noninferiority import non_inferiority
from experiments.plan import Plan
from experiments.tables import effect_table, flat
from experiments.verdict import Verdict, decide

#: A segment with fewer units in a variant is not shown: its interval says nothing, and it may name people.
SMALLEST_CELL = 50
_SUPPRESSED = f"Not shown: fewer than {SMALLEST_CELL} units in a variant."
_WAITING = "No interval yet: the plan's first look is still to come, or too early to rule anything out."
_HIDDEN = (
    "control_value", "treatment_value", "absolute", "absolute_low", "absolute_high", "relative",
    "relative_low", "relative_high", "standard_error", "statistic", "p_value", "chance_to_win", "expected_loss",
)  # fmt: skip
_UNADJUSTED = ("absolute", "absolute_low", "absolute_high", "relative", "p_value")


@dataclass(frozen=True, kw_only=True, eq=False)
class Analysis:
    """What a Log says.

    Attributes:
        effects: see ``Results.effects``.
        segments: see ``Results.segments``, without the truth.
        heterogeneity: see ``Results.heterogeneity``.
        cumulative: see ``Results.cumulative``, without the truth.
        checks: the health checks.
        verdict: what to do.
    """

    effects: pd.DataFrame
    segments: pd.DataFrame
    heterogeneity: pd.DataFrame
    cumulative: pd.DataFrame
    checks: tuple[Check, ...]
    verdict: Verdict


def analyse(log: Log, plan: Plan, *, more_checks: Sequence[Check] = ()) -> Analysis:
    """Return the effects, by segment and day, the health and the verdict of ``log`` under ``plan``.

    Args:
        log: unit-days; its variants must be the plan's.
        plan: what was decided before looking.
        more_checks: health checks only the log's maker could do.

    Raises:
        ExperimentError: where the log lacks what the plan names.
    """
    if plan.variants != log.variants:
        raise ExperimentError(
            f"The plan's variants are {', '.join(plan.variants)}, those of the log {', '.join(log.variants)}; "
            "both must be the same, the control first."
        )
    found = estimate(log, plan)
    looks = look_daily(found.by_day, plan)
    read = as_read(found.overall, looks, plan, days_run=log.n_days)
    believed = beliefs(found.overall, plan.metrics, prior=_prior(plan))
    judged = judge(read, plan, chance_to_win=believed.chance_to_win)
    checks = (*checks_of(log, plan, found, read), *more_checks)
    final = plan.stopping == "fixed" and log.n_days >= plan.days
    return Analysis(
        effects=_overall(found, read, believed, judged, plan, final=final),
        segments=_segments(log, found.by_segment, plan),
        heterogeneity=_differ(log, found.by_segment, plan),
        cumulative=_cumulative(found.by_day, looks, plan),
        checks=checks,
        verdict=decide(plan, read, checks, days_run=log.n_days, beliefs=believed),
    )


def values_along(found: Effects, plan: Plan, along: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the values and differences alone, without inference, as the truth needs them.

    Args:
        found: of every unit under every variant.
        plan: names the variants.
        along: names the leading axis.
    """
    table = effect_table(found, plan.variants, along=along)
    keys = ["metric", "variant", *([] if along is None else along.columns)]
    return table[[*keys, "control_value", "treatment_value", "absolute", "relative"]]


def days_of(log: Log) -> pd.DataFrame:
    """Return the places of ``log.by_day()``: days counted from 1."""
    return pd.DataFrame({"day": np.arange(1, log.n_days + 1)})


def _prior(plan: Plan) -> Prior | None:
    return plan.prior if plan.stopping == "bayesian" else None


def _overall(
    found: Estimated, read: Effects, believed: Beliefs, judged: Judged, plan: Plan, *, final: bool
) -> pd.DataFrame:
    table = _explained(effect_table(read, plan.variants))
    table["p_value_adjusted"] = flat(judged.p_value_adjusted)
    outcome = judged.outcome.copy()
    guardrails = [metric.role == "guardrail" for metric in plan.metrics]
    outcome[guardrails] = guardrail_outcomes(read, plan)
    table["outcome"] = flat(outcome)
    ruled_out = np.full(read.absolute.shape, np.nan)
    if final:
        ruled_out[guardrails] = non_inferiority(read, plan.metrics).p_value
    table["non_inferiority_p_value"] = flat(ruled_out)
    reach = special.ndtri(1 - plan.alpha / 2) + special.ndtri(plan.power)
    # The variance under no uplift: what a fresh run of this size could find.
    table["mde_relative"] = reach * table["standard_error"] / table["control_value"].abs().where(lambda c: c > 0)
    table["chance_to_win"] = flat(believed.chance_to_win)
    table["expected_loss"] = flat(believed.expected_loss)
    table["segment"] = None
    adjusted = [metric.name for metric in plan.metrics if metric.covariates]
    table["covariate_adjusted"] = table["metric"].isin(adjusted)
    if adjusted:
        for name in _UNADJUSTED:
            table[f"unadjusted_{name}"] = flat(getattr(found.unadjusted, name))
    return table


def _explained(table: pd.DataFrame) -> pd.DataFrame:
    """Return ``table`` with the reason where a look that may not decide yet leaves an interval out."""
    waiting = (table["explanation"] == "") & table["absolute_low"].isna()
    table.loc[waiting, "explanation"] = _WAITING
    return table


def _segments(log: Log, found: Effects, plan: Plan) -> pd.DataFrame:
    believed = beliefs(found, plan.metrics, prior=_prior(plan))
    table = effect_table(found, plan.variants, along=log.cells())
    table["chance_to_win"] = flat(believed.chance_to_win)
    table["expected_loss"] = flat(believed.expected_loss)
    small = np.minimum(found.n_control, found.n_treatment) < SMALLEST_CELL
    shown = replace(found, p_value=np.where(small, np.nan, found.p_value))
    judged = judge(shown, plan, chance_to_win=np.where(small, np.nan, believed.chance_to_win))
    hidden = flat(small)
    table.loc[hidden, list(_HIDDEN)] = np.nan
    table.loc[hidden, "explanation"] = _SUPPRESSED
    table["p_value_adjusted"] = flat(judged.p_value_adjusted)
    table["outcome"] = np.where(hidden, "missing", flat(judged.outcome))
    table["suppressed"] = hidden
    table["covariate_adjusted"] = table["metric"].isin([metric.name for metric in plan.metrics if metric.covariates])
    return table


def _differ(log: Log, found: Effects, plan: Plan) -> pd.DataFrame:
    """Return, by grouping, metric and treatment, whether segments differ in their uplift."""
    cells = log.cells()
    parts = []
    for by in cells["by"].unique():
        tested = heterogeneity(found[(cells["by"] == by).to_numpy()])
        metric, treatment = (place.ravel() for place in np.indices(tested.statistic.shape))
        parts.append(
            pd.DataFrame(
                {
                    "by": by,
                    "metric": np.array(found.metrics, dtype=object)[metric],
                    "variant": np.array(plan.variants, dtype=object)[list(found.treatments)][treatment],
                    "statistic": tested.statistic.ravel(),
                    "degrees_of_freedom": tested.degrees_of_freedom.ravel(),
                    "p_value": tested.p_value.ravel(),
                }
            )
        )
    columns = ["by", "metric", "variant", "statistic", "degrees_of_freedom", "p_value"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _cumulative(by_day: Effects, looks: Looks, plan: Plan) -> pd.DataFrame:
    days = pd.DataFrame({"day": np.arange(1, len(by_day.absolute) + 1)})
    table = effect_table(by_day, plan.variants, along=days)
    table["absolute"], table["relative"] = flat(looks.absolute), flat(looks.relative)
    for name in ("absolute_low", "absolute_high", "relative_low", "relative_high"):
        table[f"fixed_{name}"] = table[name]
        # A look that may not decide yet has an endless interval, which no page or JSON can hold.
        table[name] = np.where(np.isfinite(ends := flat(getattr(looks.intervals, name))), ends, np.nan)
    return _explained(table)
