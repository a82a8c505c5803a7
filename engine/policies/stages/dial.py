"""From familiar to surprising: one dial that trades a model's score against an item's novelty."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.models import Param
from engine.policies.evidence import Evidence
from engine.policies.pool import Array, Pool, spread
from engine.policies.stage import StageInfo

SETTING = Param("surprise", "float", 0.3, "0 is familiar (the order as it is), 1 is surprising (the rarest).", 0.0, 1.0)

REACH = 10
"""Candidates the dial chooses from, for each item shown."""


def item_novelty(item_users: NDArray[np.integer], n_users: int) -> Array:
    """Return each item's novelty in bits, ``log2(users / users who have it)``, shape (items,).

    Self-information as in ``engine.metrics.novelty`` (Zhou et al. 2010); an item nobody has counts as one that
    a single user has, so that novelty stays finite.
    """
    return np.asarray(np.log2(max(n_users, 1) / np.maximum(item_users, 1)))


def rerank(scores: Array, novelty: Array, dial: float, k: int) -> NDArray[np.int64]:
    """Return the ``k`` best candidates of each row by ``(1 - dial) x score + dial x novelty``.

    Score and novelty are each brought to 0..1 over the row's candidates, so that the dial means the same for
    every user and model.

    Args:
        scores: the model's scores, shape (users, candidates); ``-inf`` or NaN marks no candidate.
        novelty: in any unit, shape (users, candidates) or (candidates,).
        dial: 0 is familiar (the model's own order), 1 is surprising (the most novel candidates).
        k: how many to return; cut to the number of candidates.

    Returns:
        Candidate positions, best first, shape (users, k); -1 where a row has fewer candidates. Ties keep the
        candidates' order.

    Raises:
        ModelError: where the dial lies outside 0..1.
    """
    if not 0 <= dial <= 1:
        raise ModelError(f"The dial was {dial:g}. It lies between 0 (familiar) and 1 (surprising).")
    usable = np.isfinite(scores)
    order = _order(spread(scores, usable), novelty, dial, usable)[:, :k]
    return np.where(np.take_along_axis(usable, order, axis=1), order, -1)


@dataclass(frozen=True)
class Dial:
    """Orders candidates by ``(1 - value) x relevance + value x novelty``, each on 0..1 over a unit's candidates.

    Attributes:
        value: 0 is familiar, 1 is surprising.
        novelty: self-information of each item in bits; None before ``fitted``.
    """

    value: float = 0.3
    novelty: Array | None = field(default=None, compare=False, repr=False)

    name = "dial"
    reach = REACH

    def __post_init__(self) -> None:
        SETTING.check(self.name, self.value)

    @property
    def title(self) -> str:
        """``surprise 30%``."""
        return f"surprise {self.value:.0%}"

    def fitted(self, evidence: Evidence) -> Self:
        """Return the stage with novelty measured in ``evidence``."""
        return replace(self, novelty=item_novelty(evidence.train.item_users, evidence.train.n_users))

    def arranged(self, pool: Pool, places: int) -> Pool:  # noqa: ARG002 - all of the pool is ordered at once
        """Return the pool in the dial's order."""
        if self.value == 0 or self.novelty is None:
            return pool
        return pool.ordered(_order(pool.relevance, self.novelty[np.maximum(pool.items, 0)], self.value, pool.present))


def _order(relevance: Array, novelty: Array, dial: float, usable: NDArray[np.bool_]) -> NDArray[np.int64]:
    mixed = (1 - dial) * relevance + dial * spread(np.broadcast_to(novelty, relevance.shape), usable)
    return np.argsort(-np.where(usable, mixed, -np.inf), axis=1, kind="stable")


INFO = StageInfo(
    name="dial",
    title="Surprise dial",
    group="rerank",
    description="Trades how well an item fits against how rarely it is had: from familiar to surprising.",
    setting=SETTING,
    source="Novelty as in Zhou et al. 2010, PNAS; mixing the two is our own choice",
    make=Dial,
)
