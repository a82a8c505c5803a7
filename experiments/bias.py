"""Why a simulated test's estimate is not the truth, in words: training data that is shared, and chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from experiments.metrics import find
from experiments.results import Results
from experiments.wording import difference


def bias_sentence(results: Results, metric: str, variant: str) -> str:
    """Return what learning during the test does to one estimate, and what is left to chance.

    Args:
        results: simulated, with ``interference``.
        metric: name of the metric.
        variant: name of the treatment.

    Returns:
        One or two sentences; empty where interference was not measured.
    """
    table = results.interference
    if table.empty:
        return ""
    row = table[(table["metric"] == metric) & (table["variant"] == variant)].iloc[0].to_dict()
    if not np.isfinite(row["absolute"]):
        return ""
    return f"{_learning(results, metric, row)} {_chance(results, metric, row)}".strip()


def _learning(results: Results, metric: str, row: Mapping[Any, Any]) -> str:
    of = find(results.plan.metrics, metric)
    shown = difference(of, row["inside_absolute"])
    true = difference(of, row["inside_absolute"] - row["absolute"])
    if not _learns(results):
        return (
            "Nothing is learned while the test runs, so what one user sees does not depend on the others: on average "
            f"this test shows the truth, {true}."
        )
    because = (
        "all variants learn from the same clicks"
        if results.meta.settings.get("shared_training", True)
        else "each variant learns from its own users alone"
    )
    if row["absolute"] == row["absolute_low"] == row["absolute_high"] == 0:
        return f"That {because} makes no difference here: on average this test would show the truth, {true}."
    said = f"Because {because}, this test would on average show {shown} where the truth is {true}."
    if row["absolute_low"] <= 0 <= row["absolute_high"]:
        low, high = difference(of, row["absolute_low"]), difference(of, row["absolute_high"])
        said += f" So small a bias another draw of users might not show ({low} to {high})."
    return said


def _chance(results: Results, metric: str, row: Mapping[Any, Any]) -> str:
    if not np.isfinite(row["chance_absolute"]):
        return ""
    by = difference(find(results.plan.metrics, metric), row["chance_absolute"])
    return f"The other {by} of this estimate is chance: who happened to be assigned where."


def _learns(results: Results) -> bool:
    every = results.meta.settings.get("retrain_every")
    return every is not None and int(every) < results.meta.days


def bias_parts(results: Results) -> pd.DataFrame:
    """Return each estimate beside the truth and what lies between them.

    Returns:
        The columns of ``results.interference``, and ``estimate_absolute``, ``estimate_relative``,
        ``true_absolute`` and ``true_relative``; no rows where interference was not measured. The estimate is the
        truth, the interference and chance together.
    """
    table = results.interference
    if table.empty:
        return table
    keys = ["metric", "variant"]
    figures = ["absolute", "relative"]
    estimate = results.effects[[*keys, *figures]].rename(columns={name: f"estimate_{name}" for name in figures})
    true = results.truth[[*keys, *figures]].rename(columns={name: f"true_{name}" for name in figures})
    return table.merge(estimate, on=keys).merge(true, on=keys)
