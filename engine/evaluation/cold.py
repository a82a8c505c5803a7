"""People nothing was learnt of: what each model alone would give them, and what they are served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.control.welcoming import grouped, welcome
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
    """Users with test rows and none to learn from, as one model alone would serve them.

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


@dataclass(frozen=True)
class Served:
    """Users with test rows and none to learn from, as they would be served, whichever model serves the others.

    Attributes:
        by: how many are served by what, as in `engine.control.SENTENCES`: by what their ``groups`` choose where the
            user table says who these are, otherwise by ``popularity``; those whom nobody counts are left out.
        metrics: each ranking metric over them, with its 95% interval.
    """

    by: Mapping[str, int]
    metrics: Mapping[str, Estimate]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON data."""
        return asdict(self)


def cold_users(dataset: Dataset, evaluations: Sequence[Evaluation]) -> tuple[dict[str, Cold], Served]:
    """Return, by model, what users it learnt nothing of would get from it alone, and what they are served.

    Args:
        dataset: the log the ``evaluations`` are of.
        evaluations: models measured alike on it.
    """
    first = evaluations[0]
    seen = seen_items(dataset, first.split.fit_rows)
    relevant = relevant_items(dataset, first.split, seen)
    cold = np.flatnonzero((np.diff(seen.indptr) == 0) & (np.diff(relevant.indptr) > 0))
    if len(cold) == 0:
        nobody = {name: Estimate(None, reason=_NOBODY) for name in RANKING_METRICS}
        return {each.model: Cold("nobody is new", 0, nobody) for each in evaluations}, Served({}, nobody)
    train = dataset.preferences_of(first.split.fit_rows)
    most_chosen = top_k(Popularity().fit(train), cold[:1], first.k).items
    sought = relevant[cold]
    found = {}
    for each in evaluations:
        lists = each.ranking.items[cold]
        path = _path(lists, each.ranking.scores[cold], most_chosen)
        found[each.model] = Cold(path, len(cold), _measured(lists, sought, each.seed))
    lists = np.repeat(most_chosen, len(cold), axis=0)
    known = np.zeros(len(cold), dtype=bool)
    if (welcoming := welcome(train)) is not None and (known := grouped(welcoming, train, cold)).any():
        lists[known] = top_k(welcoming, cold[known], first.k).items
    by = {"groups": int(known.sum()), "popularity": int((~known).sum())}
    served = Served({name: users for name, users in by.items() if users}, _measured(lists, sought, first.seed))
    return found, served


def _measured(lists: NDArray[np.int32], sought: sparse.csr_array, seed: int) -> dict[str, Estimate]:
    values = np.column_stack([RANKING[name](lists, sought) for name in RANKING_METRICS])
    figures = zip(RANKING_METRICS, *ratio_intervals(values, np.ones_like(values), seed=seed), strict=True)
    return {name: Estimate(number(value), number(low), number(high)) for name, value, low, high in figures}


def _path(lists: NDArray[np.int32], scores: NDArray[np.float64], most_chosen: NDArray[np.int32]) -> Path:
    if (lists == most_chosen).all():
        return "what most chose"
    if (lists != lists[:1]).any():
        return "a list each"
    if lists.shape[1] > 1 and (np.nan_to_num(scores) == np.nan_to_num(scores[:, :1])).all():
        return "no order at all"
    return "one list of its own"
