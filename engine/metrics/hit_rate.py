"""Hit rate: the share of users whose list holds at least one relevant item."""

from __future__ import annotations

from scipy import sparse

from engine.metrics.hits import PerUser, Ranked, hits, where_relevant


def hit_rate(ranked: Ranked, relevant: sparse.csr_array) -> PerUser:
    """Return 1 where the list holds a relevant item, else 0, shape (users,); NaN where nothing is relevant.

    As trec_eval's ``success`` at k.
    """
    return where_relevant(hits(ranked, relevant).max(axis=1), relevant)
