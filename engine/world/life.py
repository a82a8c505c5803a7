"""Organic life: units come, choose and leave by themselves, with no recommender between.

Each pick takes item ``i`` with a chance in proportion to ``exposure_i x exp(slope x utility)``, times the world's
``revisit`` where the unit has had the item: a multinomial logit (McFadden 1974) over what it comes across, the limit
of consideration sets drawn by exposure as they grow.

A unit's picks are the order in which exponential clocks ring: a new item rings at the rate of its chance, and from
then on again and again at ``revisit`` times that rate. Competing exponential clocks choose as the logit does (Yellott
1977), so a whole life is one sort a unit, with no loop over picks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from engine.noise import uniform
from engine.world.population import Presence
from engine.world.sessions import Lived
from engine.world.world import World

Codes = NDArray[np.integer]
Array = NDArray[np.float64]

_CELLS = 400_000  # units times items that are weighed at once
_DAY, _MORNING, _AWAKE = 86_400, 8 * 3600, 15 * 3600  # seconds
_STEP = 45.0  # seconds between two picks, less where a session holds many


def live(world: World, days: int, seed: int, *, presence: Presence | None = None) -> Lived:
    """Let units live for ``days`` on their own.

    Every draw is a hash of (seed, what it decides, unit, and day or item), so a unit's life does not depend on
    who else there is. Tastes stay as they are: drift, boredom and novelty belong to slates.

    Args:
        world: the units, their history included.
        days: number of days, at least 1.
        seed: any integer. The same seed gives the same bits.
        presence: when units are around; all of them always when None.

    Returns:
        What was picked; seconds lie between 8 in the morning and 11 in the evening.
    """
    unit, day, session = _sessions(world, days, seed, presence)
    length = _lengths(world, unit, day, session, seed)
    if presence is not None:
        first = np.diff(unit, prepend=-1) != 0
        length = np.where(first & (presence.opens[unit] > 0), presence.opens[unit], length)
    place = np.repeat(np.arange(len(unit)), length)
    number = np.arange(len(place)) - np.repeat(np.cumsum(length) - length, length)
    item, repeat = _picks(world, unit[place], seed)
    second = _begins(world, unit, day, session, seed)[place] + number * _pace(world, length)[place]
    kept = item >= 0
    return Lived(
        user=unit[place][kept].astype(np.int32),
        item=item[kept],
        day=day[place][kept].astype(np.int32),
        second=second[kept].astype(np.int64),
        session=np.unique(place[kept], return_inverse=True)[1].astype(np.int64),
        repeat=repeat[kept],
        days=days,
        n_users=world.n_units,
    )


def _sessions(
    world: World, days: int, seed: int, presence: Presence | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return unit, day and number within the day of each session, by unit and day."""
    every = np.arange(days)
    rhythm = world.rhythm[(world.first_weekday + every) % len(world.rhythm)]
    rate = world.activity[:, None] * rhythm
    if presence is not None:
        rate = rate * np.clip(every + 1 - presence.since[:, None], 0, 1)
    counts = poisson.ppf(uniform(seed, "organic sessions", world.key[:, None], every), rate).astype(np.int64)
    if presence is not None:
        counts += (presence.opens[:, None] > 0) & (every == np.floor(presence.since)[:, None])
    counts = np.minimum(counts, world.params.max_sessions_per_day)
    if presence is not None:
        before = np.cumsum(counts, axis=1) - counts
        counts = np.clip(presence.sessions[:, None] - before, 0, counts)
    flat = counts.ravel()
    cell = np.repeat(np.arange(flat.size), flat)
    session = np.arange(len(cell)) - np.repeat(np.cumsum(flat) - flat, flat)
    return cell // days, cell % days, session


def _lengths(world: World, unit: Codes, day: Codes, session: Codes, seed: int) -> NDArray[np.int64]:
    """Return the picks of each session: geometric from 1, with the unit's mean."""
    luck = uniform(seed, "organic length", world.key[unit], day, session)
    more = 1 - 1 / np.maximum(world.items_per_session[unit], 1.0)
    with np.errstate(divide="ignore"):
        return 1 + np.floor(np.log(luck) / np.log(more)).astype(np.int64)


@dataclass(frozen=True)
class _Clocks:
    """New items of a block of units in the order their clocks ring.

    Attributes:
        item: item codes, shape (units, depth).
        chance: of each at every pick, 0 for what was had already, shape (units, depth).
        waited: revisits expected before it rings, for a ``revisit`` of 1; infinite for what was had.
        known: chance of all that was had at the start, shape (units,).
        old: chance of every entry of the units' histories, by unit, flat.
        old_item: its item.
        old_row: its unit within the block.
    """

    item: NDArray[np.int32]
    chance: Array
    waited: Array
    known: Array
    old: Array
    old_item: NDArray[np.int32]
    old_row: NDArray[np.int32]


