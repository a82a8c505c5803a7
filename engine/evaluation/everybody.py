"""Scores of all users, made once and block by block: their lists, and what is predicted of the pairs asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.evaluation.pairs import users_at_once
from engine.models.base import Recommender
from engine.models.ranking import Ranking, best_of
from engine.preferences import Preferences

Report = Callable[[str, int | None, int | None], None]


@dataclass(frozen=True)
class Scored:
    """What is kept of everybody's scores.

    Attributes:
        ranking: the top k of every user.
        predicted: the prediction for each pair asked for, clipped to their scale, shape (pairs,); None where no
            pairs were.
    """

    ranking: Ranking
    predicted: NDArray[np.float64] | None


def score_everybody(
    model: Recommender,
    seen: sparse.csr_array,
    k: int,
    *,
    pairs: Preferences | None = None,
    report: Report | None = None,
) -> Scored:
    """Return the top k of every user without what is ``seen``, and predictions for ``pairs``.

    Scoring is most of what an evaluation costs, so lists and predictions come from the same scores.

    Args:
        model: a fitted model.
        seen: what each user had, shape (users, items).
        k: length of the lists.
        pairs: pairs of the same users and items to predict.
        report: told how many users are done.
    """
    n_users, n_items = seen.shape
    block = users_at_once(n_items)
    items = np.full((n_users, k), -1, dtype=np.int32)
    scores = np.full((n_users, k), np.nan)
    predicted = None if pairs is None else np.empty(len(pairs))
    for start in range(0, n_users, block):
        if report is not None:
            report("Ranking users", start, n_users)
        stop = min(start + block, n_users)
        cells = model.score(np.arange(start, stop))
        found = best_of(cells, k, exclude=seen[start:stop])
        items[start:stop], scores[start:stop] = found.items, found.scores
        if pairs is not None and predicted is not None:
            asked = slice(*np.searchsorted(pairs.user, [start, stop]))
            predicted[asked] = cells[pairs.user[asked] - start, pairs.item[asked]]
    if pairs is not None and predicted is not None:
        np.clip(predicted, *pairs.scale, out=predicted)
    return Scored(Ranking(items, scores), predicted)


def rank_everybody(model: Recommender, seen: sparse.csr_array, k: int, *, report: Report | None = None) -> Ranking:
    """Return the top k of every user without what is ``seen``; arguments as of `score_everybody`."""
    return score_everybody(model, seen, k, report=report).ranking
