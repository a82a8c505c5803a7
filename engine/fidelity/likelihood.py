"""How well the world foretells which new item a known user takes, against popularity and pure chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from engine.fidelity.record import Likelihood, Verdict
from engine.world import World
from engine.world.pairs import contains, pairs_of

Array = NDArray[np.float64]

_BLOCK = 256  # users whose whole catalogue is weighed at once
_PSEUDO_PAIRS = 1.0  # added to each item's users, so that new items have a chance
_Z = 1.959963984540054


def likelihood(worlds: tuple[World, ...], unit: NDArray[np.integer], item: NDArray[np.integer]) -> Likelihood | None:
    """Return the held-out likelihood of new choices, or None where there are none.

    Each model gives the chance of a choice among what the unit had not had before. The world's is its organic
    choice, ``exposure x exp(slope x utility)``; where the log leaves a taste open, the chances of several
    draws of it are averaged.

    Args:
        worlds: the same world with different draws of what the log leaves open; at least one.
        unit: who chose, a unit of the worlds, shape (choices,).
        item: what was chosen, shape (choices,); what is in the unit's history is left out.
    """
    first = worlds[0]
    seen = pairs_of(first.history.user, first.history.item, first.n_items)
    # What was bought without having been viewed is in the history too, though it was no choice.
    fresh = ~contains(seen, pairs_of(unit, item, first.n_items))
    unit, item = unit[fresh], item[fresh]
    if not len(unit):
        return None
    units, row = np.unique(unit, return_inverse=True)
    popularity = np.log(first.history.item_users + _PSEUDO_PAIRS)
    found = np.empty((3, len(unit)))
    for start in range(0, len(units), _BLOCK):
        rows = units[start : start + _BLOCK]
        here = np.flatnonzero((row >= start) & (row < start + _BLOCK))
        at = row[here] - start, item[here]
        had = contains(seen, pairs_of(rows[:, None], np.arange(first.n_items), first.n_items))
        draws = [_log_chances(_appeal(world, rows), had)[at] for world in worlds]
        found[0, here] = logsumexp(draws, axis=0) - np.log(len(draws))
        found[1, here] = _log_chances(np.broadcast_to(popularity, had.shape), had)[at]
        found[2, here] = -np.log((~had).sum(axis=1))[at[0]]
    low, high = _interval(found[0] - found[1], row)
    world, by_popularity, uniform = (float(-each.mean()) for each in found)
    return Likelihood(
        world=world,
        popularity=by_popularity,
        uniform=uniform,
        low=low,
        high=high,
        choices=len(unit),
        users=len(units),
        verdict=_verdict(low, high),
        sentence=_sentence(by_popularity - world, low, high),
    )


def _appeal(world: World, units: NDArray[np.integer]) -> Array:
    exposure = np.log(np.maximum(world.exposure, np.finfo(np.float64).tiny))
    return np.asarray(exposure + world.response.click_slope * world.utility_block(units))


def _log_chances(appeal: Array, had: NDArray[np.bool_]) -> Array:
    open_to = np.where(had, -np.inf, appeal)
    return np.asarray(open_to - logsumexp(open_to, axis=1, keepdims=True))


def _interval(gain: Array, row: NDArray[np.integer]) -> tuple[float, float]:
    """Return a 95% interval of the mean gain a choice: a ratio over users (delta method, Cochran 1977, ch. 6)."""
    users = int(row.max()) + 1
    total, count = np.bincount(row, gain, minlength=users), np.bincount(row, minlength=users)
    mean = float(gain.mean())
    residual = total - mean * count
    error = float(np.sqrt((residual**2).sum() * users / max(users - 1, 1)) / count.sum())
    return mean - _Z * error, mean + _Z * error


def _verdict(low: float, high: float) -> Verdict:
    return "fits" if low > 0 else "roughly" if high > 0 else "does not fit"


def _sentence(gain: float, low: float, high: float) -> str:
    interval = f"{gain:+.2f} nats per choice, 95% interval {low:+.2f} to {high:+.2f}"
    factor = f"a choice is {np.exp(abs(gain)):.2f} times as likely under it"
    if low > 0:
        return f"The world foretells what a user takes next better than popularity does: {factor} ({interval})."
    if high > 0:
        return f"The world foretells what a user takes next about as well as popularity does ({interval})."
    return f"The world foretells what a user takes next worse than popularity does ({interval})."