def _picks(world: World, who: Codes, seed: int) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return the item of each pick, -1 where nothing is left, and whether its unit had it before.

    Args:
        world: the units.
        who: whose pick, ascending, shape (picks,). A unit's picks are in the order of time.
        seed: any integer.
    """
    item = np.full(len(who), -1, dtype=np.int32)
    back = np.zeros(len(who), dtype=bool)
    units, first, counts = np.unique(who, return_index=True, return_counts=True)
    size = max(1, _CELLS // world.n_items)
    for start in range(0, len(units), size):
        rows = units[start : start + size]
        wanted = counts[start : start + size]
        found, again = _block(world, rows, wanted, seed)
        there = np.arange(found.shape[1]) < wanted[:, None]
        part = slice(first[start], first[start] + int(wanted.sum()))
        item[part], back[part] = found[there], again[there]
    return item, back


def _block(
    world: World, units: Codes, wanted: NDArray[np.int64], seed: int
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return the first picks of ``units`` and which go back, shape (units, most wanted)."""
    most = int(wanted.max())
    clocks = _rung(world, units, most, seed)
    depth = clocks.item.shape[1]
    key = world.key[units][:, None]
    steps = np.arange(most)
    with np.errstate(divide="ignore"):
        again = np.cumsum(-np.log(uniform(seed, "organic revisit", key, steps)), axis=1) / np.float64(world.revisit)
    rings = np.concatenate([clocks.waited, again], axis=1)
    order = np.argsort(rings, axis=1, kind="stable")[:, :most]
    never = ~np.isfinite(np.take_along_axis(rings, order, axis=1))
    new = order < depth
    before = np.cumsum(new, axis=1) - new  # new items had when each pick is made
    place = np.minimum(order, depth - 1)
    fresh = np.take_along_axis(clocks.item, place, axis=1)
    mass = clocks.known[:, None] + np.cumsum(clocks.chance, axis=1)
    held = np.concatenate([clocks.known[:, None], mass], axis=1)
    aim = uniform(seed, "organic back", key, steps) * np.take_along_axis(held, before, axis=1)
    return np.where(never, -1, np.where(new, fresh, _had(clocks, mass, before, aim))), ~new


def _had(clocks: _Clocks, mass: Array, before: Codes, aim: Array) -> NDArray[np.int32]:
    """Return the item each revisit goes back to: what was had, in proportion to its chance.

    Rows are laid end to end, unit ``u`` filling [2 u, 2 u + 1], so that one search serves all of them.
    """
    row = np.arange(len(mass))[:, None]
    depth = mass.shape[1]
    place = np.searchsorted((2 * row + mass).ravel(), 2 * row + aim) - row * depth
    recent = np.take_along_axis(clocks.item, np.clip(place, 0, np.maximum(before - 1, 0)), axis=1)
    if not len(clocks.old):
        return recent
    begin = np.searchsorted(clocks.old_row, np.arange(len(mass)))
    running = np.concatenate([[0.0], np.cumsum(clocks.old)])
    laid = 2 * clocks.old_row + running[1:] - running[begin][clocks.old_row]
    end = np.append(begin[1:], len(clocks.old)) - 1
    older = np.clip(np.searchsorted(laid, 2 * row + aim), begin[:, None], np.maximum(end, begin)[:, None])
    older = np.minimum(older, len(clocks.old) - 1)
    return np.where(aim < clocks.known[:, None], clocks.old_item[older], recent)


def _rung(world: World, units: Codes, most: int, seed: int) -> _Clocks:
    every = np.arange(world.n_items)
    chance = organic_chances(world, units)
    old = world.history.of_users(units)
    old_chance = chance[old.user, old.item]
    clock = -np.log(uniform(seed, "organic pick", world.key[units][:, None], every)) / np.maximum(chance, 1e-300)
    clock[old.user, old.item] = np.inf
    depth = min(most, world.n_items)
    item = np.argsort(clock, axis=1, kind="stable")[:, :depth]
    rings = np.take_along_axis(clock, item, axis=1)
    ringing = np.isfinite(rings)
    chance = np.where(ringing, np.take_along_axis(chance, item, axis=1), 0.0)
    known = np.asarray(np.bincount(old.user, old_chance, minlength=len(units)), dtype=np.float64)
    held = known[:, None] + np.cumsum(chance, axis=1) - chance  # while waiting for each
    wait = np.diff(np.where(ringing, rings, 0.0), axis=1, prepend=0.0)
    waited = np.where(ringing, np.cumsum(np.where(ringing, held * wait, 0.0), axis=1), np.inf)
    return _Clocks(item.astype(np.int32), chance, waited, known, old_chance, old.item, old.user)


def organic_chances(world: World, units: Codes) -> Array:
    """Return the chance of every item at a pick of ``units`` that have had nothing, shape (len(units), items)."""
    base = np.log(np.maximum(world.exposure, np.finfo(np.float64).tiny))
    appeal = base + world.response.click_slope * world.utility_block(units)
    weight = np.exp(appeal - appeal.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def _begins(world: World, unit: Codes, day: Codes, session: Codes, seed: int) -> Array:
    """Return when each session begins: somewhere in the first half of its share of the waking day."""
    of_day = unit * (int(day.max(initial=0)) + 1) + day
    _, which, counts = np.unique(of_day, return_inverse=True, return_counts=True)
    luck = uniform(seed, "organic moment", world.key[unit], day, session)
    return np.asarray(day * _DAY + _MORNING + _AWAKE / counts[which] * (session + 0.5 * luck))


def _pace(world: World, length: NDArray[np.int64]) -> Array:
    """Return the seconds between two picks of each session; long sessions hurry to end before the next."""
    return np.minimum(_STEP, 0.25 * _AWAKE / world.params.max_sessions_per_day / length)
