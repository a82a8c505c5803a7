"""Recall: the share of the relevant items that the list holds."""

from __future__ import annotations

from scipy import sparse

from engine.metrics.hits import PerUser, Ranked, hits, n_relevant


def recall(ranked: Ranked, relevant: sparse.csr_array) -> PerUser:
    """Return recall at k of each user, shape (users,); NaN where nothing is relevant.

    Divided by all relevant items, also where there are more than k (trec_eval, measure ``recall``).
    """
    per_user: PerUser = hits(ranked, relevant).sum(axis=1) / n_relevant(relevant)
    return per_user
