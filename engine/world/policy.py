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
from engine.noise import stream
from engine.preferences import Preferences
from engine.world import kernel
from engine.world.outcomes import Consumed
from engine.world.pairs import Pairs, added, as_matrix, pairs_of
from engine.world.showings import Showings, nothing_shown
from engine.world.world import World

Report = Callable[[str, int | None, int | None], None]
Array = NDArray[np.float64]
Codes = NDArray[np.integer]

_STREAMS = ("choice", "outside", "cart", "purchase")


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
        boredom: sum of the directions each unit had, faded up to ``bored_on``, shape (units, rank).
        bored_on: day up to which each unit's boredom has faded, shape (units,).
        satisfaction: how far the clicks of late lay above the expected, as a share of them, from -1, shape (units,).
        stays: whether each unit has not left for good, shape (units,).
    """

    world: World
    seed: int
    day: int
    session: int
    shown: Showings
    seen_pairs: Pairs
    visits: NDArray[np.int64]
    boredom: Array
    bored_on: NDArray[np.int32]
    satisfaction: Array
    stays: NDArray[np.bool_]

    @cached_property
    def seen(self) -> sparse.csr_array:
        """What each unit has had as non-zero entries, shape (units, items)."""
        return as_matrix(self.seen_pairs, self.world.n_units, self.world.n_items)

    @property
    def minds(self) -> kernel.Minds:
        """Taste, moods and memory as the compiled loops take them."""
        shown = self.shown
        return kernel.Minds(
            self.world.key, self.world.taste, self.boredom, self.bored_on, shown.items, shown.days, shown.count
        )

    @property
    def moment(self) -> kernel.Moment:
        """When it is, and where each kind of draw goes on from."""
        choice, outside, cart, purchase = (stream(self.seed, name) for name in _STREAMS)
        return kernel.Moment(choice, outside, cart, purchase, self.day, self.session)

    def at(self, day: int, session: int) -> Self:
        """Return the same state at another time."""
        return replace(self, day=day, session=session)

    def visited(self, units: Codes) -> Self:
        """Return the state once ``units`` (each at most once) have had this session."""
        visits = self.visits.copy()
        visits[units] += 1
        return replace(self, visits=visits)

    def after(self, consumed: Consumed, units: Codes | None = None, slates: NDArray[np.int32] | None = None) -> Self:
        """Return the state once ``units`` saw ``slates`` and took ``consumed``; this one stays as it is.

        Args:
            consumed: what was taken; it is not shown to the same unit again.
            units: who had a session, each at most once, shape (n,); nobody when None.
            slates: what they saw, -1 for no item, shape (n, slate size).
        """
        return self.own().lived(consumed, units, slates)

    def own(self) -> Self:
        """Return the same state with arrays of its own, which ``lived`` may write into."""
        shown = Showings(self.shown.items.copy(), self.shown.days.copy(), self.shown.count.copy())
        world = replace(self.world, taste=self.world.taste.copy())
        return replace(self, world=world, shown=shown, boredom=self.boredom.copy(), bored_on=self.bored_on.copy())

    def lived(self, consumed: Consumed, units: Codes | None = None, slates: NDArray[np.int32] | None = None) -> Self:
        """Do as ``after``, but write tastes, moods and showings into this state's arrays. For who owns them."""
        unit, item = consumed.unit.astype(np.int64), consumed.item
        if (np.diff(unit) < 0).any():
            order = np.argsort(unit, kind="stable")
            unit, item = unit[order], item[order]
        visits = self.visits
        if units is not None:
            visits = visits.copy()
            visits[units] += 1
        if units is None or slates is None:
            units, slates = np.unique(unit), np.zeros((len(np.unique(unit)), 0), dtype=np.int32)
        codes, rows = np.asarray(units, dtype=np.int64), np.ascontiguousarray(slates, dtype=np.int32)
        minds, goods, taking = self.minds, self.world.goods, self.world.taking(rows.shape[1])
        kernel.remember_rows(codes, rows, minds, goods, taking, self.day)
        kernel.consume_pairs(unit, item, minds, goods, taking)
        return replace(self, visits=visits, seen_pairs=added(self.seen_pairs, pairs_of(unit, item, self.world.n_items)))


def opening(world: World, seed: int) -> State:
    """Return the state before anything happens: everybody has had their history and forgotten what they saw."""
    return State(
        world,
        seed,
        day=0,
        session=0,
        shown=nothing_shown(world.n_units, world.params.memory),
        seen_pairs=pairs_of(world.history.user, world.history.item, world.n_items),
        visits=np.zeros(world.n_units, dtype=np.int64),
        boredom=np.zeros_like(world.taste),
        bored_on=np.zeros(world.n_units, dtype=np.int32),
        satisfaction=np.zeros(world.n_units),
        stays=np.ones(world.n_units, dtype=bool),
    )


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

    def slates(self, state: State, users: Codes, k: int) -> Ranking:
        """Return the ``k`` items each of ``users`` (unit codes) should see, best first.

        Items in ``state.seen`` may be among them where ``each_session``; the world passes over them. What a
        unit is shown does not depend on which other units are asked for.
        """
        ...
