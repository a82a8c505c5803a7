"""Compiled inner loops of a session. All in one file: numba's cache notices changes in a function's own file only.

Every loop runs in a fixed order, so the same input gives the same bits, and no unit's row depends on another's.
Draws are those of ``engine.noise``: hashes of (seed, stream, unit key, day, session, item).
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.compiled import compiled

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S12, _S27, _S30, _S31 = np.uint64(12), np.uint64(27), np.uint64(30), np.uint64(31)

_MARKS = 1024  # a power of two, well above what most units had
SHOWN_BORES = 0.1  # of what an item that is taken adds to boredom


class Minds(NamedTuple):
    """What units want now and what they remember; see ``engine.world.policy.State``."""

    key: NDArray[np.int64]
    taste: NDArray[np.float64]
    boredom: NDArray[np.float64]
    bored_on: NDArray[np.int32]
    shown: NDArray[np.int32]
    shown_on: NDArray[np.int32]
    shown_count: NDArray[np.int64]


class Goods(NamedTuple):
    """The catalogue: item vectors, one over their lengths (0 for none), and the utility all units share."""

    vectors: NDArray[np.float64]
    shrink: NDArray[np.float64]
    quality: NDArray[np.float64]


class Taking(NamedTuple):
    """How units choose from a slate.

    ``attention`` is log examination by position, ``novelty`` the gain in utility by showings remembered,
    ``forced`` whether the outside option is closed.
    """

    slope: float
    intercept: float
    attention: NDArray[np.float64]
    novelty: NDArray[np.float64]
    boredom_strength: float
    boredom_items: float
    boredom_half_life: float
    drift: float
    forced: bool


class Moment(NamedTuple):
    """When, and the states of the hash that each kind of draw goes on from."""

    item_stream: np.uint64
    outside_stream: np.uint64
    cart_stream: np.uint64
    purchase_stream: np.uint64
    day: int
    session: int


class Buying(NamedTuple):
    """The logits of putting in the cart and of buying, and list prices; see ``engine.world.response.Response``.

    ``price_slope`` is that of each unit in the session.
    """

    cart_intercept: float
    cart_slope: float
    purchase_intercept: float
    purchase_slope: float
    price_slope: NDArray[np.float64]
    price_effect: NDArray[np.float64]
    price: NDArray[np.float64]


@compiled
def mixed(word):
    """Return 64 bits scrambled, as ``engine.noise`` does."""
    word = word + _GOLDEN
    word = (word ^ (word >> _S30)) * _FIRST
    word = (word ^ (word >> _S27)) * _SECOND
    return word ^ (word >> _S31)


@compiled
def keyed(state, key):
    """Return the state of the hash once ``key`` is chained to it."""
    return mixed(state ^ mixed(np.uint64(key)))


@compiled
def uniform(state):
    """Return the draw of a hash, on the open interval (0, 1)."""
    return (np.float64(np.int64(state >> _S12)) + 0.5) * 2.0**-52


@compiled
def gumbel(state):
    """Return the standard Gumbel draw of a hash."""
    return -np.log(-np.log(uniform(state)))


@compiled
def take_rows(units, slates, minds, goods, taking, moment, extra, places, worth, counts):
    """Let each unit take from its slate: write places taken in order, their utility, and how many there are.

    Args:
        units: unit codes, shape (n,).
        slates: item codes, -1 for no item, shape (n, k).
        minds, goods, taking, moment: see above.
        extra: utility of the scene, shape (n, k); (0, 0) for none.
        places: written: positions taken, shape (n, most).
        worth: written: utility of what was taken, moods left out, shape (n, most).
        counts: written: how many were taken, shape (n,).
    """
    rank, memory, most = minds.taste.shape[1], minds.shown.shape[1], places.shape[1]
    appeals = np.empty(most)
    for row in range(len(units)):
        unit = units[row]
        key, taste, boredom, shown = minds.key[unit], minds.taste[unit], minds.boredom[unit], minds.shown[unit]
        luck = keyed(keyed(keyed(moment.item_stream, key), moment.day), moment.session)
        outside = -np.inf
        if not taking.forced:
            drawn = keyed(keyed(keyed(moment.outside_stream, key), moment.day), moment.session)
            outside = gumbel(drawn) - taking.intercept
        left = 2.0 ** ((minds.bored_on[unit] - moment.day) / taking.boredom_half_life)
        size = 0
        for column in range(slates.shape[1]):
            item = slates[row, column]
            if item < 0:
                continue
            vector = goods.vectors[item]
            # Four sums each, added in one order: the processor overlaps them, and the bits stay the same.
            a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = 0.0
            full = rank - rank % 4
            for at in range(0, full, 4):
                a0 += taste[at] * vector[at]
                a1 += taste[at + 1] * vector[at + 1]
                a2 += taste[at + 2] * vector[at + 2]
                a3 += taste[at + 3] * vector[at + 3]
                b0 += boredom[at] * vector[at]
                b1 += boredom[at + 1] * vector[at + 1]
                b2 += boredom[at + 2] * vector[at + 2]
                b3 += boredom[at + 3] * vector[at + 3]
            for at in range(full, rank):
                a0 += taste[at] * vector[at]
                b0 += boredom[at] * vector[at]
            utility = (a0 + a1) + (a2 + a3) + goods.quality[item]
            if extra.shape[0]:
                utility += extra[row, column]
            had = max(((b0 + b1) + (b2 + b3)) * goods.shrink[item] * left, 0.0)
            felt = utility - taking.boredom_strength * had / (had + taking.boredom_items)
            if len(taking.novelty):
                times = 0
                for place in range(memory):
                    times += shown[place] == item
                felt += taking.novelty[times]
            appeal = taking.slope * felt + taking.attention[column]
            chance = uniform(keyed(luck, item))
            # A draw beats x with chance 1 - exp(-exp(-x)), which is below exp(-x): most need no logarithm.
            if 1.0 - chance >= np.exp(appeal - outside):
                continue
            appeal -= np.log(-np.log(chance))
            if appeal > outside:
                # The best so far, best first; equal ones keep the slate's order.
                at = size
                while at > 0 and appeals[at - 1] < appeal:
                    at -= 1
                if at < most:
                    size = min(size + 1, most)
                    for behind in range(size - 1, at, -1):
                        appeals[behind] = appeals[behind - 1]
                        places[row, behind] = places[row, behind - 1]
                        worth[row, behind] = worth[row, behind - 1]
                    appeals[at], places[row, at], worth[row, at] = appeal, column, utility
        counts[row] = size


@compiled
def gather_rows(units, slates, counts, places, worth, unit, item, utility):
    """Write what ``take_rows`` found as one entry an item taken, by unit and order of taking."""
    number = 0
    for row in range(len(units)):
        for order in range(counts[row]):
            unit[number] = units[row]
            item[number] = slates[row, places[row, order]]
            utility[number] = worth[row, order]
            number += 1


@compiled
def buy_rows(units, slates, keys, counts, places, worth, factors, buying, moment, today, carted, bought):
    """Let units put in the cart and buy what they took, and add the session to their day.

    Args:
        units: unit codes, each at most once, shape (n,).
        slates: item codes, -1 for no item, shape (n, k).
        keys: of all units.
        counts, places, worth: as ``take_rows`` wrote them.
        factors: price as a part of the list price, shape (n, k); (0, 0) where all is at the list price.
        buying, moment: see above.
        today: added to: ``QUANTITIES`` of all units, shape (units, quantities).
        carted, bought: written, in the order of units and of taking, shape (taken,).
    """
    number = 0
    for row in range(len(units)):
        unit = units[row]
        day = today[unit]
        day[0] += 1
        for column in range(slates.shape[1]):
            day[1] += slates[row, column] >= 0
        day[2] += counts[row]
        day[6] += counts[row] > 0
        if counts[row] == 0:
            continue
        cart = keyed(keyed(keyed(moment.cart_stream, keys[unit]), moment.day), moment.session)
        purchase = keyed(keyed(keyed(moment.purchase_stream, keys[unit]), moment.day), moment.session)
        for order in range(counts[row]):
            place = places[row, order]
            item, utility = slates[row, place], worth[row, order]
            logit = buying.cart_intercept + buying.cart_slope * utility
            carted[number] = uniform(keyed(cart, item)) < 1.0 / (1.0 + np.exp(-logit))
            logit = buying.purchase_intercept + buying.purchase_slope * utility + buying.price_effect[item]
            factor = 1.0
            if factors.shape[0]:
                factor = factors[row, place]
                logit -= buying.price_slope[row] * np.log(factor)
            bought[number] = carted[number] and uniform(keyed(purchase, item)) < 1.0 / (1.0 + np.exp(-logit))
            day[3] += carted[number]
            day[4] += bought[number]
            day[5] += bought[number] * factor * buying.price[item]
            number += 1


@compiled
def add_showings(shown, shown_on, count, units, slates, day):
    """Write each unit's slate over its oldest showings, in place; -1 is no item. Each unit appears at most once."""
    memory = shown.shape[1]
    for row in range(len(units)):
        unit = units[row]
        for column in range(slates.shape[1]):
            if slates[row, column] >= 0:
                place = count[unit] % memory
                shown[unit, place] = slates[row, column]
                shown_on[unit, place] = day
                count[unit] += 1


