"""Results as they are read: each row with its outcome in a word, the interval the plan reads, and the truth."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from experiments.health import SUSPICIOUS_UPLIFT
from experiments.metrics import find
from experiments.plan import Plan
from experiments.results import Results

#: ``better`` and ``worse`` are significant and said by the metric's direction, not by the sign. A guardrail is
#: ``safe``, ``harmed`` or ``uncertain`` as ``experiments.verdict.guardrail_statuses`` has it.
Outcome = Literal["better", "worse", "unclear", "missing", "safe", "harmed", "uncertain"]

_INTERVAL = ("absolute_low", "absolute_high", "relative_low", "relative_high")


def readings(results: Results) -> pd.DataFrame:
    """Return ``results.effects`` with what a reader needs beside each row.

    Where the plan is looked at every day, the intervals are the always-valid ones of the last day, and an
    uplift counts as significant when its interval excludes zero; otherwise when its corrected p-value is
    below alpha.

    Returns:
        The columns of ``effects`` and ``role``, ``margin`` (NaN where not a guardrail), ``outcome``,
        ``suspicious`` (significant and beyond ``SUSPICIOUS_UPLIFT``) and, NaN or None where nothing is
        simulated, ``true_absolute``, ``true_relative``, ``inside`` (whether the relative interval, or
        the absolute one where there is no relative, holds the truth; None where there is no interval).
    """
    plan = results.plan
    table = results.effects.copy()
    if plan.stopping != "fixed":
        last = results.cumulative[results.cumulative["day"] == results.cumulative["day"].max()]
        table[list(_INTERVAL)] = last[list(_INTERVAL)].to_numpy()
    return _with_truth(_judged(table, plan), results)


def segment_readings(results: Results) -> pd.DataFrame:
    """Return ``results.segments`` with ``outcome``, by the p-value corrected over all segments of the metric.

    The truth of a suppressed segment is left out too.
    """
    table = results.segments.copy()
    significant = table["p_value_adjusted"] < results.plan.alpha
    table["outcome"] = _outcome(table, results.plan, significant)
    for name in ("true_absolute", "true_relative"):
        if name in table:
            table[name] = table[name].where(~table["suppressed"])
    return table


def visible_range(
    low: pd.Series, high: pd.Series, marks: pd.Series, *, slack: float = 0.0
) -> tuple[float, float] | None:
    """Return the range an axis should show, so that a few endless intervals do not flatten all others.

    It holds zero, every mark and the middle half of the intervals; then it grows toward the widest interval, by
    ``slack`` times its width on each side at most. A tenth is to spare; what reaches further the axis cuts off.
    None where there is nothing to show.
    """
    shown = marks.dropna()
    if shown.empty:
        return None
    ends = [0.0, float(shown.min()), float(shown.max())]
    if not low.notna().any():
        bottom, top = min(ends), max(ends)
    else:
        ends += [float(low.quantile(0.25)), float(high.quantile(0.75))]
        bottom, top = min(ends), max(ends)
        reach = slack * (top - bottom)
        bottom = min(bottom, max(float(low.min()), bottom - reach))
        top = max(top, min(float(high.max()), top + reach))
    spare = 0.1 * (top - bottom) or 0.01
    return bottom - spare, top + spare


def _judged(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    named = [find(plan.metrics, name) for name in table["metric"]]
    if plan.stopping != "fixed":
        significant = (table["absolute_low"] > 0) | (table["absolute_high"] < 0)
    else:
        significant = table["p_value_adjusted"] < plan.alpha
    table["role"] = [metric.role for metric in named]
    table["margin"] = [np.nan if metric.margin is None else metric.margin for metric in named]
    guardrail = table["role"] == "guardrail"
    table["outcome"] = np.where(guardrail, _guarded(table, plan), _outcome(table, plan, significant))
    table["suspicious"] = (table["relative"].abs() > SUSPICIOUS_UPLIFT) & significant
    return table


def _outcome(table: pd.DataFrame, plan: Plan, significant: pd.Series) -> np.ndarray:
    gain = table["absolute"] * _signs(table, plan)
    return np.select(
        [
            table["p_value"].isna().to_numpy(),
            (significant & (gain > 0)).to_numpy(),
            (significant & (gain < 0)).to_numpy(),
        ],
        ["missing", "better", "worse"],
        "unclear",
    )


def _guarded(table: pd.DataFrame, plan: Plan) -> np.ndarray:
    higher = _signs(table, plan) > 0
    worst = np.where(higher, table["relative_low"], -table["relative_high"])
    best = np.where(higher, table["relative_high"], -table["relative_low"])
    missing = table["relative_low"].isna().to_numpy()
    return np.select(
        [missing, worst > -table["margin"].to_numpy(), best < 0], ["missing", "safe", "harmed"], "uncertain"
    )


def _signs(table: pd.DataFrame, plan: Plan) -> np.ndarray:
    return np.array([1 if find(plan.metrics, name).direction == "higher" else -1 for name in table["metric"]])


def _with_truth(table: pd.DataFrame, results: Results) -> pd.DataFrame:
    """Put the true uplifts beside the estimates; ``truth`` has the rows of ``effects`` in the same order.

    Read off the relative interval, which is what pages draw; off the absolute one where the control is zero.
    """
    if results.truth.empty:
        return table.assign(true_absolute=np.nan, true_relative=np.nan, inside=None)
    true = {name: results.truth[name].to_numpy() for name in ("absolute", "relative")}
    held = {name: (table[f"{name}_low"] <= true[name]) & (true[name] <= table[f"{name}_high"]) for name in true}
    inside = held["relative"].where(table["relative_low"].notna(), held["absolute"])
    return table.assign(
        true_absolute=true["absolute"],
        true_relative=true["relative"],
        inside=inside.astype(object).where(table["absolute_low"].notna(), None),
    )
