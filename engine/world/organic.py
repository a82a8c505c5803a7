"""What units come across by themselves: items drawn by their exposure, with no recommender between.

The first distinct items of a sequence of independent draws are a sample without replacement with chances in
proportion to the exposure (successive sampling, Rosén 1972). A draw inverts the exposure's distribution function
at a hash of unit, day, session and its number, so a unit's items depend on nobody else and on no block.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.models.ranking import NOTHING, Ranking
from engine.noise import uniform
from engine.world.pairs import contains, first_fresh, pairs_of
from engine.world.policy import State

Codes = NDArray[np.integer]

_ROUND = 64  # draws at once
_ROUNDS = 4  # afterwards the rest of the catalogue is put in order instead
_DENSE = 256  # units whose whole catalogue is put in order at once; bounds the memory


def organic_slates(state: State, units: Codes, k: int) -> Ranking:
    """Return the ``k`` different items each of ``units`` comes across this session, without what it has had.

    Args:
        state: who, when, and what has been had.
        units: unit codes, shape (n,).
        k: items asked for.

    Returns:
        Items in the order they are come across, which says nothing of their worth; -1 where fewer are left.
        The first items are the same whatever ``k`` is. Scores fall with the place.
    """
    world = state.world
    reached = np.cumsum(world.exposure)
    items = np.full((len(units), k), NOTHING, dtype=np.int32)
    drawn = np.zeros((len(units), 0), dtype=np.int32)
    short = np.arange(len(units))
    for turn in range(_ROUNDS):
        if not len(short):
            break
        number = turn * _ROUND + np.arange(_ROUND)
        luck = uniform(state.seed, "organic", world.key[units[short]][:, None], state.day, state.session, number)
        more = np.minimum(np.searchsorted(reached, luck * reached[-1], side="right"), world.n_items - 1)
        drawn = np.concatenate([drawn, more.astype(np.int32)], axis=1)
        pairs = pairs_of(units[short][:, None], drawn, world.n_items)
        items[short] = first_fresh(drawn, _first_seen(drawn) & ~contains(state.seen_pairs, pairs), k)
        left = items[short, -1] < 0 if k else np.zeros(len(short), dtype=bool)
        short, drawn = short[left], drawn[left]
    for start in range(0, len(short), _DENSE):  # few: who has had most of what there is to come across
        rows = slice(start, start + _DENSE)
        items[short[rows]] = _completed(state, units[short[rows]], items[short[rows]], drawn[rows])
    scores = np.where(items >= 0, -np.arange(k, dtype=np.float64), np.nan)
    return Ranking(items=items, scores=scores)


def _first_seen(drawn: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return whether each draw is its row's first of that item."""
    order = np.argsort(drawn, axis=1, kind="stable")
    ranked = np.take_along_axis(drawn, order, axis=1)
    fresh = np.ones(drawn.shape, dtype=bool)
    np.put_along_axis(fresh, order[:, 1:], ranked[:, 1:] != ranked[:, :-1], axis=1)
    return fresh


def _completed(state: State, units: Codes, items: NDArray[np.int32], drawn: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return ``items`` filled up from the whole catalogue, in the order of an exponential race.

    The race gives the same successive sampling of what was not drawn (Efraimidis & Spirakis 2006); items
    nobody comes across come last, in the order of their codes.
    """
    world = state.world
    every = np.arange(world.n_items, dtype=np.int32)
    luck = uniform(state.seed, "organic race", world.key[units][:, None], state.day, state.session, every)
    finish = -np.log(luck) / np.maximum(world.exposure, np.finfo(np.float64).tiny)
    order = np.argsort(finish, axis=1, kind="stable").astype(np.int32)
    fresh = ~contains(state.seen_pairs, pairs_of(units[:, None], order, world.n_items))
    there = np.zeros(order.shape, dtype=bool)
    np.put_along_axis(there, drawn, True, axis=1)
    fresh &= ~np.take_along_axis(there, order, axis=1)
    both = np.concatenate([items, order], axis=1)
    return first_fresh(both, np.concatenate([items >= 0, fresh], axis=1), items.shape[1])
