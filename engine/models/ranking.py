"""From scores to lists: the k best items of every user, without what they already have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.errors import ModelError
from engine.models.base import Recommender
from engine.models.kernels import best_of_rows

NOTHING = -1
_SCORES_AT_ONCE = 16_000_000  # of a block, 128 MB


@dataclass(frozen=True)
class Ranking:
    """The k best items of each user, best first.

    Attributes:
        items: item codes, int32, shape (users, k); -1 where a user has fewer than k items left.
        scores: their unclipped scores, shape (users, k); NaN where ``items`` is -1.
    """

    items: NDArray[np.int32]
    scores: NDArray[np.float64]


def top_k(
    model: Recommender,
    users: NDArray[np.integer],
    k: int,
    *,
    exclude: sparse.csr_array | None = None,
    block: int = 1024,
) -> Ranking:
    """Rank the whole catalogue for ``users`` and keep the ``k`` best items of each.

    Args:
        model: a fitted recommender.
        users: user codes, shape (users,).
        k: length of the lists, at least 1.
        exclude: sparse (all users, items) matrix; what it stores for a user is left out of their list.
        block: how many users are scored at once; fewer where the catalogue of ``exclude`` is so large that their
            scores would take more than 128 MB.

    Returns:
        Ranking; equal scores are ordered by ascending item code, so the lists do not depend on ``block``.

    Raises:
        ModelError: where ``k`` or ``block`` is below 1.
    """
    if k < 1 or block < 1:
        raise ModelError(f"k and block must be at least 1; they were {k} and {block}.")
    users = np.asarray(users)
    items = np.full((len(users), k), NOTHING, dtype=np.int32)
    scores = np.full((len(users), k), np.nan)
    if exclude is not None:
        block = max(1, min(block, _SCORES_AT_ONCE // max(1, exclude.shape[1])))
    for start in range(0, len(users), block):
        part = slice(start, start + block)
        some = users[part]
        _fill(model.score(some), _barred(exclude, some), items[part], scores[part])
    return Ranking(items, scores)


def best_of(cells: NDArray[np.float64], k: int, *, exclude: sparse.csr_array | None = None) -> Ranking:
    """Keep the ``k`` best items of each row of scores; equal ones are ordered by ascending item code.

    Args:
        cells: scores, shape (users, items).
        k: length of the lists, at least 1.
        exclude: what it stores in a row is left out of that row's list, shape (users, items).
    """
    n_users = len(cells)
    items = np.full((n_users, k), NOTHING, dtype=np.int32)
    scores = np.full((n_users, k), np.nan)
    _fill(cells, _barred(exclude, np.arange(n_users)), items, scores)
    return Ranking(items, scores)


def _fill(
    cells: NDArray[np.float64],
    barred: tuple[NDArray[np.int64], NDArray[np.int64]],
    items: NDArray[np.int32],
    scores: NDArray[np.float64],
) -> None:
    best_of_rows(np.ascontiguousarray(cells, dtype=np.float64), *barred, items, scores)


def _barred(exclude: sparse.csr_array | None, rows: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return what ``exclude`` stores in ``rows``: ends, one more than rows, and columns.

    For one row, scipy's own selection takes longer than many a model takes to score.
    """
    ends = np.zeros(len(rows) + 1, dtype=np.int64)
    if exclude is None:
        return ends, np.zeros(0, dtype=np.int64)
    starts = exclude.indptr[rows].astype(np.int64)
    counts = exclude.indptr[rows + 1] - starts
    np.cumsum(counts, out=ends[1:])
    places = np.arange(ends[-1]) + np.repeat(starts - ends[:-1], counts)
    return ends, exclude.indices[places].astype(np.int64)
