"""Precision: the share of the k places that hold a relevant item."""

from __future__ import annotations

from scipy import sparse

from engine.metrics.hits import PerUser, Ranked, hits, where_relevant


def precision(ranked: Ranked, relevant: sparse.csr_array) -> PerUser:
    """Return precision at k of each user, shape (users,); NaN where nothing is relevant.

    Divided by k even where the list is shorter (trec_eval, measure ``P``).
    """
    found = hits(ranked, relevant).sum(axis=1)
    return where_relevant(found / ranked.shape[1], relevant)
