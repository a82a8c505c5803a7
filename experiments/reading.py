"""Results as they are read: each row with its outcome in a word, the interval the plan reads, and the truth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.health import SUSPICIOUS_UPLIFT
from experiments.metrics import find
from experiments.results import Results


def readings(results: Results) -> pd.DataFrame:
    """Return ``results.effects`` with what a reader needs beside each row.

    Returns:
        The columns of ``effects`` and ``role``, ``margin`` (NaN where not a guardrail), ``suspicious``
        (significant and beyond ``SUSPICIOUS_UPLIFT``) and, NaN or None where nothing is simulated,
        ``true_absolute``, ``true_relative``, ``inside`` (whether the relative interval, or the absolute one
        where there is no relative, holds the truth; None where there is no interval).
    """
    table = results.effects.copy()
    named = [find(results.plan.metrics, name) for name in table["metric"]]
    table["role"] = [metric.role for metric in named]
    table["margin"] = [np.nan if metric.margin is None else metric.margin for metric in named]
    significant = table["p_value_adjusted"] < results.plan.alpha
    table["suspicious"] = (table["relative"].abs() > SUSPICIOUS_UPLIFT) & significant
    return _with_truth(table, results)


def segment_readings(results: Results) -> pd.DataFrame:
    """Return ``results.segments``; the truth of a suppressed segment is left out as its figures are."""
    table = results.segments.copy()
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
