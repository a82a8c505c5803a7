"""How well models serve people they have learnt nothing of."""

from __future__ import annotations

import numpy as np

from engine.dataset import Dataset
from engine.evaluation.accumulate import RANKING_METRICS, number
from engine.evaluation.lists import RANKING
from engine.evaluation.pairs import relevant_items
from engine.evaluation.record import Evaluation
from engine.metrics.intervals import Estimate, ratio_intervals
from engine.pairs import seen_items

_NOBODY = "No user of the test is new."


def cold_users(dataset: Dataset, evaluation: Evaluation) -> dict[str, Estimate]:
    """Return the ranking metrics over users with test rows and none to learn from, with 95% intervals.

    Their lists are what the model gives somebody it knows nothing of.

    Args:
        dataset: the log ``evaluation`` is of.
        evaluation: a model measured on it.
    """
    seen = seen_items(dataset, evaluation.split.fit_rows)
    relevant = relevant_items(dataset, evaluation.split, seen)
    cold = np.flatnonzero((np.diff(seen.indptr) == 0) & (np.diff(relevant.indptr) > 0))
    if len(cold) == 0:
        return {name: Estimate(None, reason=_NOBODY) for name in RANKING_METRICS}
    lists = evaluation.ranking.items[cold]
    values = np.column_stack([RANKING[name](lists, relevant[cold]) for name in RANKING_METRICS])
    found = ratio_intervals(values, np.ones_like(values), seed=evaluation.seed)
    return {
        name: Estimate(number(value), number(low), number(high))
        for name, value, low, high in zip(RANKING_METRICS, *found, strict=True)
    }
