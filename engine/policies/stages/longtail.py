"""A list with as much of the long tail as the user's own history has."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from engine.models import Param
from engine.policies.evidence import Evidence
from engine.policies.kinds import Kinds
from engine.policies.pool import Array, Pool
from engine.policies.stage import StageInfo, number
from engine.policies.stages.xquad import covering

SETTING = Param(
    "weight",
    "float",
    0.3,
    "How much the long tail counts against relevance: 0 keeps the order.",
    0.0,
    1.0,
)

_HEAD = 0.8  # share of all pairs that the head holds


@dataclass(frozen=True)
class LongTail:
    """xQuAD over two aspects, the short head and the long tail, weighted by the user's own propensity for each.

    Abdollahpouri, Burke & Mobasher 2019 ("Managing popularity bias in recommender systems with personalized
    re-ranking", FLAIRS), the smooth variant. The head is the fewest items that hold 80% of all pairs.

    Attributes:
        value: weight of the aspects, 0 to 1.
        kinds: head (0) or tail (1) of each item; None before ``fitted``.
        own: each user's propensity for head, tail and nothing, shape (users, 3); None before ``fitted``.
    """

    value: float = 0.3
    kinds: Kinds | None = field(default=None, compare=False, repr=False)
    own: Array | None = field(default=None, compare=False, repr=False)

    name = "longtail"
    reach = 10

    def __post_init__(self) -> None:
        SETTING.check(self.name, self.value)

    @property
    def title(self) -> str:
        """``long tail 0.3``."""
        return f"long tail {number(self.value)}"

    def fitted(self, evidence: Evidence) -> Self:
        """Return the stage with the tail, and users' propensity for it, in ``evidence``."""
        train = evidence.train
        had_by = train.item_users
        order = np.argsort(-had_by, kind="stable")
        before = np.concatenate([[0], np.cumsum(had_by[order])[:-1]])
        tail = np.zeros(train.n_items, dtype=np.int64)
        tail[order] = before >= _HEAD * had_by.sum()
        kinds = Kinds(codes=tail[:, None], shares=np.ones((train.n_items, 1)), n_kinds=2)
        had = np.maximum(train.user_items, 1)
        in_tail = np.bincount(train.user, weights=tail[train.item], minlength=train.n_users) / had
        own = np.column_stack([1 - in_tail, in_tail, np.zeros(train.n_users)])
        return replace(self, kinds=kinds, own=own)

    def arranged(self, pool: Pool, places: int) -> Pool:
        """Return the pool with its first ``places`` filled greedily."""
        if self.value == 0 or self.kinds is None or self.own is None:
            return pool
        return covering(pool, places, self.value, self.kinds, self.own[pool.units])


INFO = StageInfo(
    name="longtail",
    title="Long tail (xQuAD)",
    group="rerank",
    description="Lets in as many of the lesser known items as the user's own history has, against the pull of what is "
    "popular.",
    setting=SETTING,
    source="Abdollahpouri, Burke & Mobasher 2019, FLAIRS",
    make=LongTail,
)
