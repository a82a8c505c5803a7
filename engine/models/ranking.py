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
        block: how many users are scored at once; bounds the memory at block x items scores.

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
    for start in range(0, len(users), block):
        part = slice(start, start + block)
        indptr, indices = _excluded(exclude, users[part])
        dense = np.ascontiguousarray(model.score(users[part]), dtype=np.float64)
        best_of_rows(dense, indptr, indices, items[part], scores[part])
    return Ranking(items, scores)


def _excluded(
    exclude: sparse.csr_array | None, users: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return CSR pointers and item codes of the rows of ``users``."""
    if exclude is None:
        return np.zeros(len(users) + 1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    rows = exclude[users]
    return rows.indptr.astype(np.int64), rows.indices.astype(np.int64)
