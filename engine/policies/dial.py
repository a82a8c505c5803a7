"""From familiar to surprising: one dial that trades a model's score against an item's novelty."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.models.ranking import Ranking
from engine.preferences import Preferences
from engine.world import Policy, State
from engine.world.policy import Report

Array = NDArray[np.float64]


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
    _check(dial)
    usable = np.isfinite(scores)
    mixed = (1 - dial) * _spread(scores, usable) + dial * _spread(np.broadcast_to(novelty, scores.shape), usable)
    mixed = np.where(usable, mixed, -np.inf)
    order = np.argsort(-mixed, axis=1, kind="stable")[:, :k]
    return np.where(np.take_along_axis(usable, order, axis=1), order, -1)


@dataclass(frozen=True)
class DialPolicy:
    """Another policy's candidates, put in the dial's order.

    Attributes:
        base: the policy whose candidates are reordered.
        dial: 0 is familiar, 1 is surprising.
        pool: candidates asked of ``base`` for each item to show.
        novelty: self-information of each item in bits; None before the first ``refit``.
    """

    base: Policy
    dial: float
    pool: int = 10
    novelty: Array | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        _check(self.dial)

    @property
    def title(self) -> str:
        """The base's title and the dial."""
        return f"{self.base.title} (surprise {self.dial:.0%})"

    @property
    def each_session(self) -> bool:
        """As the base does."""
        return self.base.each_session

    def refit(self, preferences: Preferences, report: Report | None = None) -> Self:
        """Return the policy with its base trained, and novelty measured on ``preferences``."""
        novelty = item_novelty(preferences.item_users, preferences.n_users)
        return replace(self, base=self.base.refit(preferences, report), novelty=novelty)

    def slates(self, state: State, users: NDArray[np.integer], k: int) -> Ranking:
        """Return the ``k`` candidates of highest mixed score for each of ``users``."""
        if self.novelty is None:
            raise ModelError(f"{self.title} has not been trained. Call refit before asking for slates.")
        found = self.base.slates(state, users, min(self.pool * k, state.world.n_items))
        present = found.items >= 0
        scores = np.where(present, found.scores, -np.inf)
        place = rerank(scores, self.novelty[np.maximum(found.items, 0)], self.dial, k)
        taken = np.maximum(place, 0)
        items = np.where(place >= 0, np.take_along_axis(found.items, taken, axis=1), -1)
        return Ranking(
            items=items.astype(np.int32),
            scores=np.where(place >= 0, np.take_along_axis(found.scores, taken, axis=1), np.nan),
        )


def _spread(values: Array, usable: NDArray[np.bool_]) -> Array:
    """Return each row's usable values on 0..1; 0 where a row has one value only."""
    low = np.where(usable, values, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    high = np.where(usable, values, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    span = np.where(np.isfinite(high - low), high - low, 0.0)
    shifted = np.where(usable, values - np.where(np.isfinite(low), low, 0.0), 0.0)
    return np.divide(shifted, span, out=np.zeros_like(shifted), where=span > 0)


def _check(dial: float) -> None:
    if not 0 <= dial <= 1:
        raise ModelError(f"The dial was {dial:g}. It lies between 0 (familiar) and 1 (surprising).")
