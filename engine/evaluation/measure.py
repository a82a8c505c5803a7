"""Fit a model on what came before, and measure it on what came after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.categories import categories_of
from engine.dataset import Dataset
from engine.errors import ModelError, unknown
from engine.evaluation.accumulate import METRICS, RANKING_METRICS, RATING_METRICS, estimates, number
from engine.evaluation.everybody import Report, Scored, score_everybody
from engine.evaluation.latency import latency_ms
from engine.evaluation.lists import measure_lists, measure_together
from engine.evaluation.pairs import relevant_items
from engine.evaluation.record import Evaluation
from engine.metrics.calibration import calibration_curve
from engine.metrics.intervals import Estimate
from engine.metrics.mae import absolute_errors
from engine.metrics.rmse import squared_errors
from engine.models import MODELS, make_model
from engine.models.base import Recommender
from engine.pairs import seen_items
from engine.preferences import Preferences
from engine.splitting import Split

__all__ = ["Report", "evaluate"]

_NOTHING_TO_FIND = "No user has both rows to learn from and something new to find in the test."


def evaluate(
    dataset: Dataset,
    split: Split,
    model_name: str,
    params: Mapping[str, Any] | None = None,
    *,
    k: int = 10,
    seed: int = 0,
    report: Report | None = None,
) -> Evaluation:
    """Fit a model on ``split.fit_rows`` and measure it on ``split.test``.

    Lists leave out what the user had in the rows learnt from. Ranking metrics are means over users with a row
    to learn from and something to find; RMSE and MAE are over all rated test pairs, with predictions clipped
    to the scale; what the lists are like (coverage, Gini, novelty and so on) is over all users with a row to
    learn from. Memory beyond the model's own stays bounded: users are scored in blocks.

    Args:
        dataset: the log.
        split: its split.
        model_name: a name of ``engine.models.MODELS``.
        params: parameters that differ from the defaults.
        k: length of the lists.
        seed: seed of the model, of the bootstrap and of the users whose latency is timed.
        report: told the stage, and how much of it is done where that can be counted.

    Raises:
        ModelError: an unknown model or parameter, k below 1, or data the model cannot learn from.
    """
    if model_name not in MODELS:
        raise ModelError(unknown("Model", model_name, MODELS))
    if k < 1:
        raise ModelError(f"The length of the lists, k, was {k}; it must be 1 or more.")
    say = report or _silent
    info = MODELS[model_name]

    seen = seen_items(dataset, split.fit_rows)
    rating_reason = _why_no_ratings(dataset, split, info.predicts_ratings)
    rated = None if rating_reason else dataset.preferences_of(split.test)
    say(f"Fitting {info.title}", None, None)
    served = _serve(
        make_model(model_name, params, seed), dataset.preferences_of(split.fit_rows), seen, rated, k, seed, say
    )
    ranking, predicted = served.scored.ranking, served.scored.predicted

    say("Measuring", None, None)
    relevant = relevant_items(dataset, split, seen)
    categories = categories_of(dataset)
    per_user = measure_lists(ranking.items, seen, relevant, None if categories is None else categories.shares)
    per_user = per_user.assign(squared_error=np.nan, absolute_error=np.nan, ratings=np.nan)
    curve = None
    if rated is not None and predicted is not None:
        curve = calibration_curve(predicted, rated.value, rated.user)
        per_user = per_user.assign(**_errors(rated, predicted))
    is_known, finds = np.diff(seen.indptr) > 0, np.diff(relevant.indptr) > 0
    in_test = np.bincount(dataset.interactions["user"][split.test], minlength=dataset.n_users) > 0
    per_user = per_user[is_known | in_test].reset_index(drop=True)

    together = measure_together(ranking.items[is_known], dataset.n_items)
    metrics = estimates(per_user, seed=seed) | {
        **{name: Estimate(number(value)) for name, value in together.items()},
        "calibration_error": Estimate(None if curve is None else number(curve.error)),
        "fit_seconds": Estimate(served.fit_seconds),
        "latency_p50_ms": Estimate(float(np.quantile(served.waited, 0.5))),
        "latency_p99_ms": Estimate(float(np.quantile(served.waited, 0.99))),
    }
    reasons = dict.fromkeys((*RATING_METRICS, "calibration_error"), rating_reason)
    reasons |= dict.fromkeys((*RANKING_METRICS, "serendipity"), _NOTHING_TO_FIND)
    if categories is None:
        reasons["miscalibration"] = "The item table names no categories."
    return Evaluation(
        model=model_name,
        title=info.title,
        params=dict(params or {}),
        k=k,
        metrics={name: _explained(metrics[name], reasons.get(name, "The lists are too short.")) for name in METRICS},
        per_user=per_user,
        ranking=ranking,
        split=split,
        users_evaluated=int((is_known & finds).sum()),
        users_cold=int((in_test & ~is_known).sum()),
        users_nothing_to_find=int((is_known & ~finds).sum()),
        seed=seed,
        fingerprint=dataset.fingerprint,
        calibration=curve,
    )


@dataclass(frozen=True)
class _Served:
    """What a model is needed for."""

    fit_seconds: float
    scored: Scored
    waited: NDArray[np.float64]


def _serve(
    model: Recommender,
    learnt: Preferences,
    seen: sparse.csr_array,
    rated: Preferences | None,
    k: int,
    seed: int,
    say: Report,
) -> _Served:
    """Fit ``model``, make everybody's list and the predictions of what was ``rated``, and time single lists."""
    began = perf_counter()
    model.fit(learnt)
    fit_seconds = perf_counter() - began
    scored = score_everybody(model, seen, k, pairs=rated, report=say)
    say("Timing single lists", None, None)
    known = np.flatnonzero(np.diff(seen.indptr) > 0)
    waited = latency_ms(model, known, k, exclude=seen, rng=np.random.default_rng(seed))
    return _Served(fit_seconds, scored, waited)


def _errors(rated: Preferences, predicted: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return each user's sums of errors over their rated pairs, and the pairs' number; NaN without any."""
    count = np.bincount(rated.user, minlength=rated.n_users)
    sums = {
        "squared_error": np.bincount(rated.user, squared_errors(predicted, rated.value), rated.n_users),
        "absolute_error": np.bincount(rated.user, absolute_errors(predicted, rated.value), rated.n_users),
        "ratings": count,
    }
    return {name: np.where(count > 0, values, np.nan) for name, values in sums.items()}


def _why_no_ratings(dataset: Dataset, split: Split, predicts_ratings: bool) -> str:
    """Return why RMSE and MAE cannot be measured, or nothing."""
    if dataset.feedback == "implicit":
        return "The log is learnt from as events, not ratings; ranking metrics apply."
    if not predicts_ratings:
        return "This model orders items and predicts no rating."
    if not dataset.interactions["rating"][split.test].notna().any():
        return "No test row carries a rating."
    return ""


def _explained(estimate: Estimate, reason: str) -> Estimate:
    return estimate if estimate.value is not None else Estimate(None, reason=reason)


def _silent(stage: str, done: int | None, total: int | None) -> None:
    pass
