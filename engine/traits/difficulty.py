"""How difficult an item is and how experienced a user: people reach what is difficult late in their histories.

McAuley & Leskovec 2013, "From amateurs to connoisseurs: modeling the evolution of user expertise through online
reviews" (WWW), find that what experts take is taken late; here an item's difficulty is the place it has in the
histories of those who took it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.preferences import Preferences
from engine.traits.shrinkage import Trait, shrunken

Array = NDArray[np.float64]

_LEAST = 5  # items of a history in which early and late mean something
_SEASONS = np.linspace(0.05, 0.95, 19)


def item_difficulty(preferences: Preferences) -> Trait:
    """Return how late each item comes in people's histories, by histories of 5 items and more.

    An item that was new when everybody was experienced would pass for difficult, so the mean place of what was
    taken about the same time (a twentieth of the pairs) is taken out first. Rarity is left in: what few take is
    found late, as what connoisseurs take.

    Args:
        preferences: with times; without, nothing is known.
    """
    unknown = Trait(np.zeros(preferences.n_items), np.zeros(preferences.n_items))
    if preferences.time is None or not len(preferences):
        return unknown
    kept = preferences.user_items[preferences.user] >= _LEAST
    user, item, time = preferences.user[kept], preferences.item[kept], preferences.time[kept]
    if not len(user):
        return unknown
    place = _places(user, time)
    season = np.searchsorted(np.quantile(time, _SEASONS), time)
    usual = np.bincount(season, weights=place) / np.maximum(np.bincount(season), 1)
    late = place - usual[season]
    return shrunken(late, item, preferences.n_items)


def user_experience(items: NDArray[np.integer], population: NDArray[np.integer]) -> Array:
    """Return how experienced somebody with so many ``items`` is, in standard deviations of the ``population``.

    Practice counts by its logarithm: the first items teach most (the power law of practice, Newell & Rosenbloom
    1981).

    Args:
        items: how many items each has had, any shape.
        population: how many the users of the log have had, shape (users,); those with none do not count.
    """
    logs = np.log1p(population[population > 0])
    if not len(logs):
        return np.zeros(np.shape(items))
    spread = float(logs.std())
    return np.asarray((np.log1p(items) - logs.mean()) / (spread if spread > 0 else 1.0))


def _places(user: NDArray[np.integer], time: NDArray[np.int64]) -> Array:
    """Return where in its user's history each pair stands, on 0..1; pairs of one moment share their place."""
    order = np.lexsort((time, user))
    user, time = user[order], time[order]
    count = np.bincount(user)[user]
    opens = np.ones(len(user), dtype=bool)
    opens[1:] = (np.diff(user) != 0) | (np.diff(time) != 0)
    moment = np.cumsum(opens) - 1
    start = np.searchsorted(user, user)
    rank = np.bincount(moment, weights=np.arange(len(user)) - start) / np.bincount(moment)
    places = np.empty(len(user))
    places[order] = (rank[moment] + 0.5) / count
    return places
