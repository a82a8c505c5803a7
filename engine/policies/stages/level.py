"""Content for a skill level: first what is slightly above what a user can do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from engine.errors import ModelError
from engine.models import Param
from engine.policies.evidence import Evidence
from engine.policies.pool import Array, Pool
from engine.policies.stage import StageInfo, number
from engine.traits import challenge, expected_skill, item_difficulty
from engine.traits.challenge import PRACTISED

SETTING = Param(
    "weight",
    "float",
    0.5,
    "How much the level counts against relevance: 0 keeps the order, 1 looks at the level alone.",
    0.0,
    1.0,
)


@dataclass(frozen=True)
class Level:
    """Orders candidates by ``(1 - value) x relevance + value x challenge``.

    Difficulty is learned from how late items come in histories (McAuley & Leskovec 2013), skill from how many items
    a user has had; ``engine.traits.challenge`` is 1 where an item is slightly above the skill.

    Attributes:
        value: weight of the level, 0 to 1.
        difficulty: of each item as far as it is known, shape (items,); None before ``fitted``.
        doubt: variance of each item's difficulty and of a skill beyond what is known, shape (items,).
        skill: expected of each user, shape (users,).
    """

    value: float = 0.5
    difficulty: Array | None = field(default=None, compare=False, repr=False)
    doubt: Array | None = field(default=None, compare=False, repr=False)
    skill: Array | None = field(default=None, compare=False, repr=False)

    name = "level"
    reach = 10

    def __post_init__(self) -> None:
        SETTING.check(self.name, self.value)

    @property
    def title(self) -> str:
        """``level 0.5``."""
        return f"level {number(self.value)}"

    def fitted(self, evidence: Evidence) -> Self:
        """Return the stage that knows difficulty and skill.

        Raises:
            ModelError: where the log has no times to learn difficulty from.
        """
        train = evidence.train
        if train.time is None:
            raise ModelError(
                "The stage level learns difficulty from how late items come in people's histories; the log has no "
                "times. Map a time column."
            )
        told = item_difficulty(train)
        doubt = (1 - told.reliability) + (1 - PRACTISED)
        skill = expected_skill(train.user_items, train.user_items)
        return replace(self, difficulty=told.known, doubt=doubt, skill=skill)

    def arranged(self, pool: Pool, places: int) -> Pool:  # noqa: ARG002 - all candidates are put in order
        """Return the pool in the order of relevance and challenge."""
        if self.difficulty is None or self.doubt is None or self.skill is None:
            return pool
        items = np.maximum(pool.items, 0)
        suits = challenge(self.difficulty[items], self.skill[pool.units][:, None], self.doubt[items])
        wanted = (1 - self.value) * pool.relevance + self.value * suits
        return pool.ordered(np.argsort(np.where(pool.present, -wanted, np.inf), axis=1, kind="stable"))


INFO = StageInfo(
    name="level",
    title="Skill level",
    group="rerank",
    description="What suits a user's skill comes first: slightly above it. Difficulty is learned from how late items "
    "come in people's histories.",
    setting=SETTING,
    source="McAuley & Leskovec 2013, WWW; Vygotsky 1978",
    make=Level,
)
