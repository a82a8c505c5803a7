"""From a Log to the tables and checks of its Results: the same for simulated and real experiments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from experiments.effects import Effects, effects
from experiments.health import Check, enough_events, leakage, srm, twyman
from experiments.log import Log
from experiments.moments import Moments
from experiments.plan import Plan
from experiments.sequential import AlwaysValid, always_valid
from experiments.tables import adjusted, effect_table, flat
from experiments.verdict import Verdict, decide

#: A segment with fewer units in a variant is not shown: its interval says nothing, and it may name people.
SMALLEST_CELL = 50
_SUPPRESSED = f"Not shown: fewer than {SMALLEST_CELL} units in a variant."
_HIDDEN = (
    "control_value", "treatment_value", "absolute", "absolute_low", "absolute_high", "relative",
    "relative_low", "relative_high", "standard_error", "statistic", "p_value",
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


def analyse(log: Log, plan: Plan, *, more_checks: Sequence[Check] = ()) -> Analysis:
    """Return the effects, by segment and day, the health and the verdict of ``log`` under ``plan``.

    Args:
        log: unit-days; its variants must be the plan's.
        plan: what was decided before looking.
        more_checks: health checks only the log's maker could do.
    """
    overall = log.overall()
    found = effects(overall, plan.metrics, alpha=plan.alpha)
    by_day = effects(log.by_day(), plan.metrics, alpha=plan.alpha)
    sequence = always_valid(by_day)
    checks = (
        srm(log.counts, plan.split),
        leakage(log.counts, plan.split),
        enough_events(overall, plan),
        twyman(found, plan),
        *more_checks,
    )
    return Analysis(
        effects=_overall(found, plan),
        segments=_segments(log, plan),
        cumulative=_cumulative(by_day, sequence, plan),
        checks=checks,
        verdict=decide(plan, found, checks, days_run=log.n_days, always_valid=_last_day(sequence)),
    )


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


def _overall(found: Effects, plan: Plan) -> pd.DataFrame:
    table = effect_table(found, plan.variants)
    table["p_value_adjusted"] = adjusted(table, plan.correction)
    reach = special.ndtri(1 - plan.alpha / 2) + special.ndtri(plan.power)
    # The variance under no uplift: what a fresh run of this size could find.
    table["mde_relative"] = reach * table["standard_error"] / table["control_value"].abs().where(lambda c: c > 0)
    return table


def _segments(log: Log, plan: Plan) -> pd.DataFrame:
    cells = log.cells()
    found = effects(log.by_segment(), plan.metrics, alpha=plan.alpha)
    table = effect_table(found, plan.variants, along=cells)
    small = table[["n_control", "n_treatment"]].min(axis=1) < SMALLEST_CELL
    table.loc[small, list(_HIDDEN)] = np.nan
    table.loc[small, "explanation"] = _SUPPRESSED
    table["p_value_adjusted"] = adjusted(table, plan.correction)
    table["suppressed"] = small
    return table


def _cumulative(by_day: Effects, sequence: AlwaysValid, plan: Plan) -> pd.DataFrame:
    days = pd.DataFrame({"day": np.arange(1, len(by_day.absolute) + 1)})
    table = effect_table(by_day, plan.variants, along=days)
    for name in ("absolute_low", "absolute_high", "relative_low", "relative_high"):
        table[f"fixed_{name}"] = table[name]
        table[name] = flat(getattr(sequence, name))
    return table


def _last_day(sequence: AlwaysValid) -> AlwaysValid:
    return AlwaysValid(
        absolute_low=sequence.absolute_low[-1],
        absolute_high=sequence.absolute_high[-1],
        relative_low=sequence.relative_low[-1],
        relative_high=sequence.relative_high[-1],
    )
