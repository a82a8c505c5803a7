"""How models serve people they have learnt nothing of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.dataset import Dataset
from engine.evaluation.accumulate import RANKING_METRICS, number
from engine.evaluation.lists import RANKING
from engine.evaluation.pairs import relevant_items
from engine.evaluation.record import Evaluation
from engine.metrics.intervals import Estimate, ratio_intervals
from engine.models.baselines import Popularity
from engine.models.ranking import top_k
from engine.pairs import seen_items

_NOBODY = "No user of the test is new."

Path = Literal["nobody is new", "what most chose", "one list of its own", "a list each", "no order at all"]
"""What a model gave new users: the list of what most people chose; another list, the same for all; lists that differ
from user to user; or the first items of the catalogue, because it scored all items alike."""


@dataclass(frozen=True)
class Cold:
    """Users with test rows and none to learn from, as one model served them.

    Attributes:
        path: what their lists were.
        users: how many have something to find.
        metrics: each ranking metric over them, with its 95% interval.
    """

    path: Path
    users: int
    metrics: dict[str, Estimate]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON data."""
        return asdict(self)


def cold_users(dataset: Dataset, evaluations: Sequence[Evaluation]) -> dict[str, Cold]:
    """Return, by model, how users it learnt nothing of were served.

    Args:
        dataset: the log the ``evaluations`` are of.
        evaluations: models measured alike on it.
    """
    parts = evaluations[0].split
    seen = seen_items(dataset, parts.fit_rows)
    relevant = relevant_items(dataset, parts, seen)
    cold = np.flatnonzero((np.diff(seen.indptr) == 0) & (np.diff(relevant.indptr) > 0))
    if len(cold) == 0:
        nobody = {name: Estimate(None, reason=_NOBODY) for name in RANKING_METRICS}
        return {each.model: Cold("nobody is new", 0, nobody) for each in evaluations}
    most_chosen = top_k(Popularity().fit(dataset.preferences_of(parts.fit_rows)), cold[:1], evaluations[0].k).items
    sought = relevant[cold]
    found = {}
    for each in evaluations:
        lists = each.ranking.items[cold]
        values = np.column_stack([RANKING[name](lists, sought) for name in RANKING_METRICS])
        figures = zip(RANKING_METRICS, *ratio_intervals(values, np.ones_like(values), seed=each.seed), strict=True)
        metrics = {name: Estimate(number(value), number(low), number(high)) for name, value, low, high in figures}
        path = _path(lists, each.ranking.scores[cold], most_chosen)
        found[each.model] = Cold(path, len(cold), metrics)
    return found


def _path(lists: NDArray[np.int32], scores: NDArray[np.float64], most_chosen: NDArray[np.int32]) -> Path:
    if (lists == most_chosen).all():
        return "what most chose"
    if (lists != lists[:1]).any():
        return "a list each"
    if lists.shape[1] > 1 and (np.nan_to_num(scores) == np.nan_to_num(scores[:, :1])).all():
        return "no order at all"
    return "one list of its own"
