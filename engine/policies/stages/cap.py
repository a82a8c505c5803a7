"""A frequency cap: no item more than so many times a week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from engine.models import Param
from engine.policies.evidence import Evidence
from engine.policies.pool import Codes, Mask, Pool, obeying
from engine.policies.stage import StageInfo
from engine.world import State

SETTING = Param("times", "int", 3, "Showings of the same item to the same user in seven days, at most.", 1, 1000)

_DAYS = 7


@dataclass(frozen=True)
class Cap:
    """Leaves out what a unit was shown ``value`` times today and in the six days before.

    Showings are counted as far back as units remember them (``WorldParameters.memory``, the last 60 unless set
    otherwise): six slates of ten. Where users come more often a week than that, raise it.

    Attributes:
        value: showings at most, 1 or more.
    """

    value: int = 3

    name = "cap"
    reach = 2

    def __post_init__(self) -> None:
        SETTING.check(self.name, self.value)

    @property
    def title(self) -> str:
        """``at most 3 a week``."""
        return f"at most {self.value} a week"

    def fitted(self, evidence: Evidence) -> Self:  # noqa: ARG002 - learns nothing
        """Return itself."""
        return self

    def permits(self, state: State, units: Codes, items: Codes) -> Mask:
        """Return whether each of ``items`` (n, k) may be shown to ``units`` (n,) once more, shape (n, k)."""
        return state.shown.times(units, items, since_day=state.day - _DAYS + 1) < self.value

    def arranged(self, pool: Pool, places: int) -> Pool:  # noqa: ARG002 - a rule holds for all of the pool
        """Return the pool without what was shown often enough."""
        return obeying(self, pool)


INFO = StageInfo(
    name="cap",
    title="Frequency cap",
    group="guardrail",
    description="Shows the same item to the same user only so many times a week.",
    setting=SETTING,
    source="Our own choice; usual in advertising",
    make=Cap,
)
