"""What a world's uses add to a session: something units are after, and prices that policies set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from engine.world.policy import State

Array = NDArray[np.float64]


class Scene(Protocol):
    """What this session is about: a query, a lesson, a step."""

    def utility(self, state: State, units: NDArray[np.integer], items: NDArray[np.integer]) -> Array:
        """Return the utility each item has this session beyond the unit's taste for it.

        Args:
            state: who and when.
            units: unit codes, shape (n,).
            items: item codes, shape (n, k): row i belongs to ``units[i]``.

        Returns:
            Standard deviations of utility, shape (n, k). A pair's does not depend on the other pairs.
        """
        ...


@runtime_checkable
class Bargaining(Protocol):
    """A scene in which a price below or above the list's moves some units more than others."""

    def price_slope(self, state: State, units: NDArray[np.integer]) -> Array:
        """Return the logits of buying each of ``units`` loses per unit of log price, shape (n,)."""
        ...


@runtime_checkable
class Pricing(Protocol):
    """A policy that also sets prices."""

    def price_factors(self, state: State, units: NDArray[np.integer], items: NDArray[np.integer]) -> Array:
        """Return what part of its list price each item costs its unit this session, above 0, shape (n, k).

        Args:
            state: who and when.
            units: unit codes, shape (n,).
            items: item codes, -1 where there is none, shape (n, k): row i belongs to ``units[i]``.
        """
        ...
