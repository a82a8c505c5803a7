"""What the items table says about the catalogue: prices and categories."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]


def item_prices(items: pd.DataFrame) -> Array | None:
    """Return each item's price, the median where it has none; None where no item has a usable price."""
    if "price" not in items:
        return None
    price = pd.to_numeric(items["price"], errors="coerce").to_numpy(np.float64)
    usable = np.isfinite(price) & (price >= 0)
    if not usable.any():
        return None
    return np.where(usable, price, np.median(price[usable]))


def price_effect(price: Array, sensitivity: float) -> Array:
    """Return the logits each price adds to buying: ``-sensitivity`` a standard deviation of log price.

    A price of 0 counts as the lowest positive one.
    """
    positive = price[price > 0]
    if not len(positive):
        return np.zeros_like(price)
    logs = np.log(np.maximum(price, positive.min()))
    spread = logs.std()
    return -sensitivity * (logs - logs.mean()) / spread if spread > 0 else np.zeros_like(price)


def price_slope(price: Array, sensitivity: float) -> float:
    """Return the logits of buying that are lost per unit of log price, as ``price_effect`` has them.

    Where prices do not vary, their logs count as if their standard deviation were 1.
    """
    positive = price[price > 0]
    spread = float(np.log(np.maximum(price, positive.min())).std()) if len(positive) else 0.0
    return sensitivity / spread if spread > 0 else sensitivity


def item_categories(items: pd.DataFrame) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return each item's category code, -1 where it has none, and the categories' names in order."""
    if "category" not in items:
        return np.full(len(items), -1, dtype=np.int32), ()
    codes, names = pd.factorize(items["category"].astype("string"), sort=True)
    return codes.astype(np.int32), tuple(str(name) for name in names)
