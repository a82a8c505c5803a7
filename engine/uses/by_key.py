"""What a scene knows of each unit, found by the unit's key: it stays with the unit when others are left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.world import World

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ByKey:
    """One row a unit.

    Attributes:
        keys: of the units, ascending, shape (units,).
        rows: what is known of each, shape (units,) or (units, n).
    """

    keys: NDArray[np.int64]
    rows: Array

    @classmethod
    def of(cls, world: World, rows: Array) -> Self:
        """Return what is known of the units of ``world``, row i being unit i."""
        order = np.argsort(world.key)
        return cls(world.key[order], rows[order])

    def at(self, world: World, units: NDArray[np.integer]) -> Array:
        """Return the rows of ``units`` of ``world``, which may have fewer units or others of the same keys."""
        return np.asarray(self.rows[np.searchsorted(self.keys, world.key[units])])
