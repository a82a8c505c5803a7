"""Who comes today, and what satisfaction does to it: units come more or less often, or leave for good."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.noise import uniform
from engine.world import kernel
from engine.world.policy import State

Array = NDArray[np.float64]
Codes = NDArray[np.integer]


def sessions_today(state: State) -> NDArray[np.int64]:
    """Return each unit's sessions on the state's day, shape (units,); none for who has left.

    Poisson, by the inverse distribution function of one draw a unit, at the unit's rate times the weekday's
    rhythm times ``1 + satisfaction_strength x satisfaction``, where satisfaction counts from -1 to 1.
    """
    world, params = state.world, state.world.params
    weekday = world.rhythm[(world.first_weekday + state.day) % len(world.rhythm)]
    rate = world.activity * max(1 + params.strength("weekly_rhythm") * (weekday - 1), 0.0)
    rate = rate * (1 + params.strength("satisfaction") * np.clip(state.satisfaction, -1, 1)) * state.stays
    drawn = np.zeros(world.n_units, dtype=np.int64)
    luck = uniform(state.seed, "sessions", world.key, state.day)
    kernel.poisson_rows(luck, rate, params.max_sessions_per_day, drawn)
    return drawn


def satisfied(state: State, units: Codes, clicks: Array, impressions: Array) -> State:
    """Return the state once ``units`` had a day with ``clicks`` on ``impressions``.

    What is felt is clicks over the expected, ``click_through x impressions``, less 1; satisfaction keeps
    ``satisfaction_memory`` of what it was. Below 0, a unit leaves for good with a chance of ``leaving_strength``
    times what is missing.

    Args:
        state: at the end of a day.
        units: who came today, each once, shape (n,).
        clicks: what they took, shape (n,).
        impressions: what they were shown, shape (n,).
    """
    params = state.world.params
    expected = params.click_through * impressions
    felt = np.divide(clicks, expected, out=np.ones(len(expected)), where=expected > 0) - 1.0
    satisfaction, stays = state.satisfaction.copy(), state.stays.copy()
    keep = params.satisfaction_memory
    satisfaction[units] = keep * satisfaction[units] + (1 - keep) * felt
    luck = uniform(state.seed, "leaving", state.world.key[units], state.day)
    stays[units] &= luck >= params.strength("leaving") * np.maximum(-satisfaction[units], 0.0)
    return replace(state, satisfaction=satisfaction, stays=stays)