@compiled
def remember_rows(units, slates, minds, goods, taking, day):
    """Add what ``units`` (each at most once) were shown on ``day`` to their memories, in place."""
    rank = minds.taste.shape[1]
    for row in range(len(units)):
        unit = units[row]
        boredom = minds.boredom[unit]
        if taking.boredom_strength > 0:
            left = 2.0 ** ((minds.bored_on[unit] - day) / taking.boredom_half_life)
            minds.bored_on[unit] = day
            for at in range(rank):
                boredom[at] *= left
        for column in range(slates.shape[1]):
            item = slates[row, column]
            if item < 0:
                continue
            if taking.boredom_strength > 0:
                weight = SHOWN_BORES * goods.shrink[item]
                for at in range(rank):
                    boredom[at] += weight * goods.vectors[item, at]
    add_showings(minds.shown, minds.shown_on, minds.shown_count, units, slates, day)


@compiled
def consume_pairs(units, items, minds, goods, taking):
    """Move boredom and taste of ``units`` toward the items they took, in place; entries of a unit stand together."""
    rank = minds.taste.shape[1]
    start = 0
    while start < len(units):
        unit, stop = units[start], start
        taste, pull, length = minds.taste[unit], np.zeros(rank), 0.0
        while stop < len(units) and units[stop] == unit:
            item = items[stop]
            for at in range(rank):
                pull[at] += goods.shrink[item] * goods.vectors[item, at]
            stop += 1
        start = stop
        if taking.boredom_strength > 0:
            for at in range(rank):
                minds.boredom[unit, at] += (1.0 - SHOWN_BORES) * pull[at]
        if taking.drift > 0:
            for at in range(rank):
                length += taste[at] ** 2
            length, after = np.sqrt(length), 0.0
            for at in range(rank):
                pull[at] = taste[at] + taking.drift * length * pull[at]
                after += pull[at] ** 2
            if after > 0:
                for at in range(rank):
                    taste[at] = pull[at] * (length / np.sqrt(after))


