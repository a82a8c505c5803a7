"""What was ignored often enough is not shown again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from engine.models import Param
from engine.policies.evidence import Evidence
from engine.policies.pool import Codes, Mask, Pool, obeying
from engine.policies.stage import StageInfo
from engine.world import State

SETTING = Param("times", "int", 5, "Showings without a click after which an item is given up.", 1, 1000)


@dataclass(frozen=True)
class Ignored:
    """Leaves out what a unit was shown ``value`` times and never took; what it took is not shown again anyway.

    Given up as long as units remember the showings (``WorldParameters.memory``, the last 60 unless set otherwise).

    Attributes:
        value: showings, 1 or more.
    """

    value: int = 5

    name = "ignored"
    reach = 2

    def __post_init__(self) -> None:
        SETTING.check(self.name, self.value)

    @property
    def title(self) -> str:
        """``gives up after 5 showings``."""
        return f"gives up after {self.value} showing{'' if self.value == 1 else 's'}"

    def fitted(self, evidence: Evidence) -> Self:  # noqa: ARG002 - learns nothing
        """Return itself."""
        return self

    def permits(self, state: State, units: Codes, items: Codes) -> Mask:
        """Return whether each of ``items`` (n, k) was ignored by ``units`` (n,) less often, shape (n, k)."""
        return state.shown.times(units, items) < self.value

    def arranged(self, pool: Pool, places: int) -> Pool:  # noqa: ARG002 - a rule holds for all of the pool
        """Return the pool without what was ignored often enough."""
        return obeying(self, pool)


INFO = StageInfo(
    name="ignored",
    title="Give up what is ignored",
    group="guardrail",
    description="Stops showing a user what they were shown so many times and never clicked.",
    setting=SETTING,
    source="Our own choice",
    make=Ignored,
)
