"""What each unit was shown lately: its last impressions, a fixed number a unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.world.kernel import add_showings, count_showings

Codes = NDArray[np.integer]

_EVER = np.iinfo(np.int32).min


@dataclass(frozen=True)
class Showings:
    """The last impressions of each unit.

    Attributes:
        items: item codes in no order, -1 where nothing was shown yet, shape (units, memory).
        days: day of each, shape (units, memory).
        count: impressions of each unit since the start, remembered or not, shape (units,).
    """

    items: NDArray[np.int32]
    days: NDArray[np.int32]
    count: NDArray[np.int64]

    def times(self, units: Codes, items: Codes, since_day: int | None = None) -> NDArray[np.int64]:
        """Return how often each of ``items`` was shown to its unit, as far as the unit remembers.

        Args:
            units: unit codes, shape (n,).
            items: item codes, -1 for none, shape (n,) or (n, k): row i belongs to ``units[i]``.
            since_day: count showings of this day and after alone; all that are remembered when None.

        Returns:
            Counts of the shape of ``items``.
        """
        wanted = np.ascontiguousarray(items, dtype=np.int32).reshape(len(units), -1)
        times = np.zeros(wanted.shape, dtype=np.int64)
        since = _EVER if since_day is None else since_day
        count_showings(self.items, self.days, np.asarray(units, dtype=np.int64), wanted, since, times)
        return times.reshape(np.shape(items))

    def after(self, units: Codes, slates: NDArray[np.int32], day: int) -> Self:
        """Return the showings once each of ``units`` (at most once each) saw its row of ``slates`` on ``day``."""
        later = type(self)(self.items.copy(), self.days.copy(), self.count.copy())
        rows = np.ascontiguousarray(slates, dtype=np.int32)
        add_showings(later.items, later.days, later.count, np.asarray(units, dtype=np.int64), rows, day)
        return later


def nothing_shown(n_units: int, memory: int) -> Showings:
    """Return the showings of units that were shown nothing yet."""
    return Showings(
        items=np.full((n_units, memory), -1, dtype=np.int32),
        days=np.full((n_units, memory), _EVER, dtype=np.int32),
        count=np.zeros(n_units, dtype=np.int64),
    )
