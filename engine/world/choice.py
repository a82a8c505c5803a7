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

from engine.noise import stream
from engine.world import kernel
from engine.world.outcomes import Consumed
from engine.world.policy import State

Array = NDArray[np.float64]
Codes = NDArray[np.integer]


@dataclass(frozen=True)
class Taken:
    """What units took from their slates, in the order of units and of taking.

    Attributes:
        row: row of the slate, shape (taken,).
        place: position in the slate, from 0, shape (taken,).
        item: item code, shape (taken,).
        utility: taste, quality and scene, shape (taken,).
        count: items each unit took, shape (n,).
    """

    row: NDArray[np.int64]
    place: NDArray[np.int64]
    item: NDArray[np.int32]
    utility: Array
    count: NDArray[np.int64]


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
    places = np.empty((len(codes), most), dtype=np.int64)
    worth = np.empty((len(codes), most))
    count = np.zeros(len(codes), dtype=np.int64)
    moment = kernel.Moment(stream(state.seed, "choice"), stream(state.seed, "outside"), state.day, state.session)
    taking = state.taking(shown.shape[1], forced=choices is not None)
    kernel.take_rows(codes, shown, state.minds, world.goods, taking, moment, extra, places, worth, count)
    row, order = np.nonzero(np.arange(most) < count[:, None])
    place = places[row, order]
    return Taken(row=row, place=place, item=shown[row, place], utility=worth[row, order], count=count)


def choose(state: State, units: Codes, slates: NDArray[np.int32], choices: int) -> Consumed:
    """Return the ``choices`` items each unit takes from its slate; fewer where the slate holds fewer.

    Args:
        state: where and when.
        units: unit codes, shape (n,).
        slates: item codes, best first, -1 for no item, shape (n, slate size).
        choices: items taken, at least 1.
    """
    taken = take(state, units, slates, choices=choices)
    none = np.zeros(len(taken.row), dtype=bool)
    return Consumed(
        day=np.full(len(taken.row), state.day, dtype=np.int32),
        unit=np.asarray(units)[taken.row].astype(np.int32),
        item=taken.item,
        carted=none,
        bought=none,
        utility=taken.utility,
    )
