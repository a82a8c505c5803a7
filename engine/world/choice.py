"""Choosing from a slate: one mechanism for sessions and for the forced choice of feedback studies.

Appeal is ``click_slope x (utility + scene + moods) + log examination + Gumbel``. Sessions compare it with an outside
option of ``-click_intercept + Gumbel`` and take what is better, the best first, at most ``most_clicks`` items: each
is a multinomial logit among what is left and the outside option (Gumbel top-k, Kool, van Hoof & Welling 2019,
section 2.2; sequential logit with an outside good, Train 2009, section 7.3). In the forced choice the outside option
is closed and ``choices`` items are taken. An item's Gumbel draw belongs to seed, unit, day, session and item, so
slates that share items share luck.

Moods move appeal alone; the utility that is reported, rated and counted as welfare is taste, quality and scene.
Novelty is ``novelty_strength x novelty_fading ^ times shown``; boredom takes ``boredom_strength x had / (had +
boredom_items)``, where ``had`` is what was had lately along the item's direction.

Choosing changes nothing. What a session leaves behind comes with ``state.after(consumed, units, slates)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.world import kernel
from engine.world.outcomes import Consumed
from engine.world.policy import State
from engine.world.scene import Bargaining

Array = NDArray[np.float64]
Codes = NDArray[np.integer]


@dataclass(frozen=True)
class Taken:
    """What units took from their slates.

    Attributes:
        places: positions in the order of taking, valid up to ``counts``, shape (n, most).
        worth: their utility: taste, quality and scene, shape (n, most).
        counts: items each unit took, shape (n,).
    """

    places: NDArray[np.int64]
    worth: Array
    counts: NDArray[np.int64]

    def consumed(
        self,
        day: int,
        units: Codes,
        slates: NDArray[np.int32],
        carted: NDArray[np.bool_] | None = None,
        bought: NDArray[np.bool_] | None = None,
    ) -> Consumed:
        """Return it by unit and order of taking, from the ``units`` and ``slates`` it was taken of."""
        size = int(self.counts.sum())
        unit, item, utility = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size)
        rows = np.ascontiguousarray(slates, dtype=np.int32)
        codes = np.asarray(units, dtype=np.int64)
        kernel.gather_rows(codes, rows, self.counts, self.places, self.worth, unit, item, utility)
        return Consumed(
            day=np.full(size, day, dtype=np.int32),
            unit=unit,
            item=item,
            carted=np.zeros(size, dtype=bool) if carted is None else carted,
            bought=np.zeros(size, dtype=bool) if bought is None else bought,
            utility=utility,
        )


def take(state: State, units: Codes, slates: NDArray[np.int32], *, choices: int | None = None) -> Taken:
    """Return what each unit takes from its slate.

    Args:
        state: who, where and when.
        units: unit codes, shape (n,).
        slates: item codes, best first, -1 for no item, shape (n, slate size).
        choices: items that must be taken (fewer where the slate holds fewer); None where units are free to take
            anything from none to ``most_clicks``.
    """
    world = state.world
    codes = np.asarray(units, dtype=np.int64)
    shown = np.ascontiguousarray(slates, dtype=np.int32)
    extra = np.zeros((0, 0))
    if world.scene is not None:
        extra = np.ascontiguousarray(world.scene.utility(state, codes, np.maximum(shown, 0)), dtype=np.float64)
    most = min(world.params.most_clicks if choices is None else choices, shown.shape[1])
    taken = Taken(
        places=np.empty((len(codes), most), dtype=np.int64),
        worth=np.empty((len(codes), most)),
        counts=np.zeros(len(codes), dtype=np.int64),
    )
    taking = world.taking(shown.shape[1], forced=choices is not None)
    kernel.take_rows(
        codes, shown, state.minds, world.goods, taking, state.moment, extra, taken.places, taken.worth, taken.counts
    )
    return taken


def choose(state: State, units: Codes, slates: NDArray[np.int32], choices: int) -> Consumed:
    """Return the ``choices`` items each unit takes from its slate; fewer where the slate holds fewer.

    Args:
        state: where and when.
        units: unit codes, shape (n,).
        slates: item codes, best first, -1 for no item, shape (n, slate size).
        choices: items taken, at least 1.
    """
    return take(state, units, slates, choices=choices).consumed(state.day, units, slates)


def respond(state: State, units: Codes, slates: NDArray[np.int32], prices: Array | None, today: Array) -> Consumed:
    """Let each unit take from its slate as it likes, put in the cart and buy.

    Args:
        state: who, where and when.
        units: unit codes, each at most once, shape (n,).
        slates: item codes, best first, -1 for no item, shape (n, slate size).
        prices: what part of its list price each item costs, above 0, shape (n, slate size); all of it when None.
        today: what each unit did today is added to it, shape (units, quantities).

    Returns:
        What was taken, by unit and order of taking.
    """
    world, response = state.world, state.world.response
    taken = take(state, units, slates)
    bargains: float | Array = response.price_slope
    scene: object = world.scene
    if prices is not None and isinstance(scene, Bargaining):
        bargains = scene.price_slope(state, units)
    buying = kernel.Buying(
        cart_intercept=float(response.cart_intercept),
        cart_slope=float(response.cart_slope),
        purchase_intercept=float(response.purchase_intercept),
        purchase_slope=float(response.purchase_slope),
        price_slope=np.broadcast_to(np.asarray(bargains, dtype=np.float64), len(units)).copy(),
        price_effect=response.price_effect,
        price=world.price,
    )
    carted, bought = np.empty((2, int(taken.counts.sum())), dtype=bool)
    kernel.buy_rows(
        np.asarray(units, dtype=np.int64),
        np.ascontiguousarray(slates, dtype=np.int32),
        world.key,
        taken.counts,
        taken.places,
        taken.worth,
        np.zeros((0, 0)) if prices is None else np.ascontiguousarray(prices, dtype=np.float64),
        buying,
        state.moment,
        today,
        carted,
        bought,
    )
    return taken.consumed(state.day, units, slates, carted, bought)
