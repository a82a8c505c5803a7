"""The ends of the scale: showing anything, and showing what is truly best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.models.ranking import Ranking, top_k
from engine.noise import uniform
from engine.preferences import Preferences
from engine.world import State, World
from engine.world.policy import Report


@dataclass(frozen=True)
class RandomPolicy:
    """Draws items evenly from the catalogue, anew for each session.

    Attributes:
        seed: tells one random policy from another.
    """

    seed: int = 0

    title = "Random"
    each_session = True

    def refit(self, preferences: Preferences, report: Report | None = None) -> Self:  # noqa: ARG002 - learns nothing
        """Return itself."""
        return self

    def slates(self, state: State, users: NDArray[np.integer], k: int) -> Ranking:
        """Return ``k`` items drawn without replacement for each of ``users``, seen ones among them.

        Item ``j`` is ``(a j + b) mod p`` with a prime ``p`` no smaller than the catalogue and ``a``, ``b``
        drawn for each unit and session: every item, and every pair of items, is as likely as any other
        (Carter & Wegman 1979), at a cost that grows with ``k`` alone. Numbers beyond the catalogue are passed
        over. The first items are the same whatever ``k`` is. Scores fall with the place.
        """
        prime = _prime_from(state.world.n_items)
        key = state.world.key[users]
        a, b = (
            (uniform(state.seed, name, self.seed, key, state.day, state.session) * span).astype(np.int64)
            for name, span in (("random step", prime - 1), ("random start", prime))
        )
        beyond = prime - state.world.n_items
        place = np.arange(min(k + beyond, prime), dtype=np.int64)
        drawn = ((a[:, None] + 1) * place + b[:, None]) % prime
        inside = drawn < state.world.n_items
        order = np.argsort(~inside, axis=1, kind="stable")[:, :k]
        items = np.take_along_axis(drawn, order, axis=1).astype(np.int32)
        scores = np.broadcast_to(-np.arange(items.shape[1], dtype=np.float64), items.shape)
        return Ranking(items=items, scores=scores)


@dataclass(frozen=True)
class OraclePolicy:
    """Shows what has the highest true utility: what no recommender can beat on what users truly want."""

    title = "Oracle"
    each_session = False

    def refit(self, preferences: Preferences, report: Report | None = None) -> Self:  # noqa: ARG002 - knows already
        """Return itself."""
        return self

    def slates(self, state: State, users: NDArray[np.integer], k: int) -> Ranking:
        """Return the ``k`` unseen items of highest utility for each of ``users``, by their taste as it is now."""
        return top_k(_Truth(state.world), users, k, exclude=state.seen)


@dataclass(frozen=True)
class _Truth:
    """A world in the shape of a fitted recommender."""

    world: World

    def fit(self, train: Preferences) -> Self:  # noqa: ARG002 - there is nothing to learn
        return self

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        return self.world.utility_block(users)


def _prime_from(number: int) -> int:
    """Return the smallest prime not below ``number`` (at least 2); gaps between primes are short."""
    candidate = max(number, 2)
    while any(candidate % divisor == 0 for divisor in range(2, int(candidate**0.5) + 1)):
        candidate += 1
    return candidate
