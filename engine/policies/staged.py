"""A policy and what is done to its candidates before they are shown, one stage after the other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.models.ranking import Ranking
from engine.policies.evidence import Evidence
from engine.policies.pool import Pool, Rule
from engine.policies.stage import Stage, Standing
from engine.preferences import Preferences
from engine.world import Policy, Pricing, State
from engine.world.pairs import contains, pairs_of
from engine.world.policy import Report

Codes = NDArray[np.integer]


@dataclass(frozen=True)
class StagedPolicy:
    """A base policy's candidates, arranged anew for each session by the stages in their order.

    What no rule forbids is ranked once by the base; each session the first of it that a unit has not had go
    through the stages. A rule holds for what a later stage explores, too.

    Attributes:
        base: the policy whose candidates are arranged.
        stages: what is done to them, the first first.
        open: codes of the items that standing rules let through; None before the first ``refit``.
    """

    base: Policy
    stages: tuple[Stage, ...]
    open: NDArray[np.int64] | None = field(default=None, compare=False, repr=False)

    each_session = True

    @property
    def title(self) -> str:
        """The base's title and the stages': ``SVD + MMR 0.3``."""
        return " + ".join((self.base.title, *(stage.title for stage in self.stages)))

    def refit(self, preferences: Preferences, report: Report | None = None) -> Self:
        """Return the policy with its base trained, and its stages fitted to ``preferences``."""
        return self.refit_over(self.base.refit(preferences, report), preferences)

    def refit_over(self, base: Policy, preferences: Preferences) -> Self:
        """Return the policy over ``base``, which has learned from ``preferences`` already; its stages are fitted.

        Raises:
            ModelError: where a stage cannot work on such data, or the rules leave nothing to show.
        """
        evidence = Evidence(preferences)
        stages = tuple(stage.fitted(evidence) for stage in self.stages)
        allowed = np.ones(preferences.n_items, dtype=bool)
        for stage in stages:
            if isinstance(stage, Standing) and stage.allowed is not None:
                allowed &= stage.allowed
        if not allowed.any():
            raise ModelError(f"{self.title}: its rules leave no item of the catalogue. Drop or loosen one of them.")
        return replace(self, base=base, stages=stages, open=np.flatnonzero(allowed))

    def depth(self, k: int) -> int:
        """Return how many candidates a unit needs so that the stages can choose ``k`` items."""
        return self._places(k)[0]

    def candidates(self, state: State, users: Codes, depth: int) -> Ranking:
        """Return the ``depth`` best candidates of each of ``users``: not yet had, and within the standing rules.

        The base is asked for more until they are enough, or it has no more.
        """
        if self.open is None:
            raise ModelError(f"{self.title} has not been trained. Call refit before asking for slates.")
        n_items = state.world.n_items
        allowed = np.zeros(n_items, dtype=bool)
        allowed[self.open] = True
        items = np.full((len(users), depth), -1, dtype=np.int32)
        scores = np.full((len(users), depth), np.nan)
        rows = np.arange(len(users))
        asked = min(n_items, -(-depth * n_items // len(self.open)))
        while len(rows):
            found = self.base.slates(state, users[rows], asked)
            usable = (found.items >= 0) & allowed[found.items]
            usable &= ~contains(state.seen_pairs, pairs_of(users[rows][:, None], found.items, n_items))
            order = np.argsort(~usable, axis=1, kind="stable")[:, :depth]
            there = np.take_along_axis(usable, order, axis=1)
            width = order.shape[1]
            items[rows, :width] = np.where(there, np.take_along_axis(found.items, order, axis=1), -1)
            scores[rows, :width] = np.where(there, np.take_along_axis(found.scores, order, axis=1), np.nan)
            if asked >= n_items:
                break
            rows = rows[(usable.sum(axis=1) < depth) & (found.items[:, -1] >= 0)]
            asked = min(n_items, 2 * asked)
        return Ranking(items=items, scores=scores)

    def arranged(self, state: State, users: Codes, candidates: Ranking, k: int) -> Ranking:
        """Return ``k`` items for each of ``users`` from their candidates, as the stages want them now."""
        if self.open is None:
            raise ModelError(f"{self.title} has not been trained. Call refit before asking for slates.")
        rules = tuple(stage for stage in self.stages if isinstance(stage, Rule))
        pool = Pool(state, users, candidates.items, candidates.scores, self.open, rules, k)
        for stage, places in zip(self.stages, self._places(k)[1:], strict=True):
            pool = stage.arranged(pool, places)
        missing = max(0, k - pool.items.shape[1])
        return Ranking(
            items=np.pad(pool.items[:, :k], ((0, 0), (0, missing)), constant_values=-1),
            scores=np.pad(pool.scores[:, :k], ((0, 0), (0, missing)), constant_values=np.nan),
        )

    def slates(self, state: State, users: Codes, k: int) -> Ranking:
        """Return the ``k`` items each of ``users`` should see this session."""
        n_items = state.world.n_items
        depth = min(self.depth(k), n_items)
        found = self.arranged(state, users, self.candidates(state, users, depth), k)
        short = np.flatnonzero(found.items[:, -1] < 0)
        while len(short) and depth < n_items:
            depth = min(2 * depth, n_items)
            deeper = self.arranged(state, users[short], self.candidates(state, users[short], depth), k)
            found.items[short], found.scores[short] = deeper.items, deeper.scores
            short = short[deeper.items[:, -1] < 0]
        return found

    def price_factors(self, state: State, units: Codes, items: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return what part of its list price each item costs, all stages that set prices taken together."""
        factors = np.ones(items.shape)
        for stage in self.stages:
            if isinstance(stage, Pricing):
                factors = factors * stage.price_factors(state, units, items)
        return factors

    def _places(self, k: int) -> list[int]:
        """Return how many items are wanted of the base and then of each stage, so that the last has ``k`` to give."""
        wanted = [k]
        for stage in reversed(self.stages):
            wanted.append(wanted[-1] * stage.reach)
        return wanted[::-1]
