"""Who comes back in a round: retention moved by satisfaction, with the world's own parameters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.noise import uniform
from engine.world import State


def comes(state: State, days: float) -> NDArray[np.bool_]:
    """Return whether each unit comes within the ``days`` from the state's day, shape (units,).

    Sessions are Poisson, at the unit's rate times ``1 + satisfaction_strength x satisfaction`` as in a simulated
    experiment (``engine.world.retention``), so that at least one falls into the days with chance
    ``1 - exp(-days x rate)``; none of a unit that has left for good. The draw belongs to (seed, unit, day):
    arms that satisfy alike keep the same units.
    """
    world = state.world
    felt = np.clip(state.satisfaction, -1, 1)
    rate = world.activity * (1 + world.params.strength("satisfaction") * felt) * state.stays
    return np.asarray(uniform(state.seed, "return", world.key, state.day) < -np.expm1(-days * rate))
