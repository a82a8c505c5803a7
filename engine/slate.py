"""What one model would show one user, and what the dial from familiar to surprising changes in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from engine.dataset import Dataset
from engine.history import item_facts
from engine.models import Recommender, reasons, top_k
from engine.policies import item_novelty, rerank
from engine.policies.stages.dial import REACH

POOL = REACH
"""Candidates the dial chooses from, for each item shown; as in a simulated policy."""


@dataclass(frozen=True)
class Slate:
    """One list for one user.

    Attributes:
        items: one row an item, the first shown first. The columns of ``engine.history.item_facts``, then
            ``place`` (from 1), ``moved`` (places up, negative for down, against the model's own order; missing
            where the dial brought the item in), ``score`` (the model's, unclipped), ``users_share`` (share
            of users who have the item) and ``reason`` (why the model shows it, in a sentence).
        dropped: the columns of ``item_facts``: what the model would show, were it not for the dial.
    """

    items: pd.DataFrame
    dropped: pd.DataFrame

    def not_in(self, other: Slate) -> int:
        """Return how many of the items are not in ``other``."""
        return int((~self.items["item"].isin(other.items["item"])).sum())


def slate(
    dataset: Dataset, model: Recommender, user: int, *, seen: sparse.csr_array, k: int = 10, dial: float = 0.0
) -> Slate:
    """Return the ``k`` items that ``model`` shows ``user``, in the dial's order.

    Args:
        dataset: the log; item popularity is taken from all of it.
        model: a model fitted on all of ``dataset``.
        user: the user's code.
        seen: what each user had, shape (users, items); left out of the list.
        k: length of the list; shorter where fewer items are left.
        dial: 0 is familiar (the model's own order), 1 is surprising (the most novel candidates).

    Raises:
        ModelError: k below 1, or a dial outside 0..1.
    """
    found = top_k(model, np.array([user]), min(POOL * k, dataset.n_items), exclude=seen)
    there = found.items[0] >= 0
    candidates, scores = found.items[0][there].astype(np.int64), found.scores[0][there]
    had_by = dataset.preferences.item_users
    novelty = item_novelty(had_by, dataset.n_users)[candidates]
    chosen = rerank(scores[None, :], novelty, dial, k)[0]
    items = item_facts(dataset, candidates[chosen])
    items["place"] = np.arange(1, len(chosen) + 1)
    items["moved"] = np.where(chosen < k, chosen - np.arange(len(chosen)), np.nan)
    items["score"] = scores[chosen]
    items["users_share"] = had_by[candidates[chosen]] / max(dataset.n_users, 1)
    items["reason"] = reasons(model, dataset.preferences, dataset.items, user, candidates[chosen])
    gone = np.setdiff1d(np.arange(min(k, len(candidates))), chosen)
    return Slate(items=items, dropped=item_facts(dataset, candidates[gone]))
