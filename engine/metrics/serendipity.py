"""Serendipity: recommendations that are relevant and unlike what the user had."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from engine.metrics.hits import PerUser, Ranked, hits
from engine.metrics.similarity import cosines_with_histories


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
    n_had = np.diff(history.indptr)
    there = (ranked >= 0) & (n_had > 0)[:, None]
    # What is not relevant counts nothing, however unexpected: only hits need their cosines.
    owner, place = np.nonzero(there & hits(ranked, relevant))
    likeness = cosines_with_histories(ranked[owner, place], owner, history, unit) / n_had[owner]
    gained = np.bincount(owner, weights=1 - likeness, minlength=len(ranked))
    shown = there.sum(axis=1)
    per_user: PerUser = np.divide(gained, shown, out=np.full(len(ranked), np.nan), where=shown > 0)
    return per_user
