"""Which of a log's events are a click and a purchase, and what they are worth."""

from __future__ import annotations

import numpy as np

from engine.dataset import Dataset

_CLICKS = ("click", "view", "interaction")
_PURCHASES = ("purchase", "buy", "order", "transaction")


def click_weight(dataset: Dataset) -> float:
    """Return the weight of the log's click or view event, or its smallest positive weight, or 1."""
    named = _named(dataset, _CLICKS)
    return named[0] if named else min(_positive(dataset), default=1.0)


def purchase_weight(dataset: Dataset) -> float:
    """Return the weight of the log's purchase event, or its largest positive weight, or 1."""
    named = _named(dataset, _PURCHASES)
    return named[0] if named else max(_positive(dataset), default=1.0)


def purchases_per_view(dataset: Dataset) -> float | None:
    """Return the share of viewed pairs that were bought too, within 0.001 and 0.9.

    None where the log does not name both views and purchases.
    """
    rows = dataset.interactions
    event = rows["event"].astype(str).str.lower()
    pair = rows["user"].to_numpy(np.int64) * dataset.n_items + rows["item"].to_numpy(np.int64)
    viewed = np.unique(pair[event.isin(("click", "view")).to_numpy()])
    bought = np.unique(pair[event.isin(_PURCHASES).to_numpy()])
    if not len(viewed) or not len(bought):
        return None
    return float(np.clip(np.isin(viewed, bought).mean(), 0.001, 0.9))


def _named(dataset: Dataset, names: tuple[str, ...]) -> list[float]:
    weights = {event.lower(): weight for event, weight in dataset.event_weights.items()}
    return [weights[name] for name in names if weights.get(name, 0) > 0]


def _positive(dataset: Dataset) -> list[float]:
    return [weight for weight in dataset.event_weights.values() if weight > 0]
