"""Policies that put a slate together anew each session, and the candidates they do it from."""

from __future__ import annotations

from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from engine.models.ranking import Ranking
from engine.preferences import Preferences
from engine.world.pairs import contains, pairs_of
from engine.world.policy import Policy, State

Codes = NDArray[np.integer]


@runtime_checkable
class Arranging(Protocol):
    """A policy that arranges another's candidates each session; they are ranked once a refit."""

    @property
    def base(self) -> Policy:
        """The policy whose candidates are arranged."""
        ...

    def refit_over(self, base: Policy, preferences: Preferences) -> Self:
        """Return the policy over ``base``, which has learned from ``preferences`` already."""
        ...

    def depth(self, k: int) -> int:
        """Return how many candidates a unit needs for a slate of ``k``."""
        ...

    def candidates(self, state: State, users: Codes, depth: int) -> Ranking:
        """Return the ``depth`` best candidates of each of ``users`` that it has not had."""
        ...

    def arranged(self, state: State, users: Codes, candidates: Ranking, k: int) -> Ranking:
        """Return a slate of ``k`` for each of ``users`` from its candidates."""
        ...

    def slates(self, state: State, users: Codes, k: int) -> Ranking:
        """Return a slate of ``k`` for each of ``users``, from as many candidates as that takes."""
        ...


class Pools:
    """The candidates of the units that one arranging policy serves, from one refit to the next.

    A unit's slate comes from its first ``depth`` candidates that it has not had; who has fewer left than there
    are is ranked again, so that keeping them changes no slate.
    """

    def __init__(self, policy: Arranging, state: State, units: Codes, slate_size: int) -> None:
        self._policy = policy
        self._slate_size = slate_size
        self._depth = min(policy.depth(slate_size), state.world.n_items)
        self._row = np.full(state.world.n_units, -1)
        self._row[units] = np.arange(len(units))
        self._kept: Ranking | None = None
        if not policy.base.each_session:
            self._kept = policy.candidates(state, units, min(self._depth + slate_size, state.world.n_items))

    def slates(self, state: State, units: Codes) -> NDArray[np.int32]:
        """Return what ``units`` see now, best first: shape (len(units), slate_size), -1 for no item left."""
        if self._kept is None:
            return self._policy.slates(state, units, self._slate_size).items
        slates = self._policy.arranged(state, units, self._pool(state, units, self._kept), self._slate_size).items
        short = np.flatnonzero(slates[:, -1] < 0)
        if len(short):
            slates[short] = self._policy.slates(state, units[short], self._slate_size).items
        return slates

    def _pool(self, state: State, units: Codes, kept: Ranking) -> Ranking:
        """Return the first candidates of ``units`` that they have not had, ranking those again who run short."""
        rows = self._row[units]
        fresh = self._fresh(state, units, kept.items[rows])
        short = (fresh.sum(axis=1) < self._depth) & (kept.items[rows, -1] >= 0)
        if short.any():
            again = self._policy.candidates(state, units[short], kept.items.shape[1])
            kept.items[rows[short]], kept.scores[rows[short]] = again.items, again.scores
            fresh[short] = self._fresh(state, units[short], again.items)
        items, scores = kept.items[rows, : self._depth], kept.scores[rows, : self._depth]
        gaps = np.flatnonzero(~fresh[:, : self._depth].all(axis=1))
        order = np.argsort(~fresh[gaps], axis=1, kind="stable")[:, : self._depth]
        there = np.take_along_axis(fresh[gaps], order, axis=1)
        items[gaps] = np.where(there, np.take_along_axis(kept.items[rows[gaps]], order, axis=1), -1)
        scores[gaps] = np.where(there, np.take_along_axis(kept.scores[rows[gaps]], order, axis=1), np.nan)
        return Ranking(items=items, scores=scores)

    def _fresh(self, state: State, units: Codes, items: NDArray[np.int32]) -> NDArray[np.bool_]:
        return (items >= 0) & ~contains(state.seen_pairs, pairs_of(units[:, None], items, state.world.n_items))
