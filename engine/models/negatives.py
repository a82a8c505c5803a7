"""Unobserved pairs for implicit feedback: what a rating predictor needs to tell liked from not chosen.

A log of clicks says only what was chosen. As in Pan et al. 2008 ("One-class collaborative filtering", ICDM,
section 4.2, user-oriented sampling) each user gets unobserved items in proportion to their observed ones,
taught as the lowest value.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numba import njit

from engine.preferences import Preferences


def with_negatives(train: Preferences, per_pair: int, rng: np.random.Generator) -> Preferences:
    """Return ``train`` with ``per_pair`` sampled unobserved pairs for each observed one.

    Unobserved items are drawn uniformly without replacement, each user's from the items that user does not
    have; a user who has nearly everything gets what is left. The added value is the lowest of the scale.

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
    _sample(indptr, train.item, wanted, rng.random(len(user)), train.n_items, item)
    users = np.concatenate([train.user, user.astype(np.int32)])
    items = np.concatenate([train.item, item.astype(np.int32)])
    values = np.concatenate([train.value, np.full(len(item), train.scale[0])])
    order = np.argsort(users.astype(np.int64) * train.n_items + items)
    return replace(train, user=users[order], item=items[order], value=values[order])


@njit(cache=True, nogil=True)
def _sample(indptr, observed, wanted, draws, n_items, out):  # type: ignore[no-untyped-def]
    """Fill ``out`` user by user: Floyd's sampling without replacement among the unobserved items.

    Bentley & Floyd 1987, "A sample of brilliance", Communications of the ACM 30(9).
    """
    position = 0
    pool = np.empty(n_items, dtype=np.int64)
    taken = np.zeros(n_items, dtype=np.bool_)
    for user in range(len(wanted)):
        if wanted[user] == 0:
            continue
        size = 0
        pointer, end = indptr[user], indptr[user + 1]
        for item in range(n_items):
            if pointer < end and observed[pointer] == item:
                pointer += 1
            else:
                pool[size] = item
                size += 1
        start = position
        for last in range(size - wanted[user], size):
            pick = int(draws[position] * (last + 1))
            if taken[pick]:
                pick = last
            taken[pick] = True
            out[position] = pick
            position += 1
        for p in range(start, position):
            taken[out[p]] = False
            out[p] = pool[out[p]]
