"""What a policy is, as the world sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.models.ranking import Ranking
from engine.preferences import Preferences
from engine.world.drift import drifted
from engine.world.outcomes import Consumed
from engine.world.pairs import Pairs, added, as_matrix, pairs_of
from engine.world.showings import Showings, nothing_shown
from engine.world.world import World

Report = Callable[[str, int | None, int | None], None]


@dataclass(frozen=True)
class State:
    """What a policy may look at when it is asked for slates.

    Attributes:
        world: the simulated users as they are now. Only a reference policy looks at their true utility.
        seed: seed of the run; a policy's luck is ``engine.noise.uniform(state.seed, name, world.key[...], ...)``.
        day: day of the run, from 0.
        session: session within the day, from 0.
        shown: what each unit was shown lately.
        seen_pairs: what each unit has had, which is not shown to it again, as sorted ``unit x items + item``.
        visits: sessions each unit has had in this run before this one, shape (units,).
    """

    world: World
    seed: int
    day: int
    session: int
    shown: Showings
    seen_pairs: Pairs
    visits: NDArray[np.int64]

    @cached_property
    def seen(self) -> sparse.csr_array:
        """What each unit has had as non-zero entries, shape (units, items)."""
        return as_matrix(self.seen_pairs, self.world.n_units, self.world.n_items)

    def at(self, day: int, session: int) -> Self:
        """Return the same state at another time."""
        return replace(self, day=day, session=session)

    def visited(self, units: NDArray[np.integer]) -> Self:
        """Return the state once ``units`` (each at most once) have had this session."""
        visits = self.visits.copy()
        visits[units] += 1
        return replace(self, visits=visits)

    def after(self, consumed: Consumed) -> Self:
        """Return the state once ``consumed`` is seen and, where drift is on, has moved the tastes."""
        world = drifted(self.world, consumed.unit, consumed.item, self.world.params.strength("drift"))
        seen = added(self.seen_pairs, pairs_of(consumed.unit, consumed.item, world.n_items))
        return replace(self, world=world, seen_pairs=seen)


def opening(world: World, seed: int) -> State:
    """Return the state before anything happens: everybody has had their history."""
    had = pairs_of(world.history.user, world.history.item, world.n_items)
    shown = nothing_shown(world.n_units, world.params.memory)
    visits = np.zeros(world.n_units, dtype=np.int64)
    return State(world, seed, day=0, session=0, shown=shown, seen_pairs=had, visits=visits)


class Policy(Protocol):
    """Decides what is shown to whom now. Policies that compose hold another policy."""

    @property
    def title(self) -> str:
        """What a reader calls it."""
        ...

    @property
    def each_session(self) -> bool:
        """Whether slates are drawn anew for each session, rather than ranked once for all until the next refit."""
        ...

    def refit(self, preferences: Preferences, report: Report | None = None) -> Self:
        """Return the policy trained on ``preferences`` (units by items); itself where it does not learn."""
        ...

    def slates(self, state: State, users: NDArray[np.integer], k: int) -> Ranking:
        """Return the ``k`` items each of ``users`` (unit codes) should see, best first.

        Items in ``state.seen`` may be among them where ``each_session``; the world passes over them. What a
        unit is shown does not depend on which other units are asked for.
        """
        ...
