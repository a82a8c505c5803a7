"""Measuring parameters on validation rows, without a look at the test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from engine.dataset import Dataset
from engine.errors import DataError, ModelError, unknown
from engine.evaluation.everybody import rank_everybody
from engine.evaluation.lists import RANKING
from engine.evaluation.pairs import predict_pairs, relevant_items
from engine.metrics.rmse import squared_errors
from engine.models import MODELS, make_model
from engine.pairs import seen_items
from engine.preferences import Preferences
from engine.splitting import Split

SHARE = 0.15


def inner_split(split: Split, rng: np.random.Generator) -> Split:
    """Return a split within ``split.fit_rows``: to train, and to test on in place of the test.

    The validation rows of ``split`` where it has any; otherwise 15% of the rows to learn from, at random.
    """
    held = split.validation
    if not held.any():
        held = split.fit_rows & (rng.random(len(split.test)) < SHARE)
    return Split(
        train=split.fit_rows & ~held,
        validation=np.zeros_like(held),
        test=held,
        how=split.how,
        validation_share=0.0,
        test_share=SHARE,
        seed=split.seed,
    )


def metrics_of(dataset: Dataset, model: str) -> tuple[str, ...]:
    """Return the metrics ``model`` can be tuned by on ``dataset``: of lists, and RMSE where it predicts its ratings."""
    rates = MODELS[model].predicts_ratings and dataset.feedback == "explicit"
    return (*RANKING, "rmse") if rates else tuple(RANKING)


def measure_on(
    dataset: Dataset, inner: Split, model: str, *, metric: str, k: int, seed: int
) -> Callable[[Mapping[str, Any]], float]:
    """Return a function from parameters to ``metric``: the mean over users, or RMSE over all rated pairs.

    Args:
        dataset: the log.
        inner: rows to learn from and to measure on.
        model: a model's name.
        metric: a name of ``engine.evaluation.lists.RANKING``, or ``rmse``.
        k: length of the lists.
        seed: seed of the model.

    Raises:
        ModelError: an unknown metric, or RMSE of a model or a log without ratings.
        DataError: where the rows hold nothing to find.
    """
    if metric not in metrics_of(dataset, model):
        if metric == "rmse":
            raise ModelError(
                f"RMSE needs a model that predicts ratings and a log that holds them; {MODELS[model].title} on "
                f"'{dataset.name}' is not such a pair. Tune by a ranking metric: {', '.join(RANKING)}."
            )
        raise ModelError(unknown("Metric", metric, metrics_of(dataset, model)))
    learnt = dataset.preferences_of(inner.train)
    if metric == "rmse":
        return _rmse_on(learnt, dataset.preferences_of(inner.test), model, seed)
    seen = seen_items(dataset, inner.train)
    relevant = relevant_items(dataset, inner, seen)
    users = np.flatnonzero((np.diff(seen.indptr) > 0) & (np.diff(relevant.indptr) > 0))
    if len(users) == 0:
        raise DataError(
            "No user has both rows to learn from and something new to find in the validation rows, so nothing can be "
            "tuned. Another split or more rows are needed."
        )
    sought = relevant[users]

    def measure(params: Mapping[str, Any]) -> float:
        fitted = make_model(model, params, seed)
        fitted.fit(learnt)
        return float(np.mean(RANKING[metric](rank_everybody(fitted, seen, k).items[users], sought)))

    return measure


def _rmse_on(learnt: Preferences, wanted: Preferences, model: str, seed: int) -> Callable[[Mapping[str, Any]], float]:
    if len(wanted) == 0:
        raise DataError("The validation rows hold no rating, so nothing can be tuned by RMSE. More rows are needed.")

    def measure(params: Mapping[str, Any]) -> float:
        fitted = make_model(model, params, seed)
        fitted.fit(learnt)
        return float(np.sqrt(squared_errors(predict_pairs(fitted, wanted), wanted.value).mean()))

    return measure
