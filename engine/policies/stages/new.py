"""A minimum share of each slate for items with the least history."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.models import Param
from engine.policies.drawing import drawn
from engine.policies.evidence import Evidence
from engine.policies.pool import Array, Mask, Pool, greedy
from engine.policies.stage import StageInfo

SETTING = Param("share", "float", 0.1, "Share of each list that goes to new items, at least.", 0.0, 1.0)

_NEW = 0.2  # of the catalogue


@dataclass(frozen=True)
class New:
    """Gives new items at least the share ``value`` of a slate, spread over it from the top.

    New is the fifth of the catalogue that the fewest users have (and what has no more users than these). As in
    FA*IR (Zehlike et al. 2017, CIKM, section 3) the share holds for every beginning of the slate, rounded down
    there and up for the whole. New items among the candidates come first, in their order; what is missing is drawn
    from the other new items, for a model that has seen next to nothing of them cannot rank them.

    Attributes:
        value: the share, 0 to 1.
        new: which items are new, shape (items,); None before ``fitted``.
    """

    value: float = 0.1
    new: Mask | None = field(default=None, compare=False, repr=False)

    name = "new"
    reach = 2

    def __post_init__(self) -> None:
        SETTING.check(self.name, self.value)

    @property
    def title(self) -> str:
        """``10% new``."""
        return f"{self.value:.0%} new"

    def fitted(self, evidence: Evidence) -> Self:
        """Return the stage with what is new in ``evidence``."""
        had_by = evidence.train.item_users
        return replace(self, new=had_by <= np.quantile(had_by, _NEW, method="inverted_cdf"))

    def arranged(self, pool: Pool, places: int) -> Pool:
        """Return the pool with new items among its first ``places``."""
        if self.value == 0 or self.new is None:
            return pool
        share = math.ceil(self.value * pool.slate_size - 1e-9) / pool.slate_size
        needed = np.floor(share * np.arange(1, places + 1) + 1e-9)
        missing = needed[-1] - self._new_in(pool).sum(axis=1)
        wanted = np.arange(int(needed[-1])) < missing[:, None]
        if wanted.any():
            among = pool.open[self.new[pool.open]]
            pool = pool.followed_by(drawn(pool, "new", wanted, among, strangers=True))
        new, width = self._new_in(pool), pool.items.shape[1]
        rows = np.arange(len(pool.items))
        falling = -np.arange(width, dtype=np.float64)
        shown = np.zeros(len(rows))
        place = 0

        def gain(last: NDArray[np.int64] | None) -> Array:
            nonlocal shown, place
            if last is not None:
                shown = shown + new[rows, last]
                place += 1
            due = shown < needed[place]
            return np.asarray(falling + width * (new & due[:, None]))

        return greedy(pool, places, gain)

    def _new_in(self, pool: Pool) -> Mask:
        new = np.zeros(pool.items.shape, dtype=bool) if self.new is None else self.new[pool.items]
        return np.asarray(new & pool.present)


INFO = StageInfo(
    name="new",
    title="Minimum share of new items",
    group="guardrail",
    description="Keeps some places of each list for the items with the least history.",
    setting=SETTING,
    source="Zehlike et al. 2017, CIKM, for where they stand",
    make=New,
)
