"""Novelty: how little known the recommended items are, in bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.metrics.hits import PerUser, Ranked
from engine.metrics.lists import list_mean


def novelty(ranked: Ranked, item_users: NDArray[np.integer], n_users: int) -> PerUser:
    """Return the mean inverse user frequency of each list, in bits, shape (users,).

    log2(users / users who have the item) (Zhou et al. 2010, "surprisal"; Castells et al. 2015, section
    26.3.2): 3 bits mean that one user in eight knows the item. An item nobody has counts as one that a
    single user has, so that the mean stays finite.

    Args:
        ranked: item codes, shape (users, k).
        item_users: users who have each item in training, shape (items,).
        n_users: users with anything in training.
    """
    return list_mean(np.log2(n_users / np.maximum(item_users, 1)), ranked)


def self_information(ranked: Ranked, item_interactions: NDArray[np.integer]) -> PerUser:
    """Return the mean self-information of each list, in bits, shape (users,).

    -log2(interactions with the item / all interactions), the Microsoft recommenders' definition of novelty
    (Castells et al. 2011, with popularity as the share of interactions). Items without any count as one.

    Args:
        ranked: item codes, shape (users, k).
        item_interactions: training interactions of each item, shape (items,).
    """
    total = max(1, int(item_interactions.sum()))
    return list_mean(np.log2(total / np.maximum(item_interactions, 1)), ranked)
