"""Two results side by side: what both say of the metrics they share, and what was planned otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from experiments.differing import Difference, planned_otherwise, run_otherwise
from experiments.metrics import Metric, find
from experiments.plan import Plan
from experiments.results import Meta, Results

#: What a metric must have in common for two uplifts of it to be of the same thing.
_SAME = ("kind", "numerator", "denominator", "quantile", "cap", "direction")
_SHOWN = (
    "control_value", "treatment_value", "absolute", "absolute_low", "absolute_high", "relative", "relative_low",
    "relative_high", "p_value_adjusted", "chance_to_win", "outcome", "n_control", "n_treatment",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """Two results side by side.

    Attributes:
        uplifts: one row a shared metric and pair of treatments, the first's primary metric first: ``metric``,
            ``first_variant``, ``second_variant``; for each of the two, behind ``first_`` and ``second_``, the
            columns of ``Results.effects`` from ``control_value`` to ``n_treatment``; ``comparable`` (both
            measure the same); and the second's uplift less the first's: ``absolute_difference`` and
            ``relative_difference``, each with ``_low`` and ``_high`` (NaN where no interval can be given) and
            ``outcome``: ``better``, ``worse`` or ``unclear`` by the relative difference, else ``missing``.
        independent: whether the two experiments share no users and no luck, so that the difference of their
            uplifts has an interval.
        dependence: why not, in a sentence; empty where they are independent.
        first_only: labels of metrics only the first has.
        second_only: labels of metrics only the second has.
        planned: what differs between the plans.
        run: what differs in data, length and size.
        sentence: the answer.
    """

    uplifts: pd.DataFrame
    independent: bool
    dependence: str
    first_only: tuple[str, ...]
    second_only: tuple[str, ...]
    planned: tuple[Difference, ...]
    run: tuple[Difference, ...]
    sentence: str


def compare(first: Results, second: Results) -> Comparison:
    """Return ``first`` and ``second`` side by side.

    Treatments are paired by name; those left over with each other. The interval of the difference of two independent
    uplifts comes from their own intervals (Zou & Donner 2008, Statistics in Medicine 27, equation 7: the method of
    variance estimates recovery), so it may be uneven as they are, and holds where they do.
    """
    mine, theirs = ({metric.name: metric for metric in each.plan.metrics} for each in (first, second))
    dependence = _dependence(first.meta, second.meta)
    uplifts = _uplifts(first, second, told=not dependence and first.plan.alpha == second.plan.alpha)
    return Comparison(
        uplifts=uplifts,
        independent=not dependence,
        dependence=dependence,
        first_only=tuple(metric.label for name, metric in mine.items() if name not in theirs),
        second_only=tuple(metric.label for name, metric in theirs.items() if name not in mine),
        planned=planned_otherwise(first.plan, second.plan),
        run=run_otherwise(first.meta, second.meta),
        sentence=_sentence(first, second, uplifts),
    )


def _dependence(first: Meta, second: Meta) -> str:
    """Return why two experiments may share users or luck; empty where they do not."""
    if first.simulated != second.simulated:
        return ""
    if first.simulated and first.seed == second.seed:
        return (
            f"Both were simulated with seed {first.seed}: their users share much of their luck, so no interval of the "
            "difference can be given. Simulate one of them with another seed."
        )
    if not first.simulated and first.fingerprint == second.fingerprint:
        return "Both rest on the same export and so on the same units: no interval of the difference can be given."
    return ""


def _uplifts(first: Results, second: Results, *, told: bool) -> pd.DataFrame:
    pairs = pd.DataFrame(_pairs(first.plan.variants[1:], second.plan.variants[1:]))
    pairs.columns = ["first_variant", "second_variant"]
    left, right = (
        each.effects[["metric", "variant", *_SHOWN]].rename(
            columns={"variant": f"{side}_variant"} | {name: f"{side}_{name}" for name in _SHOWN}
        )
        for side, each in (("first", first), ("second", second))
    )
    table = left.merge(pairs, on="first_variant").merge(right, on=["metric", "second_variant"])
    order = [first.plan.primary.name, *(metric.name for metric in first.plan.metrics)]
    table = table.sort_values("metric", key=lambda names: names.map(order.index), kind="stable", ignore_index=True)
    alike = {metric.name for metric in first.plan.metrics if _alike(metric, second.plan.metrics)}
    comparable = table["metric"].isin(alike)
    table["comparable"] = comparable
    for figure in ("absolute", "relative"):
        table[f"{figure}_difference"] = (table[f"second_{figure}"] - table[f"first_{figure}"]).where(comparable)
        low, high = _interval(table, figure)
        table[f"{figure}_difference_low"] = low.where(comparable & told)
        table[f"{figure}_difference_high"] = high.where(comparable & told)
    table["outcome"] = _outcome(table, first.plan)
    return table


def _pairs(first: tuple[str, ...], second: tuple[str, ...]) -> list[tuple[str, str]]:
    shared = [(name, name) for name in first if name in second]
    rest = [name for name in first if name not in second], [name for name in second if name not in first]
    if not shared or (len(rest[0]) == 1 and len(rest[1]) == 1):
        shared += product(*rest)
    return shared


def _interval(table: pd.DataFrame, figure: str) -> tuple[pd.Series, pd.Series]:
    (a, a_low, a_high), (b, b_low, b_high) = (
        [table[f"{side}_{figure}{end}"] for end in ("", "_low", "_high")] for side in ("first", "second")
    )
    return (b - a) - np.hypot(b - b_low, a_high - a), (b - a) + np.hypot(b_high - b, a - a_low)


def _outcome(table: pd.DataFrame, plan: Plan) -> np.ndarray:
    up = np.array([find(plan.metrics, name).direction == "higher" for name in table["metric"]], dtype=bool)
    # Where a control is zero there is no relative uplift.
    low, high = (
        table[f"relative_difference_{end}"].fillna(table[f"absolute_difference_{end}"]).to_numpy()
        for end in ("low", "high")
    )
    return np.select(
        [np.isnan(low), np.where(up, low > 0, high < 0), np.where(up, high < 0, low > 0)],
        ["missing", "better", "worse"],
        "unclear",
    ).astype(object)


def _alike(metric: Metric, others: tuple[Metric, ...]) -> bool:
    return any(
        other.name == metric.name and all(getattr(other, name) == getattr(metric, name) for name in _SAME)
        for other in others
    )


def _sentence(first: Results, second: Results, uplifts: pd.DataFrame) -> str:
    one, other = first.verdict.title.lower(), second.verdict.title.lower()
    start = f"Both say {one}" if one == other else f"The first says {one}, the second {other}"
    if uplifts.empty:
        return f"{start}; they share no metric."
    row = uplifts.iloc[0]
    metric = find(first.plan.metrics, row["metric"]).label
    lead = {
        "better": f"the second's uplift of {metric} is better",
        "worse": f"the first's uplift of {metric} is better",
        "unclear": f"their uplifts of {metric} do not differ clearly",
        "missing": f"whether their uplifts of {metric} differ cannot be told",
    }[row["outcome"]]
    return f"{start}; {lead}."
