"""Miscalibration: how far a list's mix of categories is from the user's own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import rel_entr

from engine.metrics.hits import PerUser, Ranked
from engine.metrics.lists import list_matrix

CELLS_AT_ONCE = 4_000_000


def miscalibration(profile: NDArray[np.float64], recommended: NDArray[np.float64], *, alpha: float = 0.01) -> PerUser:
    """Return the divergence KL(p || q) of each user, in nats, shape (users,); NaN without a p or a q.

    p is the user's own mix of categories, q that of the list, smoothed to (1 - alpha) q + alpha p so that
    a category the list leaves out costs much, but not infinitely much (Steck 2018, equations 6 and 7).

    Args:
        profile: shares of categories in the user's history, rows adding up to 1, shape (users, categories).
        recommended: the same for the list; rows of zeros where there is none.
        alpha: weight of the smoothing.
    """
    smoothed = (1 - alpha) * recommended + alpha * profile
    divergence = np.asarray(rel_entr(profile, smoothed).sum(axis=1))
    known = (profile.sum(axis=1) > 0) & (recommended.sum(axis=1) > 0)
    # A mix equal to the user's own may come out a rounding below zero.
    return np.where(known, np.maximum(divergence, 0.0), np.nan)


def miscalibration_of_lists(ranked: Ranked, history: sparse.csr_array, categories: sparse.csr_array) -> PerUser:
    """Return `miscalibration` of each list against what its user had, shape (users,).

    Mixes are dense, so users are taken in blocks: a catalogue may have thousands of categories.

    Args:
        ranked: item codes, shape (users, k); -1 where a list is shorter than k.
        history: stored entries mark what each user had, shape (users, items).
        categories: each item's shares of categories, shape (items, categories).
    """
    block = max(1, CELLS_AT_ONCE // max(1, categories.shape[1]))
    parts = [
        miscalibration(
            category_mix(history[start : start + block], categories),
            category_mix(list_matrix(ranked[start : start + block], history.shape[1]), categories),
        )
        for start in range(0, len(ranked), block)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)


def category_mix(lists: sparse.csr_array, categories: sparse.csr_array) -> NDArray[np.float64]:
    """Return the shares of categories in each row's items, rows adding up to 1 or, without any, to 0.

    Args:
        lists: stored entries mark each user's items, shape (users, items).
        categories: each item's shares of categories, shape (items, categories).
    """
    binary = sparse.csr_array((np.ones(lists.nnz), lists.indices, lists.indptr), shape=lists.shape)
    weight = (binary @ categories).toarray()
    total = weight.sum(axis=1, keepdims=True)
    shares: NDArray[np.float64] = np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)
    return shares
