"""Thompson sampling: what is little known is sometimes taken for better than it looks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from scipy.special import ndtri

from engine.models import Param
from engine.policies.evidence import Evidence
from engine.policies.pool import Array, Pool
from engine.policies.stage import StageInfo, number

SETTING = Param(
    "doubt",
    "float",
    1.0,
    "How much an item that nobody has is doubted, in spans of a unit's scores; 0 keeps the order.",
    0.0,
    10.0,
)


@dataclass(frozen=True)
class Thompson:
    """Orders candidates by a draw from what is believed of each: relevance, with less doubt the more users have it.

    Gaussian Thompson sampling (Agrawal & Goyal 2013, "Further optimal regret bounds for Thompson sampling",
    section 2): a draw from N(relevance, value^2 / (1 + users who have the item)), anew for each unit and session.
    Relevance is the score on 0..1 over a unit's candidates.

    Attributes:
        value: standard deviation for an item nobody has.
        doubt: standard deviation of each item, shape (items,); None before ``fitted``.
    """

    value: float = 1.0
    doubt: Array | None = field(default=None, compare=False, repr=False)

    name = "thompson"
    reach = 4

    def __post_init__(self) -> None:
        SETTING.check(self.name, self.value)

    @property
    def title(self) -> str:
        """``Thompson 1``."""
        return f"Thompson {number(self.value)}"

    def fitted(self, evidence: Evidence) -> Self:
        """Return the stage with how surely each item is known in ``evidence``."""
        return replace(self, doubt=self.value / np.sqrt(1.0 + evidence.train.item_users))

    def arranged(self, pool: Pool, places: int) -> Pool:  # noqa: ARG002 - all of the pool is ordered at once
        """Return the pool in the order of the draws."""
        if self.value == 0 or self.doubt is None:
            return pool
        items = np.maximum(pool.items, 0)
        believed = pool.relevance + self.doubt[items] * ndtri(pool.luck("thompson", items))
        return pool.ordered(np.argsort(-np.where(pool.present, believed, -np.inf), axis=1, kind="stable"))


INFO = StageInfo(
    name="thompson",
    title="Thompson sampling",
    group="explore",
    description="Orders by a draw from what is believed of each item: the fewer users have it, the wider the draw, so "
    "little known items are tried and soon known.",
    setting=SETTING,
    source="Thompson 1933; Agrawal & Goyal 2013, AISTATS; Chapelle & Li 2011, NeurIPS",
    make=Thompson,
)
