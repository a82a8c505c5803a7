"""Unobserved pairs for implicit feedback: what a rating predictor needs to tell liked from not chosen.

A log of clicks says only what was chosen. As in Pan et al. 2008 ("One-class collaborative filtering", ICDM,
section 4.2, user-oriented sampling) each user gets unobserved items in proportion to their observed ones,
taught as the lowest value.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.models.kernels import unobserved
from engine.preferences import Preferences


def with_negatives(train: Preferences, per_pair: int, rng: np.random.Generator) -> Preferences:
    """Return ``train`` with ``per_pair`` sampled unobserved pairs for each observed one.

    Unobserved items are drawn uniformly without replacement, each user's from the items that user does not
    have; a user who has nearly everything gets what is left. The added value is the lowest of the scale; such
    pairs have no time, so the result has none.

    Args:
        train: the observed pairs.
        per_pair: unobserved pairs for each observed pair, at least 1.
        rng: source of randomness.
    """
    observed = train.user_items
    wanted = np.minimum(per_pair * observed, train.n_items - observed)
    user = np.repeat(np.arange(train.n_users), wanted)
    item = np.empty(len(user), dtype=np.int64)
    indptr = np.concatenate([[0], np.cumsum(observed)])
    unobserved(indptr, train.item, wanted, rng.random(len(user)), train.n_items, item)
    users = np.concatenate([train.user, user.astype(np.int32)])
    items = np.concatenate([train.item, item.astype(np.int32)])
    values = np.concatenate([train.value, np.full(len(item), train.scale[0])])
    order = np.argsort(users.astype(np.int64) * train.n_items + items)
    return replace(train, user=users[order], item=items[order], value=values[order], time=None)
