"""Fit a model on what came before, and measure it on what came after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from engine.dataset import Dataset
from engine.errors import ModelError, unknown
from engine.evaluation.accumulate import METRICS, RANKING_METRICS, RATING_METRICS, estimates, number
from engine.evaluation.latency import latency_ms
from engine.evaluation.pairs import predict_pairs, relevant_items, users_at_once
from engine.evaluation.record import Evaluation
from engine.metrics.average_precision import average_precision
from engine.metrics.coverage import catalogue_coverage
from engine.metrics.gini import gini
from engine.metrics.hit_rate import hit_rate
from engine.metrics.intervals import Estimate
from engine.metrics.intra_list_diversity import intra_list_diversity
from engine.metrics.lists import exposure
from engine.metrics.mae import absolute_errors
from engine.metrics.ndcg import ndcg
from engine.metrics.novelty import novelty
from engine.metrics.precision import precision
from engine.metrics.recall import recall
from engine.metrics.reciprocal_rank import reciprocal_rank
from engine.metrics.rmse import squared_errors
from engine.metrics.similarity import cooccurrence
from engine.models import MODELS, make_model
from engine.models.base import Recommender
from engine.models.ranking import Ranking, top_k
from engine.pairs import seen_items
from engine.splitting import Split

Report = Callable[[str, int | None, int | None], None]

RANKING = {
    "precision": precision,
    "recall": recall,
    "ndcg": ndcg,
    "map": average_precision,
    "mrr": reciprocal_rank,
    "hit_rate": hit_rate,
}


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
    to the scale; coverage, Gini, novelty and intra-list diversity are over the lists of all users with a row
    to learn from. Memory beyond the model's own stays bounded: users are scored in blocks.

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

    say(f"Fitting {info.title}", None, None)
    model = make_model(model_name, params, seed)
    learnt = dataset.preferences_of(split.fit_rows)
    began = perf_counter()
    model.fit(learnt)
    fit_seconds = perf_counter() - began

    seen = seen_items(dataset, split.fit_rows)
    ranking = rank_everybody(model, seen, k, report=say)
    say("Timing single lists", None, None)
    known = np.flatnonzero(np.diff(seen.indptr) > 0)
    waited = latency_ms(model, known, k, exclude=seen, rng=np.random.default_rng(seed))

    say("Measuring", None, None)
    relevant = relevant_items(dataset, split, seen)
    per_user = _measure_lists(ranking.items, seen, relevant)
    rating_reason = _why_no_ratings(dataset, split, info.predicts_ratings)
    if not rating_reason:
        _measure_ratings(per_user, dataset, split, model)
    is_known, finds = np.diff(seen.indptr) > 0, np.diff(relevant.indptr) > 0
    in_test = np.bincount(dataset.interactions["user"][split.test], minlength=dataset.n_users) > 0
    per_user = per_user[is_known | in_test].reset_index(drop=True)

    shown = exposure(ranking.items[is_known], dataset.n_items)
    metrics = estimates(per_user, seed=seed) | {
        "coverage": Estimate(number(catalogue_coverage(shown))),
        "gini": Estimate(number(gini(shown))),
        "fit_seconds": Estimate(fit_seconds),
        "latency_p50_ms": Estimate(float(np.quantile(waited, 0.5))),
        "latency_p99_ms": Estimate(float(np.quantile(waited, 0.99))),
    }
    reasons = dict.fromkeys(RATING_METRICS, rating_reason) | dict.fromkeys(
        RANKING_METRICS, "No user has both rows to learn from and something new to find in the test."
    )
    return Evaluation(
        model=model_name,
        title=info.title,
        params=dict(params or {}),
        k=k,
        metrics={name: _explained(metrics[name], reasons.get(name, "The lists are too short.")) for name in METRICS},
        per_user=per_user,
        ranking=ranking,
        fitted=model,
        split=split,
        users_evaluated=int((is_known & finds).sum()),
        users_cold=int((in_test & ~is_known).sum()),
        users_nothing_to_find=int((is_known & ~finds).sum()),
        seed=seed,
        fingerprint=dataset.fingerprint,
    )


def rank_everybody(model: Recommender, seen: sparse.csr_array, k: int, *, report: Report | None = None) -> Ranking:
    """Return the top k of every user without what is ``seen``, block by block.

    Args:
        model: a fitted model.
        seen: what each user had, shape (users, items).
        k: length of the lists.
        report: told how many users are done.
    """
    say = report or _silent
    n_users, n_items = seen.shape
    block = users_at_once(n_items)
    items = np.full((n_users, k), -1, dtype=np.int32)
    scores = np.full((n_users, k), np.nan)
    for start in range(0, n_users, block):
        say("Ranking users", start, n_users)
        users = np.arange(start, min(start + block, n_users))
        part = top_k(model, users, k, exclude=seen, block=block)
        items[users], scores[users] = part.items, part.scores
    return Ranking(items=items, scores=scores)


def _measure_lists(ranked: NDArray[np.integer], seen: sparse.csr_array, relevant: sparse.csr_array) -> pd.DataFrame:
    """Return the list metrics of every user of the Dataset, NaN where a metric does not concern the user."""
    n_had = np.diff(seen.indptr)
    known = np.flatnonzero(n_had > 0)
    item_users = np.bincount(seen.indices, minlength=seen.shape[1])
    columns = {name: metric(ranked[known], relevant[known]) for name, metric in RANKING.items()}
    columns["novelty"] = novelty(ranked[known], item_users, len(known))
    columns["intra_list_diversity"] = intra_list_diversity(ranked[known], cooccurrence(seen))
    frame = pd.DataFrame(np.nan, index=range(len(n_had)), columns=["user", *columns])
    frame["user"] = np.arange(len(n_had), dtype=np.int32)
    frame.loc[known, list(columns)] = np.column_stack(list(columns.values()))
    return frame.assign(squared_error=np.nan, absolute_error=np.nan, ratings=np.nan)


def _measure_ratings(per_user: pd.DataFrame, dataset: Dataset, split: Split, model: Recommender) -> None:
    """Fill in each user's sums of errors over the rated test pairs."""
    test = dataset.preferences_of(split.test)
    predicted = predict_pairs(model, test)
    count = np.bincount(test.user, minlength=dataset.n_users)
    sums = {
        "squared_error": np.bincount(test.user, squared_errors(predicted, test.value), dataset.n_users),
        "absolute_error": np.bincount(test.user, absolute_errors(predicted, test.value), dataset.n_users),
        "ratings": count,
    }
    for name, values in sums.items():
        per_user[name] = np.where(count > 0, values, np.nan)


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
