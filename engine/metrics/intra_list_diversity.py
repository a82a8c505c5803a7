"""Intra-list diversity: how unlike each other the items of one list are."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from engine.metrics.hits import PerUser, Ranked
from engine.metrics.similarity import cosines_within_lists


def intra_list_diversity(ranked: Ranked, unit: sparse.csr_array) -> PerUser:
    """Return one minus the mean cosine of a list's pairs, shape (users,); NaN below two items.

    Smyth & McClave 2001, section 3.2, over the unordered pairs of different items. What similar means is the
    caller's: ``similarity.cooccurrence`` (had by the same users), or unit rows of categories or of text.

    Args:
        ranked: item codes, shape (users, k); -1 where a list is shorter than k.
        unit: items as unit rows, shape (items, features).
    """
    shown = (ranked >= 0).sum(axis=1)
    pairs = shown * (shown - 1) / 2
    together = cosines_within_lists(ranked, unit)
    per_user: PerUser = 1 - np.divide(together, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
    return per_user
