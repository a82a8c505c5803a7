"""How much units go back to what they had."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit

from engine.world.life import organic_chances
from engine.world.sessions import Lived
from engine.world.world import World

_CELLS = 400_000  # users times items that are looked at
_STRONGEST = 12.0  # logarithm; beyond it everything goes back, or nothing


def fit_revisit(world: World, lived: Lived, rng: np.random.Generator) -> float:
    """Return how much likelier an item is taken again than if it were new; 0 where nothing is.

    A pick goes back with the odds ``revisit x S / (1 - S)``, ``S`` the chance of all its user had before: a
    logit with one intercept and a known offset, so its likelihood is highest where as many picks go back as
    in the log.

    Args:
        world: its units' own tastes and exposure give the chances.
        lived: the log's choices, by user and time.
        rng: draws the users looked at, where there are many.
    """
    if not lived.repeat.any():
        return 0.0
    # Clones stand behind the users they were made from: the first unit of a user is the user.
    users, unit = np.unique(world.user, return_index=True)
    chosen = np.sort(rng.permutation(len(users))[: max(20, _CELLS // world.n_items)])
    users, unit = users[chosen], unit[chosen]
    kept = np.isin(lived.user, users)
    if not lived.repeat[kept].any():
        return 0.0
    row = np.searchsorted(users, lived.user[kept])
    new = ~lived.repeat[kept]
    gained = np.where(new, organic_chances(world, unit)[row, lived.item[kept]], 0.0)
    mass = _before(gained, row)
    later = mass > 0
    odds = logit(np.clip(mass[later], 1e-9, 1 - 1e-9))
    again = float((~new)[later].mean())

    def miss(strength: float) -> float:
        return float(expit(strength + odds).mean()) - again

    if miss(-_STRONGEST) >= 0 or miss(_STRONGEST) <= 0:
        return float(np.exp(-_STRONGEST if miss(-_STRONGEST) >= 0 else _STRONGEST))
    return float(np.exp(brentq(miss, -_STRONGEST, _STRONGEST, xtol=1e-6)))


def _before(gained: NDArray[np.float64], row: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the running sum of ``gained`` within each row before each entry."""
    running = np.cumsum(gained) - gained
    first = np.searchsorted(row, np.arange(int(row.max(initial=0)) + 1))
    return np.asarray(running - running[np.minimum(first, len(row) - 1)][row])
