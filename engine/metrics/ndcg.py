"""nDCG: relevant items count more the higher they stand."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from engine.metrics.hits import PerUser, Ranked, hits, n_relevant


def ndcg(ranked: Ranked, relevant: sparse.csr_array) -> PerUser:
    """Return normalised discounted cumulative gain at k, shape (users,); NaN where nothing is relevant.

    Gain 1 for a relevant item, discount 1 / log2(1 + rank), divided by the best list of k that the relevant
    items allow (Järvelin & Kekäläinen 2002; trec_eval, measure ``ndcg_cut``).
    """
    k = ranked.shape[1]
    discount = 1 / np.log2(np.arange(2, k + 2))
    gained = hits(ranked, relevant) @ discount
    best = np.concatenate([[np.nan], np.cumsum(discount)])
    possible = np.minimum(np.nan_to_num(n_relevant(relevant)), k).astype(np.int64)
    per_user: PerUser = gained / best[possible]
    return np.minimum(per_user, 1.0)  # summing in another order may overshoot by a rounding
