"""Asking first: new users name a few favourites before anything is shown; some leave instead."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.models import Param
from engine.noise import normal, uniform
from engine.policies.evidence import Evidence
from engine.policies.pool import Array, Codes, Pool, spread
from engine.policies.stage import StageInfo, number
from engine.preferences import Preferences
from engine.world import State

SETTING = Param("favourites", "int", 3, "How many favourites a new user is asked for.", 1, 10)

#: Share of new users who go on after each question; the others leave this session and answer nothing. Assumed.
PATIENCE = 0.95

#: Noise of an answer, in standard deviations of utility. Assumed: what people say they like tells half of what they do,
#: twice the noise of rating the same item again (Amatriain, Pujol & Oliver 2009).
ANSWER_NOISE = 1.0

_LISTED = 24  # items to choose from: a screen of them
_KNOWN = 200  # of the items most users have had, those a list is made of: people can judge what they know


@dataclass(frozen=True)
class Ask:
    """Puts a list of items before a new user's first slate, to choose favourites from.

    Who answers sees candidates ordered by relevance and, in equal parts, by likeness to the favourites (the mean
    co-consumption cosine of ``Evidence.likeness``), from that session on. Who runs out of patience, by ``PATIENCE``
    a favourite, sees nothing that session and the base's order from then on. Users with a history are not asked.

    The list is filled greedily by popularity times unlikeness to what is on it, after Rashid et al. 2002 ("Getting
    to know you", section 4), who find popularity with entropy to teach most for the effort.

    Attributes:
        value: favourites each new user names.
        vectors: items as unit rows, shape (items, rank); None before ``fitted``.
        listed: item codes to choose from, shape (listed,); None before ``fitted``.
    """

    value: int = 3
    vectors: Array | None = field(default=None, compare=False, repr=False)
    listed: NDArray[np.int64] | None = field(default=None, compare=False, repr=False)

    name = "ask"
    reach = 10

    def __post_init__(self) -> None:
        SETTING.check(self.name, self.value)

    @property
    def title(self) -> str:
        """``asks for 3 favourites``."""
        return f"asks for {number(self.value)} favourite{'' if self.value == 1 else 's'}"

    def fitted(self, evidence: Evidence) -> Self:
        """Return the stage with its list, from what users had."""
        return replace(self, vectors=evidence.likeness, listed=question_list(evidence.train, evidence.likeness))

    def arranged(self, pool: Pool, places: int) -> Pool:  # noqa: ARG002 - all candidates are put in order
        """Return the pool by likeness to the favourites; empty for who leaves over being asked."""
        if self.vectors is None or self.listed is None:
            return pool
        new = pool.state.world.history.user_items[pool.units] == 0
        answers = self.answers(pool.state, pool.units)
        known = new & answers
        if known.any():
            named = self.favourites(pool.state, pool.units[known])
            liked = self.vectors[named].mean(axis=1)
            likeness = np.zeros(pool.items.shape)
            likeness[known] = np.einsum("nkr,nr->nk", self.vectors[np.maximum(pool.items[known], 0)], liked)
            wanted = pool.relevance + spread(likeness, pool.present)
            pool = pool.ordered(np.argsort(np.where(pool.present, -wanted, np.inf), axis=1, kind="stable"))
        leaves = new & ~answers & (pool.state.visits[pool.units] == 0)
        return pool.kept(~leaves[:, None] & pool.present) if leaves.any() else pool

    def answers(self, state: State, units: Codes) -> NDArray[np.bool_]:
        """Return whether each of ``units`` has the patience to answer, shape (n,)."""
        return np.asarray(uniform(state.seed, "patience", state.world.key[units]) < PATIENCE**self.value)

    def favourites(self, state: State, units: Codes) -> NDArray[np.int64]:
        """Return what each of ``units`` names: what it likes best of the list, give or take, shape (n, favourites).

        Liking is true utility with ``ANSWER_NOISE``, which belongs to the unit and the item, so that asking again
        brings the same answers.
        """
        if self.listed is None:
            return np.zeros((len(units), 0), dtype=np.int64)
        world = state.world
        noise = normal(state.seed, "answer", world.key[units][:, None], self.listed)
        liking = world.utility(units, np.broadcast_to(self.listed, noise.shape)) + ANSWER_NOISE * noise
        return np.asarray(self.listed[np.argsort(-liking, axis=1, kind="stable")[:, : self.value]])


def question_list(train: Preferences, vectors: Array) -> NDArray[np.int64]:
    """Return items that many know and that are unlike each other, the first the most popular, shape (listed,)."""
    known = np.argsort(-train.item_users, kind="stable")[: min(_KNOWN, train.n_items)]
    popularity = np.log1p(train.item_users[known])
    nearest = np.zeros(len(known))
    free = np.ones(len(known), dtype=bool)
    chosen: list[int] = []
    for _ in range(min(_LISTED, len(known))):
        place = int(np.argmax(np.where(free, popularity * (1 - nearest), -np.inf)))
        free[place] = False
        chosen.append(int(known[place]))
        np.maximum(nearest, np.clip(vectors[known] @ vectors[known[place]], 0, 1), out=nearest)
    return np.array(chosen, dtype=np.int64)


INFO = StageInfo(
    name="ask",
    title="Ask new users first",
    group="explore",
    description="New users are asked for favourites from a list of well-known, different items, and see what is like "
    "them; some leave the session over it.",
    setting=SETTING,
    source="Rashid et al. 2002, IUI",
    make=Ask,
)
