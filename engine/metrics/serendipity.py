"""Serendipity: recommendations that are relevant and unlike what the user had."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.metrics.hits import PerUser, Ranked, hits
from engine.metrics.lists import mean_where
from engine.metrics.similarity import similarity_blocks

GATHERED_AT_ONCE = 4_000_000


def serendipity(
    ranked: Ranked, relevant: sparse.csr_array, history: sparse.csr_array, unit: sparse.csr_array
) -> PerUser:
    """Return the mean of unexpectedness times relevance over each list, shape (users,).

    Unexpectedness is one minus the item's mean cosine with what the user had; relevance is 1 for a relevant
    item, else 0 (Zhang et al. 2012, "unserendipity"; the Microsoft recommenders' ``serendipity``). NaN for
    users without a history or a list.

    Args:
        ranked: item codes, shape (users, k).
        relevant: stored entries mark relevant items, shape (users, items).
        history: stored entries mark what each user had, shape (users, items).
        unit: items as unit rows, shape (items, features).
    """
    there = (ranked >= 0) & (np.diff(history.indptr) > 0)[:, None]
    unexpected = 1 - similarity_to_history(ranked, history, unit)
    return mean_where(unexpected * hits(ranked, relevant), there)


def similarity_to_history(ranked: Ranked, history: sparse.csr_array, unit: sparse.csr_array) -> NDArray[np.float64]:
    """Return each recommended item's mean cosine with the user's history, shape (users, k); 0 where none."""
    means = np.zeros(ranked.shape)
    flat = means.reshape(-1)
    n_had = np.diff(history.indptr)
    places = np.flatnonzero((ranked >= 0) & (n_had > 0)[:, None])
    user_of_place = places // ranked.shape[1]
    items, row = np.unique(ranked.reshape(-1)[places], return_inverse=True)
    order = np.argsort(row, kind="stable")
    edges = np.searchsorted(row[order], np.arange(len(items) + 1))
    for start, stop, block in similarity_blocks(unit, items, np.arange(unit.shape[0])):
        chosen = order[edges[start] : edges[stop]]
        # Popular items put most places into one block, so its places are taken in bounded portions.
        portion = np.cumsum(n_had[user_of_place[chosen]]) // GATHERED_AT_ONCE
        for part in np.split(chosen, np.flatnonzero(np.diff(portion)) + 1):
            had = history[user_of_place[part]]
            owner = np.repeat(np.arange(len(part)), np.diff(had.indptr))
            total = np.bincount(owner, weights=block[row[part][owner] - start, had.indices], minlength=len(part))
            flat[places[part]] = total / n_had[user_of_place[part]]
    return means
