"""Epsilon-greedy: now and then a place goes to an item drawn at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from engine.models import Param
from engine.policies.drawing import drawn
from engine.policies.evidence import Evidence
from engine.policies.pool import Pool
from engine.policies.stage import StageInfo, number

SETTING = Param("share", "float", 0.1, "Share of places that go to an item drawn at random.", 0.0, 1.0)


@dataclass(frozen=True)
class Epsilon:
    """With probability ``value``, each place shows an item drawn evenly from what the rules let through.

    Sutton & Barto 2018, section 2.2, a place as a choice. What would have been shown there moves down. What the unit
    has had, or a rule forbids, is drawn again (``engine.policies.drawing``).

    Attributes:
        value: the probability, 0 to 1.
    """

    value: float = 0.1

    name = "epsilon"
    reach = 1

    def __post_init__(self) -> None:
        SETTING.check(self.name, self.value)

    @property
    def title(self) -> str:
        """``ε-greedy 0.1``."""
        return f"ε-greedy {number(self.value)}"

    def fitted(self, evidence: Evidence) -> Self:  # noqa: ARG002 - learns nothing
        """Return itself."""
        return self

    def arranged(self, pool: Pool, places: int) -> Pool:
        """Return the pool with random items at some of its first ``places``."""
        chosen = pool.luck("epsilon", np.arange(places)) < self.value
        if not chosen.any():
            return pool
        return pool.inserted(drawn(pool, "epsilon item", chosen, pool.open))


INFO = StageInfo(
    name="epsilon",
    title="Random tries (ε-greedy)",
    group="explore",
    description="Some places show an item drawn at random, so that what the model does not know gets a chance.",
    setting=SETTING,
    source="Sutton & Barto 2018, section 2.2",
    make=Epsilon,
)