@compiled
def count_showings(shown, shown_on, units, items, since, times):
    """Add to ``times`` how often each item is among its unit's remembered showings of day ``since`` and after."""
    for row in range(len(units)):
        unit = units[row]
        for column in range(items.shape[1]):
            item = items[row, column]
            found = 0
            if item >= 0:
                for place in range(shown.shape[1]):
                    found += (shown[unit, place] == item) & (shown_on[unit, place] >= since)
            times[row, column] += found


@compiled
def first_unseen(seen, n_items, units, candidates, slates):
    """Write the first candidates of each row that are not among its unit's ``seen``; -1 where fewer are left.

    Args:
        seen: what units had, sorted ``unit x n_items + item``.
        n_items: size of the catalogue.
        units: unit codes, shape (n,).
        candidates: item codes, best first, -1 for none, shape (n, depth).
        slates: written, shape (n, k).
    """
    stop = 0
    maybe = np.zeros(_MARKS, dtype=np.uint8)  # marks of what the unit had; most candidates meet none
    for row in range(len(units)):
        base = units[row] * n_items
        start = stop  # units mostly come in order, without gaps
        if (start > 0 and seen[start - 1] >= base) or (start < len(seen) and seen[start] < base):
            start = np.searchsorted(seen, base)
        stop = start
        while stop < len(seen) and seen[stop] < base + n_items:
            maybe[seen[stop] & (_MARKS - 1)] = 1
            stop += 1
        size = 0
        for column in range(candidates.shape[1]):
            if size == slates.shape[1]:
                break
            item = candidates[row, column]
            if item >= 0:
                pair, had = base + item, False
                if maybe[pair & (_MARKS - 1)]:
                    at = start + np.searchsorted(seen[start:stop], pair)
                    had = at < stop and seen[at] == pair
                if not had:
                    slates[row, size] = item
                    size += 1
        slates[row, size:] = -1
        for at in range(start, stop):
            maybe[seen[at] & (_MARKS - 1)] = 0


@compiled
def merge_sorted(seen, fresh, merged):
    """Write both sorted arrays into ``merged``, sorted."""
    start = 0
    for number in range(len(fresh)):
        stop = start + np.searchsorted(seen[start:], fresh[number])
        merged[start + number : stop + number] = seen[start:stop]
        merged[stop + number] = fresh[number]
        start = stop
    merged[start + len(fresh) :] = seen[start:]


@compiled
def poisson_rows(luck, rate, most, drawn):
    """Write Poisson draws by inverting their distribution function at ``luck``, capped at ``most``."""
    for row in range(len(luck)):
        term = np.exp(-rate[row])
        reached, number = term, 0
        while luck[row] > reached and number < most:
            number += 1
            term *= rate[row] / number
            reached += term
        drawn[row] = number
