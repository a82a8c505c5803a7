"""What happened in a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

QUANTITIES = ("sessions", "impressions", "clicks", "carts", "purchases", "revenue", "successes")


@dataclass(frozen=True)
class Consumed:
    """What was clicked, in the order it happened; one entry a click, each unit-item pair at most once.

    Attributes:
        day: shape (clicks,).
        unit: shape (clicks,).
        item: shape (clicks,).
        carted: whether the click was put in the cart, shape (clicks,).
        bought: whether it was then bought, shape (clicks,).
        utility: the item's true utility to the unit at that time, shape (clicks,).
    """

    day: NDArray[np.int32]
    unit: NDArray[np.int32]
    item: NDArray[np.int32]
    carted: NDArray[np.bool_]
    bought: NDArray[np.bool_]
    utility: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.unit)


def joined(parts: Sequence[Consumed]) -> Consumed:
    """Return what was consumed in all ``parts``, in their order."""
    if len(parts) == 1:
        return parts[0]
    return Consumed(
        day=np.concatenate([np.zeros(0, np.int32), *(part.day for part in parts)]),
        unit=np.concatenate([np.zeros(0, np.int32), *(part.unit for part in parts)]),
        item=np.concatenate([np.zeros(0, np.int32), *(part.item for part in parts)]),
        carted=np.concatenate([np.zeros(0, bool), *(part.carted for part in parts)]),
        bought=np.concatenate([np.zeros(0, bool), *(part.bought for part in parts)]),
        utility=np.concatenate([np.zeros(0), *(part.utility for part in parts)]),
    )


@dataclass(frozen=True)
class Outcomes:
    """What every unit did on every day.

    Attributes:
        values: sums over the day, shape (days, units, quantities): sessions, impressions (positions shown),
            clicks, carts, purchases, revenue in the currency of the items' prices, and successes (sessions
            with at least one click).
        assignment: which policy each unit saw, shape (units,).
        policies: the policies' titles.
        consumed: what was clicked.
        stayed: whether each unit had not left for good by the end, shape (units,).
        quantities: names along the last axis of ``values``.
    """

    values: NDArray[np.float64]
    assignment: NDArray[np.int64]
    policies: tuple[str, ...]
    consumed: Consumed
    stayed: NDArray[np.bool_]
    quantities: tuple[str, ...] = QUANTITIES

    def total(self) -> NDArray[np.float64]:
        """Return each unit's sums over all days, shape (units, quantities)."""
        return np.asarray(self.values.sum(axis=0))
