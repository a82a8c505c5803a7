"""How good the predictions are, on a period that nothing was learned from, beside what is simpler."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from engine.metrics.intervals import Estimate
from engine.people.learning import Learned, Period

GROUPS = 10


@dataclass(frozen=True)
class Judgement:
    """Figures with 95% intervals over users.

    Attributes:
        users: users judged: those known when the period began.
        churned_share: share of them who stayed away.
        auc: chance that somebody who stayed away was given a higher risk than somebody who came back.
        auc_recency: the same where recency alone foretells.
        auc_gain: ``auc`` less ``auc_recency``, paired.
        brier: mean squared distance between risk and what happened; lower is better.
        brier_recency: the same where recency alone foretells.
        brier_base: the same where everybody is given the base rate.
        brier_gain: ``brier_recency`` less ``brier``, paired; above 0 is better than recency.
        calibration: one row a tenth of the users by risk, the lowest first: ``users``, ``foretold`` (mean risk),
            ``observed`` (share who stayed away), ``low`` and ``high`` (Wilson 1927).
        lift: one row a tenth, the riskiest first: ``tenth`` (from 1), ``users``, ``observed``, ``lift`` (observed over
            ``churned_share``) and ``lift_recency`` (where recency alone ranks).
        mae: mean distance between expected value and value.
        mae_own: the same where everybody goes on as they did in the period before.
        mae_usual: the same where everybody is given the usual value.
        mae_gain: ``mae_own`` less ``mae``, paired; above 0 is better.
        value_ratio: sum of the expected values over the sum of the values; 1 is right. NaN where nothing was worth
            anything.
        value_in_top: share of all value that the tenth of users with the highest expected value brought.
    """

    users: int
    churned_share: float
    auc: Estimate
    auc_recency: Estimate
    auc_gain: Estimate
    brier: Estimate
    brier_recency: Estimate
    brier_base: Estimate
    brier_gain: Estimate
    calibration: pd.DataFrame
    lift: pd.DataFrame
    mae: Estimate
    mae_own: Estimate
    mae_usual: Estimate
    mae_gain: Estimate
    value_ratio: float
    value_in_top: float


def judge(learned: Learned, period: Period) -> Judgement:
    """Hold what was ``learned`` before ``period`` against what happened in it."""
    churned = period.churned
    risk, recency = learned.churn_risk(period.known), learned.recency_only(period.known)
    squared = [(chance - churned) ** 2 for chance in (risk, recency, np.full(len(churned), learned.base_rate))]
    expected = learned.expected_value(period.known)
    own = period.known["value_lately"].to_numpy(np.float64)
    distances = [np.abs(guess - period.value) for guess in (expected, own, np.full(len(churned), learned.usual))]
    areas = _areas(np.stack([risk, recency]), churned)
    total = float(period.value.sum())
    top = np.argsort(-expected, kind="stable")[: max(1, len(expected) // GROUPS)]
    return Judgement(
        users=len(churned),
        churned_share=float(churned.mean()),
        auc=areas[0],
        auc_recency=areas[1],
        auc_gain=areas[2],
        brier=_mean(squared[0]),
        brier_recency=_mean(squared[1]),
        brier_base=_mean(squared[2]),
        brier_gain=_mean(squared[1] - squared[0]),
        calibration=_calibration(risk, churned),
        lift=_lift(risk, recency, churned),
        mae=_mean(distances[0]),
        mae_own=_mean(distances[1]),
        mae_usual=_mean(distances[2]),
        mae_gain=_mean(distances[1] - distances[0]),
        value_ratio=float(expected.sum()) / total if total else float("nan"),
        value_in_top=float(period.value[top].sum()) / total if total else float("nan"),
    )


def _areas(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> tuple[Estimate, Estimate, Estimate]:
    """Return the areas under the ROC curves of two scores and their difference (DeLong, DeLong & Clarke-Pearson 1988,
    Biometrics 44(3); by midranks, Sun & Xu 2014).

    Args:
        scores: shape (2, users).
        positive: who is positive, shape (users,).
    """
    m, n = int(positive.sum()), int((~positive).sum())
    everybody = rankdata(scores, axis=1)
    among = rankdata(scores[:, positive], axis=1)
    against = rankdata(scores[:, ~positive], axis=1)
    of_positive = (everybody[:, positive] - among) / n
    of_negative = 1 - (everybody[:, ~positive] - against) / m
    areas = of_positive.mean(axis=1)
    spread = np.cov(of_positive) / m + np.cov(of_negative) / n
    gain = np.array([1.0, -1.0])
    return (
        _interval(float(areas[0]), float(spread[0, 0])),
        _interval(float(areas[1]), float(spread[1, 1])),
        _interval(float(areas[0] - areas[1]), float(gain @ spread @ gain)),
    )


def _mean(values: NDArray[np.float64]) -> Estimate:
    return _interval(float(values.mean()), float(values.var(ddof=1)) / len(values))


def _interval(value: float, variance: float) -> Estimate:
    reach = float(norm.ppf(0.975)) * max(variance, 0.0) ** 0.5
    return Estimate(value, value - reach, value + reach)


def _tenths(order: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return each user's tenth, from 0 for the first of ``order``, shape (users,)."""
    tenth = np.empty(len(order), dtype=np.int64)
    tenth[order] = np.arange(len(order)) * GROUPS // len(order)
    return tenth


def _calibration(risk: NDArray[np.float64], churned: NDArray[np.bool_]) -> pd.DataFrame:
    from statsmodels.stats.proportion import proportion_confint  # takes a second to import

    tenth = _tenths(np.argsort(risk, kind="stable"))
    found = pd.DataFrame({"tenth": tenth, "risk": risk, "churned": churned}).groupby("tenth")
    table = found.agg(users=("risk", "size"), foretold=("risk", "mean"), observed=("churned", "mean"))
    away = np.round(table["users"] * table["observed"])
    low, high = proportion_confint(away, table["users"], alpha=0.05, method="wilson")
    return table.assign(low=low, high=high).reset_index(drop=True)


def _lift(risk: NDArray[np.float64], recency: NDArray[np.float64], churned: NDArray[np.bool_]) -> pd.DataFrame:
    share = churned.mean()
    by_risk, by_recency = (
        pd.Series(churned).groupby(_tenths(np.argsort(-each, kind="stable"))) for each in (risk, recency)
    )
    table = pd.DataFrame({"users": by_risk.size(), "observed": by_risk.mean()})
    table = table.assign(lift=table["observed"] / share, lift_recency=by_recency.mean() / share)
    table.insert(0, "tenth", np.arange(1, len(table) + 1))
    return table.reset_index(drop=True)
