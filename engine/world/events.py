"""Which of a log's events are a click and a purchase, and what they are worth."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.dataset import Dataset

_CLICKS = ("click", "view", "interaction")
VIEWS = ("click", "view")
CARTS = ("cart", "add_to_cart", "addtocart", "basket")
PURCHASES = ("purchase", "buy", "order", "transaction")


def among(events: pd.Series, names: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return which ``events`` are one of ``names``, capitals or not, shape (rows,); a log has few kinds of event."""
    kinds = events.astype("category").cat
    told = np.append(kinds.categories.astype(str).str.lower().isin(names), False)  # code -1: no event
    return np.asarray(told[kinds.codes.to_numpy()])


def click_weight(dataset: Dataset) -> float:
    """Return the weight of the log's click or view event, or its smallest positive weight, or 1."""
    named = _named(dataset, _CLICKS)
    return named[0] if named else min(_positive(dataset), default=1.0)


def purchase_weight(dataset: Dataset) -> float:
    """Return the weight of the log's purchase event, or its largest positive weight, or 1."""
    named = _named(dataset, PURCHASES)
    return named[0] if named else max(_positive(dataset), default=1.0)


def purchases_per_view(dataset: Dataset) -> float | None:
    """Return the share of viewed pairs that were bought too, within 0.001 and 0.9.

    None where the log does not name both views and purchases.
    """
    share = _bought_of(dataset, VIEWS)
    return None if share is None else float(np.clip(share, 0.001, 0.9))


def purchases_per_cart(dataset: Dataset) -> float | None:
    """Return the share of pairs put in a cart that were bought too, at least 0.001.

    None where the log does not name both carts and purchases.
    """
    share = _bought_of(dataset, CARTS)
    return None if share is None else max(share, 0.001)


def pairs_with(dataset: Dataset, names: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the pairs that have an event of ``names``, as ascending ``user x items + item``."""
    rows = dataset.interactions
    kept = among(rows["event"], names)
    return np.unique(rows["user"].to_numpy(np.int64)[kept] * dataset.n_items + rows["item"].to_numpy(np.int64)[kept])


def _bought_of(dataset: Dataset, names: tuple[str, ...]) -> float | None:
    touched, bought = pairs_with(dataset, names), pairs_with(dataset, PURCHASES)
    if not len(touched) or not len(bought):
        return None
    return float(np.isin(touched, bought).mean())


def _named(dataset: Dataset, names: tuple[str, ...]) -> list[float]:
    weights = {event.lower(): weight for event, weight in dataset.event_weights.items()}
    return [weights[name] for name in names if weights.get(name, 0) > 0]


def _positive(dataset: Dataset) -> list[float]:
    return [weight for weight in dataset.event_weights.values() if weight > 0]


def choice_rows(dataset: Dataset) -> NDArray[np.bool_]:
    """Return which rows are choices, shape (rows,): the log's views or clicks where it names any.

    Elsewhere every rating of explicit feedback, and every event of positive weight of implicit feedback.
    """
    named = among(dataset.interactions["event"], VIEWS)
    if named.any():
        return named
    if dataset.feedback == "explicit":
        return dataset.interactions["rating"].notna().to_numpy()
    worth = tuple(name.lower() for name, value in dataset.event_weights.items() if value > 0)
    return among(dataset.interactions["event"], worth)
