"""Personalisation: how different the lists of different users are."""

from __future__ import annotations

import numpy as np

from engine.metrics.hits import Ranked
from engine.metrics.lists import list_matrix
from engine.metrics.similarity import unit_rows


def personalisation(ranked: Ranked, n_items: int) -> float:
    """Return one minus the mean cosine of all pairs of users' lists: 0 when everybody sees the same.

    Zhou et al. 2010, "inter-user diversity". The sum over pairs is half of |sum of unit lists|² less the
    users' own, so no pair is ever formed.

    Args:
        ranked: item codes, shape (users, k).
        n_items: items in the catalogue.

    Returns:
        The share; NaN with fewer than two non-empty lists.
    """
    lists = list_matrix(ranked[(ranked >= 0).any(axis=1)], n_items)
    n = lists.shape[0]
    if n < 2:
        return float("nan")
    together = np.asarray(unit_rows(lists).sum(axis=0)).ravel()
    return float(1 - (together @ together - n) / (n * (n - 1)))
