"""Who comes back: retention moved by satisfaction, with the world's own parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from engine.noise import uniform
from engine.world import World

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Presence:
    """Who may still come, and how satisfied they are.

    Attributes:
        satisfaction: -1 to 1, 0 is as expected, shape (units,).
        stays: whether the unit has not left for good, shape (units,).
    """

    satisfaction: Array
    stays: NDArray[np.bool_]

    @classmethod
    def opening(cls, world: World) -> Self:
        """Return everybody, as satisfied as expected."""
        return cls(np.zeros(world.n_units), np.ones(world.n_units, dtype=bool))

    def comes(self, world: World, seed: int, number: int, days: float) -> NDArray[np.bool_]:
        """Return whether each unit comes in round ``number``, shape (units,).

        Sessions are Poisson, at the unit's rate times ``1 + strength x satisfaction`` as in a simulated
        experiment; at least one falls into a round of ``days`` with chance ``1 - exp(-days x rate)``. The draw
        belongs to (seed, unit, round): arms that satisfy alike keep the same units.
        """
        rate = world.activity * (1 + world.params.strength("satisfaction") * self.satisfaction)
        there: NDArray[np.bool_] = uniform(seed, "return", world.key, number) < -np.expm1(-days * rate)
        return self.stays & there

    def after(self, world: World, units: NDArray[np.integer], worth: Array, slate_size: int, luck: Array) -> Self:
        """Return how it stands once ``units`` saw slates worth ``worth`` clicks each.

        As in a simulated experiment: twice the clicks of popularity's slates, or more, feels like 1, none like
        -1, and ``satisfaction_memory`` of what was felt before is kept. Who is unsatisfied may leave for good.

        Args:
            world: the units.
            units: who came, shape (n,).
            worth: clicks their slates are worth, as ``clicks`` says, shape (n,).
            slate_size: positions of a slate.
            luck: uniform draws that decide who leaves, shape (n,).
        """
        felt = np.minimum(worth / (slate_size * world.params.click_through), 2.0) - 1.0
        keep = world.params.satisfaction_memory
        satisfaction, stays = self.satisfaction.copy(), self.stays.copy()
        satisfaction[units] = keep * satisfaction[units] + (1 - keep) * felt
        stays[units] &= luck >= world.params.strength("leaving") * np.maximum(-satisfaction[units], 0.0)
        return replace(self, satisfaction=satisfaction, stays=stays)


def clicks(world: World, units: NDArray[np.integer], slates: NDArray[np.int32]) -> Array:
    """Return the clicks each slate is worth, by taste and attention alone, shape (len(units),).

    An item is taken before the outside option with the logit of its utility, less the attention its position
    loses; the chances add up to the expected number.
    """
    response = world.response
    utility = world.utility(units, np.maximum(slates, 0))
    logit = response.click_intercept + response.click_slope * utility + np.log(response.examination(slates.shape[1]))
    return np.asarray((expit(logit) * (slates >= 0)).sum(axis=1))
