"""What each unit would be shown next: ranked once after a refit, and handed out session by session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from engine.world.learning import learned
from engine.world.outcomes import Consumed
from engine.world.pairs import first_unseen
from engine.world.policy import Policy, Report, State
from engine.world.pools import Arranging, Pools
from engine.world.scene import Pricing

Array = NDArray[np.float64]
Codes = NDArray[np.integer]

_DEPTH = 4  # slates' worth of candidates kept for each unit


class Shelf:
    """The trained policies and, for those that rank once a refit, every unit's next candidates.

    Keeping a few slates' worth of candidates changes no slate: who runs short is ranked again.
    """

    def __init__(self, policies: Sequence[Policy], arm: NDArray[np.int64], slate_size: int) -> None:
        self._untrained = list(policies)
        self._policies = list(policies)
        self._pricing = [isinstance(policy, Pricing) for policy in policies]
        self._arm = arm
        self._slate_size = slate_size
        self._candidates = np.full((len(arm), _DEPTH * slate_size), -1, dtype=np.int32)
        self._pools: dict[int, Pools] = {}

    def refit(self, state: State, consumed: Consumed, shared: bool, report: Report | None) -> None:
        """Train every policy on what has happened and rank anew.

        Args:
            state: what has been seen so far.
            consumed: what was clicked so far.
            shared: whether every policy learns from all units, or each from its own.
            report: told which policy is trained.
        """
        everything = learned(state.world, consumed, state.seed) if shared else None
        for index, policy in enumerate(self._untrained):
            mine = self._arm == index
            if not mine.any():
                continue
            # Arms that differ in their stages alone share what is trained.
            twin = self._base(index) if everything is not None else index
            train = learned(state.world, consumed, state.seed, mine) if everything is None else everything
            if twin < index:
                base = _base_of(self._policies[twin])
                self._policies[index] = policy.refit_over(base, train) if isinstance(policy, Arranging) else base
            else:
                if report:
                    report(f"Training {policy.title}", index + 1, len(self._untrained))
                self._policies[index] = policy.refit(train, report)
            trained = self._policies[index]
            if isinstance(trained, Arranging):
                self._pools[index] = Pools(trained, state, np.flatnonzero(mine), self._slate_size)
            elif not policy.each_session:
                self._rank(state, np.flatnonzero(mine), trained)

    def slates(self, state: State, units: Codes) -> NDArray[np.int32]:
        """Return what ``units`` see now, best first: shape (len(units), slate_size), -1 for no item left."""
        slates = np.full((len(units), self._slate_size), -1, dtype=np.int32)
        for index, policy in enumerate(self._policies):
            mine = np.flatnonzero(self._arm[units] == index)
            if index in self._pools and len(mine):
                slates[mine] = self._pools[index].slates(state, units[mine])
            elif len(mine):
                show = self._drawn if policy.each_session else self._ranked
                slates[mine] = show(state, units[mine], policy)
        return slates

    def prices(self, state: State, units: Codes, slates: NDArray[np.int32]) -> Array | None:
        """Return what part of its list price each item costs now, shape of ``slates``; None where all cost all."""
        factors = None
        for index, policy in enumerate(self._policies):
            mine = np.flatnonzero(self._arm[units] == index)
            if self._pricing[index] and len(mine):
                factors = np.ones(slates.shape) if factors is None else factors
                factors[mine] = cast(Pricing, policy).price_factors(state, units[mine], slates[mine])
        return factors

    def _base(self, index: int) -> int:
        """Return the first arm with units that has the base of arm ``index``."""
        bases = [_base_of(policy) for policy in self._untrained]
        return next(at for at, base in enumerate(bases) if base == bases[index] and (self._arm == at).any())

    def _ranked(self, state: State, units: Codes, policy: Policy) -> NDArray[np.int32]:
        slates = self._fresh(state, units, self._candidates[units])
        short = units[slates[:, -1] < 0]
        if len(short):
            self._rank(state, short, policy)
            slates[slates[:, -1] < 0] = self._fresh(state, short, self._candidates[short])
        return slates

    def _drawn(self, state: State, units: Codes, policy: Policy) -> NDArray[np.int32]:
        depth = min(_DEPTH * self._slate_size, state.world.n_items)
        slates = self._fresh(state, units, policy.slates(state, units, depth).items)
        while depth < state.world.n_items and (slates[:, -1] < 0).any():
            depth = min(2 * depth, state.world.n_items)
            short = slates[:, -1] < 0
            slates[short] = self._fresh(state, units[short], policy.slates(state, units[short], depth).items)
        return slates

    def _fresh(self, state: State, units: Codes, candidates: NDArray[np.int32]) -> NDArray[np.int32]:
        return first_unseen(state.seen_pairs, units, candidates, state.world.n_items, self._slate_size)

    def _rank(self, state: State, units: Codes, policy: Policy) -> None:
        if len(units):
            depth = min(self._candidates.shape[1], state.world.n_items)
            self._candidates[units] = -1
            self._candidates[units, :depth] = policy.slates(state, units, depth).items


def _base_of(policy: Policy) -> Policy:
    return policy.base if isinstance(policy, Arranging) else policy
