"""Choosing from a slate when something is chosen: the forced choice of feedback studies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.noise import uniform
from engine.world.outcomes import Consumed
from engine.world.policy import State


def choose(state: State, units: NDArray[np.integer], slates: NDArray[np.int32], choices: int) -> Consumed:
    """Return the ``choices`` items each unit takes from its slate; fewer where the slate holds fewer.

    Multinomial logit without replacement: the highest ``click_slope x utility + log examination + Gumbel``
    (Gumbel top-k, Kool, van Hoof & Welling 2019, section 2.2). The Gumbel draw belongs to unit, day, session and
    item, so slates that share items share luck.

    Args:
        state: where and when.
        units: unit codes, shape (n,).
        slates: item codes, best first, -1 for no item, shape (n, slate size).
        choices: items taken, at least 1.
    """
    world = state.world
    items = np.maximum(slates, 0)
    utility = world.utility(units, items)
    luck = uniform(state.seed, "choice", world.key[units][:, None], state.day, state.session, items)
    looked = np.log(world.response.examination(slates.shape[1]))
    appeal = world.response.click_slope * utility + looked - np.log(-np.log(luck))
    appeal = np.where(slates >= 0, appeal, -np.inf)
    taken = np.argsort(-appeal, axis=1, kind="stable")[:, :choices]
    chosen = np.take_along_axis(slates, taken, axis=1)
    row, column = np.nonzero(chosen >= 0)
    return Consumed(
        day=np.full(len(row), state.day, dtype=np.int32),
        unit=units[row].astype(np.int32),
        item=chosen[row, column],
        carted=np.zeros(len(row), dtype=bool),
        bought=np.zeros(len(row), dtype=bool),
        utility=np.take_along_axis(utility, taken, axis=1)[row, column],
    )
