"""The candidates a stage works on: what a unit may be shown, best first, with relevance by place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.noise import uniform
from engine.world import State
from engine.world.pairs import contains, pairs_of

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Codes = NDArray[np.integer]


@runtime_checkable
class Rule(Protocol):
    """What must hold for an item to be shown to a unit now."""

    def permits(self, state: State, units: Codes, items: Codes) -> Mask:
        """Return whether each of ``items`` (n, k) may be shown to ``units`` (n,) now, shape (n, k)."""
        ...


@dataclass(frozen=True)
class Pool:
    """Candidates of some units, best first; what no rule forbids.

    Scores belong to places, not to items: they never rise along a row, so that a stage that follows another
    starts from the order that other left, and a stage of no weight changes nothing.

    Attributes:
        state: when, and who the units are.
        units: unit codes, shape (n,).
        items: item codes, int32, shape (n, candidates); -1 after a row's last.
        scores: shape (n, candidates); NaN where there is no item.
        open: codes of the items that standing rules let through, ascending: what exploring may draw.
        rules: all that must hold for what exploring draws.
        slate_size: how many are shown in the end.
    """

    state: State
    units: Codes
    items: NDArray[np.int32]
    scores: Array
    open: NDArray[np.int64]
    rules: Sequence[Rule] = ()
    slate_size: int = 10

    @property
    def present(self) -> Mask:
        """Where there is an item, shape (n, candidates)."""
        return np.asarray(self.items >= 0)

    @property
    def relevance(self) -> Array:
        """Scores brought to 0..1 over each row, 0 where there is no item, shape (n, candidates)."""
        return spread(self.scores, self.present)

    def luck(self, stream: str, *keys: ArrayLike) -> Array:
        """Return uniform draws that belong to the stream, the units, the session and ``keys``; shape (n, ...)."""
        key = self.state.world.key[self.units][:, None]
        return uniform(self.state.seed, stream, key, self.state.day, self.state.session, *keys)

    def permitted(self, rows: NDArray[np.integer], items: Codes) -> Mask:
        """Return whether row ``rows[i]`` may be shown ``items[i]``: not yet had, and within the rules."""
        units = self.units[rows]
        fresh = ~contains(self.state.seen_pairs, pairs_of(units, items, self.state.world.n_items))
        for rule in self.rules:
            fresh &= rule.permits(self.state, units, items[:, None])[:, 0]
        return fresh

    def ordered(self, order: NDArray[np.integer]) -> Self:
        """Return the pool with the items of each row in ``order``, a permutation that keeps what is absent last."""
        return replace(self, items=np.take_along_axis(self.items, order, axis=1))

    def kept(self, keep: Mask) -> Self:
        """Return the pool with the items where ``keep`` alone; the others move up."""
        keep = keep & self.present
        order = np.argsort(~keep, axis=1, kind="stable")
        there = np.take_along_axis(keep, order, axis=1)
        return replace(
            self,
            items=np.where(there, np.take_along_axis(self.items, order, axis=1), -1).astype(np.int32),
            scores=np.where(there, np.take_along_axis(self.scores, order, axis=1), np.nan),
        )

    def followed_by(self, items: NDArray[np.integer]) -> Self:
        """Return the pool with ``items`` (n, some), none of them in it yet, -1 for none, after all others."""
        lowest = np.nanmin(np.where(self.present, self.scores, 0.0), axis=1, keepdims=True, initial=0.0)
        more = np.where(items >= 0, np.minimum(lowest, 0.0), np.nan)
        wider = replace(
            self,
            items=np.concatenate([self.items, items.astype(np.int32)], axis=1),
            scores=np.concatenate([self.scores, more], axis=1),
        )
        return wider.kept(wider.present)

    def inserted(self, items: NDArray[np.integer]) -> Self:
        """Return the pool with ``items`` put in at their places; what was there moves down, nothing is twice.

        Args:
            items: shape (n, places), -1 for a place that stays as it is; no item twice in a row. An item the
                row has already is moved.
        """
        rows, places = np.nonzero(items >= 0)
        drawn = items[rows, places]
        n, width = self.items.shape
        moved = np.isin(
            np.arange(n)[:, None] * self.state.world.n_items + np.maximum(self.items, 0),
            rows * self.state.world.n_items + drawn,
        )
        rest = self.kept(~moved)
        taken = np.zeros((n, width + items.shape[1]), dtype=bool)
        taken[rows, places] = True
        slot = np.argsort(taken, axis=1, kind="stable")  # free places first, in order
        merged = np.full(taken.shape, -1, dtype=np.int32)
        np.put_along_axis(merged, slot[:, :width], rest.items, axis=1)
        scores = np.full(taken.shape, np.nan)
        np.put_along_axis(scores, slot[:, :width], rest.scores, axis=1)
        merged[rows, places] = drawn
        scores = _carried(np.where(merged >= 0, scores, np.nan), merged >= 0)
        there = merged >= 0
        packed = np.argsort(~there, axis=1, kind="stable")[:, : max(width, 1)]
        return replace(
            self, items=np.take_along_axis(merged, packed, axis=1), scores=np.take_along_axis(scores, packed, axis=1)
        )


def obeying(rule: Rule, pool: Pool) -> Pool:
    """Return the pool with what ``rule`` permits now alone."""
    return pool.kept(rule.permits(pool.state, pool.units, pool.items))


def greedy(pool: Pool, places: int, gain: Callable[[NDArray[np.int64] | None], Array]) -> Pool:
    """Return the pool with its first ``places`` filled one after the other by the highest gain.

    Args:
        pool: candidates; what is not chosen follows in its own order.
        places: how many to choose.
        gain: called for each place with the column chosen last in each row (None at first), returns what each
            candidate would add there, shape (n, candidates). Ties go to the candidate that comes first.
    """
    n, width = pool.items.shape
    rows = np.arange(n)
    rank = np.broadcast_to(places + np.arange(width), (n, width)).copy()
    left = pool.present.copy()
    last = None
    for place in range(min(places, width)):
        value = np.where(left, gain(last), -np.inf)
        last = value.argmax(axis=1)
        some = left[rows, last]
        rank[rows[some], last[some]] = place
        left[rows, last] = False
    return pool.ordered(np.argsort(rank, axis=1, kind="stable"))


def spread(values: Array, usable: Mask) -> Array:
    """Return each row's usable values on 0..1; 0 where a row has one value only."""
    low = np.where(usable, values, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    high = np.where(usable, values, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    span = np.where(np.isfinite(high - low), high - low, 0.0)
    shifted = np.where(usable, values - np.where(np.isfinite(low), low, 0.0), 0.0)
    return np.divide(shifted, span, out=np.zeros_like(shifted), where=span > 0)


def _carried(scores: Array, there: Mask) -> Array:
    """Give what was put in the score of what comes next, or of what came before at the end of a row."""
    width = scores.shape[1]
    column = np.arange(width)
    known = np.isfinite(scores)
    following = np.minimum.accumulate(np.where(known, column, width)[:, ::-1], axis=1)[:, ::-1]
    before = np.maximum.accumulate(np.where(known, column, -1), axis=1)
    source = np.where(following < width, following, before)
    filled = np.take_along_axis(scores, np.clip(source, 0, width - 1), axis=1)
    return np.where(there, np.where(source >= 0, filled, 0.0), np.nan)
