"""Learning how much each voter's ranks count, from lists and what users wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

K = 10
_STEPS = (0.0, 0.125, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
_PASSES = 4
_GAIN = 1e-5  # below this, another weight is not worth a change


@dataclass(frozen=True)
class Votes:
    """What each voter says of each candidate of each user.

    Attributes:
        points: reciprocal ranks, 0 where a voter does not name the candidate, shape (voters, users, candidates).
        wanted: whether the user wanted the candidate, boolean, shape (users, candidates).
        ideal: the discounted gain of a perfect list, shape (users,), above 0.
    """

    points: NDArray[np.float64]
    wanted: NDArray[np.bool_]
    ideal: NDArray[np.float64]


def votes(lists: Sequence[NDArray[np.integer]], wanted: sparse.csr_array, constant: float) -> Votes:
    """Return the votes of ranked lists.

    Args:
        lists: one a voter, item codes, shape (users, depth); -1 where a list is shorter.
        wanted: what users wanted, at least one item each, shape (users, items).
        constant: added to a rank before its reciprocal is taken.
    """
    n_users, n_items = wanted.shape
    named = [(np.nonzero(items >= 0), items) for items in lists]
    cells = [rows.astype(np.int64) * n_items + items[rows, ranks] for (rows, ranks), items in named]
    every = np.unique(np.concatenate(cells))
    row = every // n_items
    starts = np.searchsorted(row, np.arange(n_users))
    column = np.arange(len(every)) - starts[row]
    width = int(column.max(initial=0)) + 1
    points = np.zeros((len(lists), n_users, width))
    for voter, ((_, ranks), _) in enumerate(named):
        place = np.searchsorted(every, cells[voter])
        points[voter, row[place], column[place]] = 1 / (constant + 1 + ranks)
    found = np.zeros((n_users, width), dtype=bool)
    wanted_cells = np.repeat(np.arange(n_users), np.diff(wanted.indptr)) * n_items + wanted.indices
    hit = np.isin(every, wanted_cells)
    found[row[hit], column[hit]] = True
    gains = np.cumsum(1 / np.log2(np.arange(2, K + 2)))
    return Votes(points, found, gains[np.minimum(np.diff(wanted.indptr), K) - 1])


def learn_weights(cast: Votes) -> tuple[NDArray[np.float64], float, list[float]]:
    """Return the weights of the best nDCG@10 by coordinate ascent, that nDCG, and each voter's alone.

    Starts from the better of equal weights and the best voter alone, and moves one weight at a time over a
    fixed grid, so that the same votes give the same weights and the result is no worse than any voter.
    """
    n = len(cast.points)
    alone = [_ndcg(cast, np.eye(n)[voter]) for voter in range(n)]
    weights = np.ones(n)
    best = _ndcg(cast, weights)
    if max(alone) > best:
        best, weights = max(alone), np.eye(n)[int(np.argmax(alone))]
    for _ in range(_PASSES):
        before = best
        for voter in range(n):
            for step in _STEPS:
                other = weights.copy()
                other[voter] = step
                if other.any() and (reached := _ndcg(cast, other)) > best + _GAIN:
                    weights, best = other, reached
        if best == before:
            break
    return weights, best, alone


def _ndcg(cast: Votes, weights: NDArray[np.float64]) -> float:
    """Return the mean nDCG@10 of the fused lists."""
    fused = np.tensordot(weights, cast.points, axes=1)
    k = min(K, fused.shape[1])
    near = np.argpartition(-fused, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(fused, near, axis=1), axis=1, kind="stable")
    first = np.take_along_axis(near, order, axis=1)
    named = np.take_along_axis(fused, first, axis=1) > 0
    gained = (np.take_along_axis(cast.wanted, first, axis=1) & named) @ (1 / np.log2(np.arange(2, k + 2)))
    return float((gained / cast.ideal).mean())
