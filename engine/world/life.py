"""Organic life: units come, choose and leave by themselves, with no recommender between.

A unit that picks something new takes item ``i`` with a chance in proportion to ``exposure_i x exp(slope x
utility)``: a multinomial logit over what it comes across (McFadden 1974), the limit of consideration sets drawn
by exposure as they grow. A repeat goes back to one of the unit's earlier picks, each as likely.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from engine.noise import uniform
from engine.world.pairs import contains, pairs_of
from engine.world.population import Presence
from engine.world.sessions import Lived
from engine.world.world import World

Codes = NDArray[np.integer]
Array = NDArray[np.float64]

_BLOCK = 256  # units whose whole catalogue is weighed at once
_DAY, _MORNING, _AWAKE = 86_400, 8 * 3600, 15 * 3600  # seconds
_STEP = 45.0  # seconds between two picks, less where a session holds many


def live(world: World, days: int, seed: int, *, presence: Presence | None = None) -> Lived:
    """Let units live for ``days`` on their own.

    Every draw is a hash of (seed, what it decides, unit, day, session, item), so a unit's life does not depend
    on who else there is.

    Args:
        world: the units, their history included: what they had is picked again only as a repeat.
        days: number of days, at least 1.
        seed: any integer. The same seed gives the same bits.
        presence: when units are around; all of them always when None.

    Returns:
        What was picked; seconds lie between 8 in the morning and 11 in the evening.
    """
    unit, day, session = _sessions(world, days, seed, presence)
    length = _lengths(world, unit, day, session, seed)
    place = np.repeat(np.arange(len(unit)), length)
    number = np.arange(len(place)) - np.repeat(np.cumsum(length) - length, length)
    who, when, turn = unit[place], day[place], session[place]
    item, repeat = _picks(world, who, when, turn, number, seed)
    kept = item >= 0
    second = _seconds(world, unit, day, session, seed)[place] + number * _pace(length)[place]
    return Lived(
        user=who[kept].astype(np.int32),
        item=item[kept],
        day=when[kept].astype(np.int32),
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
    luck = uniform(seed, "organic sessions", world.key[:, None], every)
    rate = world.activity[:, None] * rhythm
    if presence is not None:
        rate = rate * np.clip(every + 1 - presence.since[:, None], 0, 1)
    counts = poisson.ppf(luck, rate).astype(np.int64)
    if presence is not None:
        counts += presence.opens[:, None] & (every == np.floor(presence.since)[:, None])
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


def _picks(
    world: World, who: Codes, day: Codes, session: Codes, number: Codes, seed: int
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return the item of each pick (-1 where nothing is left to pick) and whether it was had before.

    Picks come by unit, then by time.
    """
    starts = np.searchsorted(who, np.arange(world.n_units + 1))
    nth = np.arange(len(who)) - starts[who]  # of the unit's picks
    had = world.history.user_items[who]
    luck = uniform(seed, "organic repeat", world.key[who], day, session, number)
    back = (luck < world.repeat_share) & (had + nth > 0)
    fresh = np.cumsum(~back) - 1
    fresh -= np.where(starts[who] > 0, np.concatenate([[0], np.cumsum(~back)])[starts[who]], 0)
    back |= fresh >= world.n_items - had
    item = np.full(len(who), -1, dtype=np.int32)
    new = np.flatnonzero(~back)
    item[new] = _new_items(world, who[new], fresh[new], seed)
    # A repeat points at an earlier pick or at the history; following the pointers ends at either.
    aim = uniform(seed, "organic back", world.key[who], day, session, number) * (had + nth)
    aim = np.floor(aim).astype(np.int64)
    old = back & (aim < had)
    first = np.cumsum(world.history.user_items) - world.history.user_items
    item[old] = world.history.item[(first[who] + aim)[old]]
    target = np.where(back & ~old & (nth > 0), starts[who] + aim - had, np.arange(len(who)))
    while (target[target] != target).any():
        target = target[target]
    return item[target], back


def _new_items(world: World, who: Codes, rank: Codes, seed: int) -> NDArray[np.int32]:
    """Return the ``rank``-th new item of each unit, in the order of Gumbel-perturbed appeal.

    The order is a successive sample without replacement with the logit's chances (Yellott 1977).
    """
    items = np.empty(len(who), dtype=np.int32)
    every = np.arange(world.n_items)
    base = np.log(np.maximum(world.exposure, np.finfo(np.float64).tiny))
    units, begin = np.unique(who, return_index=True)
    begin = np.append(begin, len(who))
    seen = pairs_of(world.history.user, world.history.item, world.n_items)
    for start in range(0, len(units), _BLOCK):
        rows = units[start : start + _BLOCK]
        luck = uniform(seed, "organic pick", world.key[rows][:, None], every)
        appeal = base + world.response.click_slope * world.utility_block(rows) - np.log(-np.log(luck))
        appeal[contains(seen, pairs_of(rows[:, None], every, world.n_items))] = -np.inf
        part = slice(begin[start], begin[min(start + _BLOCK, len(units))])
        depth = int(rank[part].max(initial=0)) + 1
        order = np.argsort(-appeal, axis=1, kind="stable")[:, :depth]
        items[part] = order[np.searchsorted(rows, who[part]), rank[part]]
    return items


def _seconds(world: World, unit: Codes, day: Codes, session: Codes, seed: int) -> Array:
    """Return when each session begins: somewhere in the first half of its share of the waking day."""
    of_day = unit * (int(day.max(initial=0)) + 1) + day
    counts = np.unique(of_day, return_inverse=True, return_counts=True)
    share = _AWAKE / counts[2][counts[1]] if len(unit) else np.zeros(0)
    luck = uniform(seed, "organic moment", world.key[unit], day, session)
    return np.asarray(day * _DAY + _MORNING + share * (session + 0.5 * luck))


def _pace(length: NDArray[np.int64]) -> Array:
    """Return the seconds between two picks of each session; long sessions hurry to end before the next."""
    return np.minimum(_STEP, 0.25 * _AWAKE / 6 / length)
