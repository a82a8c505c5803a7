"""Measuring parameters on validation rows, without a look at the test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from engine.dataset import Dataset
from engine.errors import DataError, ModelError, unknown
from engine.evaluation.lists import RANKING
from engine.evaluation.measure import rank_everybody
from engine.evaluation.pairs import relevant_items
from engine.models import make_model
from engine.pairs import seen_items
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


def measure_on(
    dataset: Dataset, inner: Split, model: str, *, metric: str, k: int, seed: int
) -> Callable[[Mapping[str, Any]], float]:
    """Return a function from parameters to the mean of ``metric`` over users.

    Args:
        dataset: the log.
        inner: rows to learn from and to measure on.
        model: a model's name.
        metric: a name of ``engine.evaluation.lists.RANKING``.
        k: length of the lists.
        seed: seed of the model.

    Raises:
        ModelError: an unknown metric.
        DataError: where the rows hold nothing to find.
    """
    if metric not in RANKING:
        raise ModelError(unknown("Ranking metric", metric, RANKING))
    learnt = dataset.preferences_of(inner.train)
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
