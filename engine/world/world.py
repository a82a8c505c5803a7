"""The World: simulated users whose true response to every item is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from engine.preferences import Preferences
from engine.world.kernel import Goods, Taking
from engine.world.parameters import WorldParameters
from engine.world.ratings import RatingScale
from engine.world.response import Response
from engine.world.scene import Scene

if TYPE_CHECKING:
    from engine.people import Foretold

Array = NDArray[np.float64]
Codes = NDArray[np.integer]


@dataclass(frozen=True)
class World:
    """Simulated users (units) and the catalogue they choose from. Immutable: never write into its arrays.

    A unit's utility for an item is ``taste . vector + quality``: mean 0 and variance 1 over the catalogue for
    every unit, so that utilities are in standard deviations.

    Attributes:
        name: the Dataset's name.
        params: the settings it was fitted with.
        key: what a unit's luck is drawn by; stays with the unit when some are left out. Shape (units,).
        user: the Dataset's user each unit was made from, shape (units,).
        taste: shape (units, rank).
        activity: expected sessions a day, shape (units,).
        items_per_session: mean items taken in a session without a recommender, at least 1, shape (units,).
        history: what each unit did before, units by items.
        vectors: item vectors, shape (items, rank).
        quality: the utility all units share, shape (items,).
        price: what a purchase brings, shape (items,); 1 where the items have no price.
        category: code of each item's category, -1 where it has none, shape (items,).
        categories: names of the categories.
        exposure: chance to come across each item by oneself, adds up to 1, shape (items,).
        revisit: how much likelier a unit takes an item again than if it were new to it, without a recommender; 0 never.
        rhythm: activity multiplier for each weekday, Monday first, mean 1, shape (7,).
        first_weekday: weekday of day 0, 0 = Monday.
        response: the probabilities of clicking and buying.
        ratings: how utility becomes a rating where feedback is explicit, else None.
        click_weight: event weight of a click where feedback is implicit.
        purchase_weight: event weight a purchase adds where feedback is implicit.
        scene: what sessions are about beyond taste; None for nothing.
        elsewhere: what users did who are no units, for policies to learn from too, users by items; None for nobody.
        foretold: whom a model of the log expects to stay away or to be worth much, which policies may know; None
            where nobody asked.
        measured: names of the parameters that the log itself told.
        notes: what had to be assumed, in sentences.
    """

    name: str
    params: WorldParameters
    key: NDArray[np.int64]
    user: NDArray[np.int32]
    taste: Array
    activity: Array
    items_per_session: Array
    history: Preferences
    vectors: Array
    quality: Array
    price: Array
    category: NDArray[np.int32]
    categories: tuple[str, ...]
    exposure: Array
    revisit: float
    rhythm: Array
    first_weekday: int
    response: Response
    ratings: RatingScale | None
    click_weight: float
    purchase_weight: float
    scene: Scene | None = None
    elsewhere: Preferences | None = None
    foretold: Foretold | None = None
    measured: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def n_units(self) -> int:
        """Number of simulated users."""
        return len(self.key)

    @property
    def n_items(self) -> int:
        """Number of items in the catalogue."""
        return len(self.quality)

    @cached_property
    def goods(self) -> Goods:
        """The catalogue as the compiled loops take it."""
        vectors = np.ascontiguousarray(self.vectors, dtype=np.float64)
        length = np.linalg.norm(vectors, axis=1)
        shrink = np.divide(1.0, length, out=np.zeros_like(length), where=length > 1e-12)
        return Goods(vectors, shrink, np.ascontiguousarray(self.quality, dtype=np.float64))

    @cached_property
    def _takings(self) -> dict[tuple[int, bool], Taking]:
        return {}

    def taking(self, slate_size: int, *, forced: bool = False) -> Taking:
        """Return how units choose from a slate, as the compiled loops take it.

        Args:
            slate_size: number of positions.
            forced: whether they cannot choose the outside option.
        """
        if (slate_size, forced) not in self._takings:
            params, response = self.params, self.response
            gain = params.strength("novelty")
            fading = params.novelty_fading ** np.arange(params.memory + 1 if gain else 0)
            self._takings[slate_size, forced] = Taking(
                slope=float(response.click_slope),
                intercept=float(response.click_intercept),
                attention=np.log(response.examination(slate_size)),
                novelty=np.asarray(gain * fading, dtype=np.float64),
                boredom_strength=params.strength("boredom"),
                boredom_items=float(params.boredom_items),
                boredom_half_life=float(params.boredom_half_life_days),
                drift=params.strength("drift"),
                forced=forced,
            )
        return self._takings[slate_size, forced]

    def utility(self, units: Codes, items: Codes) -> Array:
        """Return the true utility of ``items`` to ``units``.

        Args:
            units: unit codes, shape (n,).
            items: item codes, shape (n,) or (n, k): row i belongs to ``units[i]``.

        Returns:
            Utilities of the shape of ``items``. A pair's utility does not depend on the other pairs.
        """
        taste = self.taste[units]
        if items.ndim == 1:
            return np.asarray(np.einsum("nr,nr->n", taste, self.vectors[items]) + self.quality[items])
        return np.asarray(np.einsum("nr,nkr->nk", taste, self.vectors[items]) + self.quality[items])

    def utility_block(self, units: Codes) -> Array:
        """Return the true utility of the whole catalogue to ``units``, shape (len(units), items)."""
        return self.taste[units] @ self.vectors.T + self.quality

    def without(self, *behaviours: str) -> Self:
        """Return the same world with ``behaviours`` switched off and nothing else changed.

        The intercepts stay as they are, so that click-through moves; fit with ``params.without(...)`` to have
        it calibrated anew.

        Raises:
            DataError: where one is not among ``engine.world.parameters.BEHAVIOURS``.
        """
        params, response = self.params.without(*behaviours), self.response
        if not params.position_bias:
            response = replace(response, position_bias=0.0)
        if not params.price_sensitivity:
            response = replace(response, price_effect=np.zeros_like(response.price_effect), price_slope=0.0)
        return replace(self, params=params, response=response)

    def take(self, units: Codes) -> Self:
        """Return the same world with ``units`` alone, in that order; each keeps its key and so its luck."""
        codes = np.asarray(units)
        return replace(
            self,
            key=self.key[codes],
            user=self.user[codes],
            taste=self.taste[codes],
            activity=self.activity[codes],
            items_per_session=self.items_per_session[codes],
            history=rows_of(self.history, codes),
        )


def rows_of(preferences: Preferences, users: Codes) -> Preferences:
    """Return the pairs of ``users`` (repeats allowed); row i of the result is ``users[i]``."""
    return preferences.of_users(users)
