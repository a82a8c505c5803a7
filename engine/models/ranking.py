"""From scores to lists: the k best items of every user, without what they already have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

from engine.errors import ModelError
from engine.models.base import Recommender

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
        _select(dense, indptr, indices, items[part], scores[part])
    return Ranking(items, scores)


def _excluded(
    exclude: sparse.csr_array | None, users: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return CSR pointers and item codes of the rows of ``users``."""
    if exclude is None:
        return np.zeros(len(users) + 1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    rows = exclude[users]
    return rows.indptr.astype(np.int64), rows.indices.astype(np.int64)


@njit(cache=True, nogil=True)
def _select(scores, indptr, indices, best_items, best_scores):  # type: ignore[no-untyped-def]
    """Fill each row of ``best_*`` by one pass over the scores with a heap of k, its worst on top.

    Items come in ascending code, so an equal score never displaces an earlier item.
    """
    n_users, n_items = scores.shape
    k = best_items.shape[1]
    barred = np.zeros(n_items, dtype=np.bool_)
    heap_score = np.empty(k)
    heap_item = np.empty(k, dtype=np.int32)
    for row in range(n_users):
        for p in range(indptr[row], indptr[row + 1]):
            barred[indices[p]] = True
        size = 0
        for item in range(n_items):
            score = scores[row, item]
            if barred[item] or not score > -np.inf:
                continue
            if size < k:
                child = size  # sift up
                size += 1
                while child > 0:
                    parent = (child - 1) // 2
                    if heap_score[parent] < score:
                        break
                    heap_score[child] = heap_score[parent]
                    heap_item[child] = heap_item[parent]
                    child = parent
                heap_score[child] = score
                heap_item[child] = item
            elif score > heap_score[0]:
                _sift_down(heap_score, heap_item, size, score, item)
        for p in range(indptr[row], indptr[row + 1]):
            barred[indices[p]] = False
        while size > 0:  # the worst leaves first
            size -= 1
            best_items[row, size] = heap_item[0]
            best_scores[row, size] = heap_score[0]
            _sift_down(heap_score, heap_item, size, heap_score[size], heap_item[size])


@njit(cache=True, nogil=True)
def _sift_down(heap_score, heap_item, size, score, item):  # type: ignore[no-untyped-def]
    """Put (score, item) at the top and let it sink; worst means lowest score, then highest item code."""
    parent = 0
    while True:
        child = 2 * parent + 1
        if child >= size:
            break
        right = child + 1
        if right < size and (
            heap_score[right] < heap_score[child]
            or (heap_score[right] == heap_score[child] and heap_item[right] > heap_item[child])
        ):
            child = right
        if heap_score[child] > score or (heap_score[child] == score and heap_item[child] < item):
            break
        heap_score[parent] = heap_score[child]
        heap_item[parent] = heap_item[child]
        parent = child
    heap_score[parent] = score
    heap_item[parent] = item
