"""Maximal marginal relevance: a list whose items are unlike each other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.models import Param
from engine.policies.evidence import Evidence
from engine.policies.pool import Array, Pool, greedy
from engine.policies.stage import StageInfo, number

SETTING = Param(
    "diversity",
    "float",
    0.3,
    "How much unlikeness counts against relevance: 0 keeps the order, 1 looks at unlikeness alone.",
    0.0,
    1.0,
)


@dataclass(frozen=True)
class Mmr:
    """Fills each place with ``(1 - value) x relevance - value x likeness to the most alike item above it``.

    Carbonell & Goldstein 1998 ("The use of MMR, diversity-based reranking", section 2) with their lambda as
    ``1 - value``. Relevance is the score on 0..1 over a unit's candidates, likeness the co-consumption cosine of
    ``Evidence.likeness``, not below 0.

    Attributes:
        value: weight of unlikeness, 0 to 1.
        vectors: items as unit rows, shape (items, rank); None before ``fitted``.
    """

    value: float = 0.3
    vectors: Array | None = field(default=None, compare=False, repr=False)

    name = "mmr"
    reach = 4

    def __post_init__(self) -> None:
        SETTING.check(self.name, self.value)

    @property
    def title(self) -> str:
        """``MMR 0.3``."""
        return f"MMR {number(self.value)}"

    def fitted(self, evidence: Evidence) -> Self:
        """Return the stage with items' likeness in ``evidence``."""
        return replace(self, vectors=evidence.likeness)

    def arranged(self, pool: Pool, places: int) -> Pool:
        """Return the pool with its first ``places`` filled greedily."""
        if self.value == 0 or self.vectors is None:
            return pool
        candidates = self.vectors[np.maximum(pool.items, 0)]
        relevance = (1 - self.value) * pool.relevance
        nearest = np.zeros(pool.items.shape)
        rows = np.arange(len(pool.items))

        def gain(last: NDArray[np.int64] | None) -> Array:
            if last is not None:
                cosine = np.einsum("ncr,nr->nc", candidates, candidates[rows, last])
                np.maximum(nearest, cosine, out=nearest)
            return np.asarray(relevance - self.value * nearest)

        return greedy(pool, places, gain)


INFO = StageInfo(
    name="mmr",
    title="Diverse list (MMR)",
    group="rerank",
    description="Each place goes to an item that is relevant and unlike those above it; items are alike when the same "
    "users have them.",
    setting=SETTING,
    source="Carbonell & Goldstein 1998, SIGIR",
    make=Mmr,
)
