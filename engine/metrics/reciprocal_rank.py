"""Reciprocal rank: one over the place of the first relevant item; its mean over users is MRR."""

from __future__ import annotations

from scipy import sparse

from engine.metrics.hits import PerUser, Ranked, hits, where_relevant


def reciprocal_rank(ranked: Ranked, relevant: sparse.csr_array) -> PerUser:
    """Return one over the rank of the first hit, 0 without one, shape (users,); NaN where nothing is relevant.

    As trec_eval's ``recip_rank``, within the k places shown.
    """
    found = hits(ranked, relevant)
    first = found.argmax(axis=1)
    return where_relevant(found.any(axis=1) / (first + 1.0), relevant)
