"""Average precision: precision at every hit, averaged; its mean over users is MAP."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from engine.metrics.hits import PerUser, Ranked, hits, n_relevant


def average_precision(ranked: Ranked, relevant: sparse.csr_array) -> PerUser:
    """Return average precision at k of each user, shape (users,); NaN where nothing is relevant.

    Divided by all relevant items, also where there are more than k (trec_eval, measure ``map_cut``).
    """
    found = hits(ranked, relevant)
    precision_at = np.cumsum(found, axis=1) / np.arange(1, ranked.shape[1] + 1)
    per_user: PerUser = (precision_at * found).sum(axis=1) / n_relevant(relevant)
    return per_user
