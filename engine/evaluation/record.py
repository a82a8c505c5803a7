"""What an evaluation and a fit leave behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from engine.evaluation.accumulate import METRICS, RATIOS
from engine.metrics.calibration import Curve
from engine.metrics.intervals import Estimate
from engine.models.base import Recommender
from engine.models.ranking import Ranking
from engine.splitting import Split


@dataclass(frozen=True)
class Evaluation:
    """One model measured on one split. The model itself is let go, so that many can be kept side by side.

    Attributes:
        model: the model's name, for instance ``svd``.
        title: its name for people, for instance ``SVD``.
        params: parameters it was fitted with that differ from the defaults.
        k: length of the lists.
        metrics: an Estimate for each name of METRICS.
        per_user: one row a user with a row to learn from or to test on. Columns: ``user`` (code); the ranking
            metrics and ``serendipity`` (NaN for users who are cold or have nothing to find); ``novelty``,
            ``intra_list_diversity``, ``average_recommendation_popularity`` and ``miscalibration`` (NaN for cold
            users, the last also where items have no categories); ``squared_error``, ``absolute_error`` (sums) and
            ``ratings`` (their count; all NaN where the model predicts no ratings).
        ranking: top k of every user of the Dataset, without what the user had in the rows learnt from.
        split: the split.
        users_evaluated: users with a row to learn from and something to find; the ranking metrics are theirs.
        users_cold: users with test rows, but none to learn from; no ranking metric counts them.
        users_nothing_to_find: users with a row to learn from, but nothing new to find in the test.
        seed: seed of the model and of the bootstrap.
        fingerprint: fingerprint of the Dataset.
        calibration: predicted against observed ratings of the test; None where the model predicts none.
    """

    model: str
    title: str
    params: Mapping[str, Any]
    k: int
    metrics: Mapping[str, Estimate]
    per_user: pd.DataFrame
    ranking: Ranking
    split: Split
    users_evaluated: int
    users_cold: int
    users_nothing_to_find: int
    seed: int
    fingerprint: str
    calibration: Curve | None = None

    @property
    def fit_seconds(self) -> float:
        """Seconds the fit took."""
        return self._seconds("fit_seconds")

    @property
    def latency_p50_ms(self) -> float:
        """Median milliseconds to make one user's list."""
        return self._seconds("latency_p50_ms")

    @property
    def latency_p99_ms(self) -> float:
        """99th percentile of the milliseconds to make one user's list."""
        return self._seconds("latency_p99_ms")

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain JSON data: each metric, its ``_low`` and ``_high`` where it is a mean."""
        figures: dict[str, Any] = {"model": self.model, "title": self.title, "params": dict(self.params)}
        figures |= {"k": self.k, "seed": self.seed}
        for name in METRICS:
            estimate = self.metrics[name]
            figures[name] = estimate.value
            if name in RATIOS:
                figures |= {f"{name}_low": estimate.low, f"{name}_high": estimate.high}
        figures |= {
            "calibration_curve": None if self.calibration is None else self.calibration.to_dict(),
            "users_evaluated": self.users_evaluated,
            "users_cold": self.users_cold,
            "users_nothing_to_find": self.users_nothing_to_find,
            "reasons": {name: self.metrics[name].reason for name in METRICS if self.metrics[name].reason},
        }
        return figures

    def _seconds(self, name: str) -> float:
        value = self.metrics[name].value
        return float("nan") if value is None else value


@dataclass(frozen=True)
class Fitted:
    """A model fitted on every row of a Dataset, ready to recommend.

    Attributes:
        model: the model's name.
        title: its name for people.
        params: parameters that differ from the defaults.
        fitted: the model itself.
        fit_seconds: seconds the fit took.
        seed: seed of the model.
        fingerprint: fingerprint of the Dataset.
    """

    model: str
    title: str
    params: Mapping[str, Any]
    fitted: Recommender
    fit_seconds: float
    seed: int
    fingerprint: str
