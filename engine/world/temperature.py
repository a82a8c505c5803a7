"""How strongly liking decides a choice: the temperature at which simulated users behave as the log's do.

Who chooses by taste takes items that are alike. The statistic is how alike: the mean inner product of the item
vectors of two items one user took. It is measured on users whose items the vectors were not learned from, for
these would look alike by construction, and the weight of taste is the one at which users simulated under the log's
own exposure, taking as many items each, show the same (indirect inference: Gourieroux, Monfort & Renault 1993).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from engine.preferences import Preferences
from engine.world.exposure import fit_exposure
from engine.world.taste import draw_tastes, latent

Array = NDArray[np.float64]

_HELD_OUT = 0.25  # of the users
_ENOUGH_PAIRS = 50  # pairs of held-out users below which the weights are not worth estimating
_SMALLEST, _LARGEST = 0.1, 3.0  # logits per sd; keeps a sparse or a separable log plausible
_QUALITY = (0.25, 2.5)
_CELLS = 200_000  # held-out users times items that are simulated


@dataclass(frozen=True)
class ChoiceWeights:
    """Logits a standard deviation of taste and of quality is worth.

    Attributes:
        taste: weight of the personal part.
        quality: weight of the part all users share, popularity by exposure included.
        pairs: held-out pairs the weights were fitted to; 0 where both are the default of 1.
    """

    taste: float
    quality: float
    pairs: int


def choice_weights(
    preferences: Preferences, rank: int, rng: np.random.Generator, *, trust: float = 1.0
) -> ChoiceWeights:
    """Return what taste and popularity weigh in choosing.

    Args:
        preferences: of all users.
        rank: length of a taste vector.
        rng: draws the held-out users, and the part of the others' tastes the log does not tell.
        trust: share of what the log says of a taste that is believed.
    """
    counts = preferences.user_items
    able = np.flatnonzero((counts >= 2) & (counts < preferences.n_items))
    held = rng.permutation(able)[: round(_HELD_OUT * len(able))]
    if counts[held].sum() < _ENOUGH_PAIRS or len(able) - len(held) < 2:
        return ChoiceWeights(taste=1.0, quality=1.0, pairs=0)
    out = np.zeros(preferences.n_users, dtype=bool)
    out[held] = True
    seen = preferences.take(~out[preferences.user])
    if len(seen) < _ENOUGH_PAIRS:
        return ChoiceWeights(taste=1.0, quality=1.0, pairs=0)
    found = latent(seen, rank, rng, trust=trust)
    held = np.sort(held[: max(20, _CELLS // preferences.n_items)])
    theirs = preferences.of_users(held)
    asked = alikeness(_sums(theirs, found.vectors), _squares(theirs, found.vectors), counts[held])

    known = np.flatnonzero(seen.user_items)
    drawn = rng.choice(known, len(held))
    taste = draw_tastes(found, drawn, 1.0, rng)
    liking = taste @ found.vectors.T
    taking = fit_exposure(np.zeros_like(liking), counts[held], preferences.item_users)
    quality = float(np.clip(np.log(taking.exposure).std(), *_QUALITY))

    def miss(weight: float) -> float:
        nonlocal taking
        taking = fit_exposure(weight * liking, counts[held], preferences.item_users, start=taking, rounds=5)
        squares = taking.chance**2 @ (found.vectors**2).sum(axis=1)
        return alikeness(taking.chance @ found.vectors, squares, counts[held]) - asked

    low, high = miss(_SMALLEST), miss(_LARGEST)
    if low >= 0 or high <= 0:
        return ChoiceWeights(_SMALLEST if low >= 0 else _LARGEST, quality, len(theirs))
    return ChoiceWeights(float(brentq(miss, _SMALLEST, _LARGEST, xtol=0.02)), quality, len(theirs))


def alikeness(total: Array, squares: Array, counts: NDArray[np.integer]) -> float:
    """Return the mean inner product of two items of a user; users count in proportion to their items less one.

    Args:
        total: sum of each user's item vectors, shape (users, rank).
        squares: sum of their squared lengths, shape (users,).
        counts: items of each user, 2 or more, shape (users,).
    """
    return float((((total**2).sum(axis=1) - squares) / counts).sum() / (counts - 1).sum())


def _sums(preferences: Preferences, vectors: Array) -> Array:
    ones = preferences.matrix.copy()
    ones.data = np.ones_like(ones.data)
    return np.asarray(ones @ vectors)


def _squares(preferences: Preferences, vectors: Array) -> Array:
    squares = (vectors**2).sum(axis=1)[preferences.item]
    return np.asarray(np.bincount(preferences.user, squares, minlength=preferences.n_users), dtype=np.float64)
