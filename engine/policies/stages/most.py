"""At most so many items of one kind in a slate."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.models import Param
from engine.policies.evidence import Evidence
from engine.policies.kinds import Kinds, Mix
from engine.policies.pool import Array, Pool, greedy
from engine.policies.stage import StageInfo

SETTING = Param("items", "int", 3, "Items of the same category in one list, at most.", 1, 1000)


@dataclass(frozen=True)
class Most:
    """Fills each place with the first candidate none of whose kinds has ``value`` items above it already.

    An item of several kinds counts in each. Where no candidate is left that may come, the rule gives way rather
    than leave the place empty. Kinds are the catalogue's categories, or clusters of items alike where it names none.

    Attributes:
        value: items of a kind at most, 1 or more.
        kinds: of the items; None before ``fitted``.
    """

    value: int = 3
    kinds: Kinds | None = field(default=None, compare=False, repr=False)

    name = "most"
    reach = 6

    def __post_init__(self) -> None:
        SETTING.check(self.name, self.value)

    @property
    def title(self) -> str:
        """``at most 3 a category``."""
        return f"at most {self.value} a category"

    def fitted(self, evidence: Evidence) -> Self:
        """Return the stage with items' kinds in ``evidence``."""
        return replace(self, kinds=evidence.kinds_of_items)

    def arranged(self, pool: Pool, places: int) -> Pool:
        """Return the pool with its first ``places`` within the rule, as far as the candidates go."""
        if self.kinds is None:
            return pool
        mix = Mix(self.kinds, pool.items)
        ones = (mix.shares > 0).astype(np.float64)
        width = pool.items.shape[1]
        falling = -np.arange(width, dtype=np.float64)

        def gain(last: NDArray[np.int64] | None) -> Array:
            mix.add(last, ones)
            full = ((mix.at_candidates(mix.sums) >= self.value) & (ones > 0)).any(axis=2)
            return np.asarray(falling - width * full)

        return greedy(pool, places, gain)


INFO = StageInfo(
    name="most",
    title="Most per category",
    group="guardrail",
    description="Shows only so many items of one category in a list, as long as there are others to show.",
    setting=SETTING,
    source="Our own choice",
    make=Most,
)
