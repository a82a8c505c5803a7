"""How strongly liking decides a choice: the temperature at which simulated users behave as the log's do.

Who chooses by taste takes items that are alike. The statistic is how alike: the mean inner product of the item
vectors of two items one user took, beyond what popularity makes alike. It is measured on users whose items the
vectors were not learned from, for these would look alike by construction, and the weight of taste is the one at which
users simulated under the log's own exposure, taking as many items each, show the same (indirect inference:
Gourieroux, Monfort & Renault 1993).
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

_HELD_OUT = 0.33  # of the users
_ENOUGH_PAIRS = 50  # pairs of held-out users below which the weights are not worth estimating
_SMALLEST, _LARGEST = 0.1, 3.0  # logits per sd; keeps a sparse or a separable log plausible
_QUALITY = (0.25, 2.5)
_MOST_WEIGHT = 20  # of a user
_CELLS = 300_000  # held-out users times items that are simulated


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
    order = held[np.argsort(counts[held], kind="stable")]
    theirs = preferences.of_users(order[_evenly(len(order), max(20, _CELLS // preferences.n_items))])
    took = theirs.user_items
    known = np.flatnonzero(seen.user_items)
    taste = draw_tastes(found, rng.choice(known, len(took)), 1.0, rng)
    liking = taste @ found.vectors.T
    taking = fit_exposure(np.zeros_like(liking), took, preferences.item_users)
    flat = taking.chance
    quality = float(np.clip(np.log(taking.exposure).std(), *_QUALITY))
    took_it = theirs.matrix.toarray() != 0
    asked = alikeness(took_it - flat, found.vectors, took)

    def miss(weight: float) -> float:
        nonlocal taking
        taking = fit_exposure(weight * liking, took, preferences.item_users, start=taking, rounds=5)
        return alikeness(taking.chance - flat, found.vectors, took) - asked

    low, high = miss(_SMALLEST), miss(_LARGEST)
    if low >= 0 or high <= 0:
        return ChoiceWeights(_SMALLEST if low >= 0 else _LARGEST, quality, len(theirs))
    # Each miss starts where the one before ended, so the ends, which enclose the root, are not asked again.
    ends = {_SMALLEST: low, _LARGEST: high}
    weight = brentq(lambda at: ends[at] if at in ends else miss(at), _SMALLEST, _LARGEST, xtol=0.02)
    return ChoiceWeights(float(weight), quality, len(theirs))


def _evenly(n: int, most: int) -> NDArray[np.int64]:
    """Return up to ``most`` places spread evenly over ``n``."""
    return np.asarray((np.arange(min(n, most)) + 0.5) * n / min(n, most)).astype(np.int64)


def alikeness(surplus: Array, vectors: Array, counts: NDArray[np.integer]) -> float:
    """Return how alike two items are that one user took, beyond what popularity makes of it.

    The mean over users of ``sum over i != j of s_i s_j v_i . v_j / (n (n - 1))``, where ``s`` is what was taken
    less the chance to take it without a taste. Users count in proportion to their items less one, up to 20: the
    few with most of the catalogue shall not speak for all.

    Args:
        surplus: shape (users, items).
        vectors: shape (items, rank).
        counts: items of each user, 2 or more, shape (users,).
    """
    total = ((surplus @ vectors) ** 2).sum(axis=1) - surplus**2 @ (vectors**2).sum(axis=1)
    return float(np.average(total / (counts * (counts - 1)), weights=np.minimum(counts - 1, _MOST_WEIGHT)))
