"""How thrifty a user is: whether what they took was cheap among its kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.preferences import Preferences
from engine.traits.shrinkage import Trait, shrunken

Array = NDArray[np.float64]


def relative_prices(price: Array, category: NDArray[np.integer]) -> Array:
    """Return each item's log price against the mean of its category, shape (items,).

    A price of 0 counts as the lowest positive one; items without a category (-1) are a kind of their own.
    """
    positive = price[price > 0]
    if not len(positive):
        return np.zeros_like(price)
    logs = np.log(np.maximum(price, positive.min()))
    kind = category + 1
    mean = np.bincount(kind, weights=logs) / np.maximum(np.bincount(kind), 1)
    return np.asarray(logs - mean[kind])


def user_thrift(preferences: Preferences, relative_price: Array) -> Trait:
    """Return how cheap what each user took is, against the categories it comes from.

    Args:
        preferences: who took what.
        relative_price: of each item, as ``relative_prices`` returns it, shape (items,).
    """
    return shrunken(-relative_price[preferences.item], preferences.user, preferences.n_users)
