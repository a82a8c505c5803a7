"""A round, or a block of rounds, as numbers: every measure for every group of users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.discovery import consumption
from engine.discovery.amplification import history_popularity, lift, shown_popularity
from engine.discovery.groups import members
from engine.discovery.homogenisation import most_similar, overlap
from engine.discovery.life import Round
from engine.world import World
from engine.world.outcomes import joined

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Ground:
    """What rounds are measured against: the units before the first, the same in every arm.

    Attributes:
        start: the units.
        members: who belongs to which group, shape (groups, units).
        partner: the unit of nearest taste, shape (units,).
        popularity: users who had each item, shape (items,).
        had: mean popularity of each unit's history, shape (units,).
    """

    start: World
    members: Array
    partner: NDArray[np.int64]
    popularity: NDArray[np.int64]
    had: Array

    @classmethod
    def of(cls, start: World, segments: Mapping[str, NDArray[np.bool_]]) -> Self:
        """Return the ground of ``start``, with groups of its ``segments`` too."""
        return cls(
            start=start,
            members=members(start, segments),
            partner=most_similar(start.taste),
            popularity=start.history.item_users,
            had=history_popularity(start.history),
        )

    def nothing(self) -> sparse.csr_array:
        """Return that nobody took anything, shape (units, items)."""
        return sparse.csr_array((self.start.n_units, self.start.n_items))

    def round(self, now: Round, so_far: sparse.csr_array) -> Array:
        """Return every measure of a round for every group, shape (groups, measures), as ``measures.BY_ROUND``.

        Args:
            now: the round.
            so_far: what each unit took since the start, this round among it, shape (units, items).
        """
        group, n = self.members, self.start.n_units
        taken = consumption.taken_by(self.start, now.consumed)
        exposure = np.asarray((taken.T @ group.T).T, dtype=np.float64)
        utility = np.bincount(now.consumed.unit, now.consumed.utility, minlength=n)
        came = np.bincount(now.units, minlength=n)
        columns = (
            consumption.mean_of(consumption.spread_within(self.start, taken), group),
            consumption.mean_of(consumption.category_spread(self.start, taken), group),
            consumption.distance_between(self.start, taken, group),
            consumption.mean_of(overlap(so_far, self.partner), group),
            consumption.mean_of(consumption.taste_drift(now.world, self.start), group),
            lift(self._everyone(now, shown_popularity(now.slates, self.popularity)), self.had, group),
            consumption.gini(exposure),
            consumption.coverage(exposure),
            consumption.share(group @ utility, exposure.sum(axis=1)),
            consumption.mean_of(self._everyone(now, now.clicks), group),
            consumption.share(group @ came, group.sum(axis=1)),
        )
        return np.column_stack(columns)

    def block(self, rounds: Sequence[Round]) -> Array:
        """Return the spread within and the distance between users over some rounds, shape (groups, 2).

        Nguyen et al. 2014 ("Exploring the filter bubble", WWW, section 4) compare what a user consumed in
        blocks of time: a user who sees one kind of item a week, another each time, is not narrow.
        """
        taken = consumption.taken_by(self.start, joined([each.consumed for each in rounds]))
        within = consumption.mean_of(consumption.spread_within(self.start, taken), self.members)
        return np.column_stack([within, consumption.distance_between(self.start, taken, self.members)])

    def _everyone(self, now: Round, values: Array | NDArray[np.int64]) -> Array:
        """Return ``values`` of who came at their place among all units, NaN for the others."""
        placed = np.full(self.start.n_units, np.nan)
        placed[now.units] = values
        return placed
