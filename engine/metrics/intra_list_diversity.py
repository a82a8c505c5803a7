"""Intra-list diversity: how unlike each other the items of one list are."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from engine.metrics.hits import PerUser, Ranked
from engine.metrics.lists import mean_where
from engine.metrics.similarity import pair_similarities


def intra_list_diversity(ranked: Ranked, unit: sparse.csr_array) -> PerUser:
    """Return one minus the mean cosine of a list's pairs, shape (users,); NaN below two items.

    Smyth & McClave 2001, section 3.2, over the unordered pairs of different items. What similar means is the
    caller's: ``similarity.cooccurrence`` (had by the same users), or unit rows of categories or of text.

    Args:
        ranked: item codes, shape (users, k); -1 where a list is shorter than k.
        unit: items as unit rows, shape (items, features).
    """
    n_items = unit.shape[0]
    first, second = np.triu_indices(ranked.shape[1], k=1)
    one, other = ranked[:, first], ranked[:, second]
    there = (one >= 0) & (other >= 0)
    # Lists repeat the same pairs again and again, the popular ones above all: each is computed once.
    low, high = np.minimum(one, other)[there], np.maximum(one, other)[there]
    pairs, which = np.unique(low.astype(np.int64) * n_items + high, return_inverse=True)
    cosines = np.zeros(there.shape)
    cosines[there] = pair_similarities(unit, pairs // n_items, pairs % n_items)[which]
    per_user: PerUser = 1 - mean_where(cosines, there)
    return per_user
