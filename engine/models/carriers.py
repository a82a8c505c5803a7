"""Which items of a history carry a score, put to the test: without them it must fall."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.models.base import FoldsIn
from engine.models.histories import choices
from engine.models.neighbour_parts import estimates
from engine.models.neighbours import NeighbourModel
from engine.models.user_ease import UserEase
from engine.preferences import Preferences

MOST_CARRIERS = 5
_CELLS = 8_000_000

Without = Callable[[list[NDArray[np.integer]]], NDArray[np.float64]]
"""From sets of removed items to the score without each; NaN where the history is then too short for any."""


def fewest(ordered: NDArray[np.integer], without: Without) -> NDArray[np.integer]:
    """Return the first one or two of ``ordered`` whose removal lowers a score; more where two do not, at most five.

    The second is taken where the score falls further without it than without the first alone. Empty where no such
    removal lowers the score.

    Args:
        ordered: item codes, what is thought to carry most first.
        without: the score with each set of items removed.
    """
    most = min(MOST_CARRIERS, len(ordered))
    scores = without([ordered[:n] for n in range(most + 1)])
    falls = np.isnan(scores) | (scores < scores[0] - 1e-9 * abs(scores[0]))
    falls[0] = False
    if most > 1 and falls[1] and falls[2] and not scores[2] >= scores[1]:  # NaN is no score at all, and lower
        return ordered[:2]
    enough = np.flatnonzero(falls)
    return ordered[: enough[0]] if len(enough) else ordered[:0]


def carrying(
    model: FoldsIn,
    history: Preferences,
    item: int,
    ordered: NDArray[np.integer],
    *,
    among: NDArray[np.integer] | None = None,
) -> NDArray[np.integer]:
    """Return the items of ``fewest`` for the score that ``model`` gives ``item`` with ``history`` folded in.

    Args:
        model: a fitted model.
        history: one person's pairs, as user 0.
        item: item code.
        ordered: codes of the history's items, what is thought to carry most first.
        among: those that may be named; all by default.
    """
    if among is not None:
        ordered = ordered[np.isin(ordered, among)]
    if not len(ordered):
        return ordered

    def without(removed: list[NDArray[np.integer]]) -> NDArray[np.float64]:
        kept = np.array([~np.isin(history.item, gone) for gone in removed])
        scores = np.empty(len(kept))
        block = max(1, _CELLS // history.n_items)
        for start in range(0, len(kept), block):
            part = kept[start : start + block]
            some = history.of_users(np.zeros(len(part), dtype=np.int64)).take(part.ravel())
            scores[start : start + block] = _of_item(model, some, item)
        scores[~kept.any(axis=1)] = np.nan  # nobody's history: popularity would answer
        return scores

    return fewest(ordered, without)


def _of_item(model: FoldsIn, new: Preferences, item: int) -> NDArray[np.float64]:
    if isinstance(model, NeighbourModel):
        return estimates(model, new, item)
    return model.score_new(new)[:, item]


def most_first(items: NDArray[np.integer], amounts: NDArray[np.float64]) -> NDArray[np.integer]:
    """Return the ``items`` of positive ``amounts``, the largest first; equal ones in their order."""
    order = np.argsort(-amounts, kind="stable")
    return items[order[amounts[order] > 0]]


def shared_choices(
    model: UserEase, history: Preferences, item: int, *, user: int | None
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return what each item of a history adds to the score of ``item``: codes and amounts, adding up to the score.

    A user's weights on the others are a ridge regression on the others' choices (Steck 2019, eq. 8), so a score is
    linear in the user's own. For a user of the training the inverse without them is the Schur complement's:
    ``P_oo - P_ou P_uo / P_uu``.

    Args:
        model: a fitted model.
        history: one person's pairs, as user 0.
        item: item code.
        user: the person's code in training, None for somebody folded in.
    """
    row = choices(history, weighted=model.weighted)
    having = model.chosen[:, [item]].tocoo()
    column = np.zeros(len(model.codes))
    column[having.row] = having.data
    place = -1 if user is None else int(model.place[user])
    if place >= 0:
        column[place] = 0.0
    used = np.flatnonzero(column)
    towards = model.inverse[:, used] @ column[used]
    if place >= 0:
        towards -= model.inverse[:, place] * (towards[place] / model.inverse[place, place])
    return row.indices, row.data * (model.chosen[:, row.indices].T @ towards)
