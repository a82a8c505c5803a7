"""How easily each item is come across: what of its popularity the units' own liking does not explain.

A unit that has taken ``n`` items, one after the other and none twice, took item ``i`` with a chance of about
``1 - exp(-t w_i)``, where ``w`` are the logit's weights and ``t`` is such that the chances add up to ``n``: each item
arrives at its own exponential time and ``t`` is when the ``n``-th does (Rosén 1972; Hájek 1981, ch. 9).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_ROUNDS = 15  # of proportional fitting; later ones change no share by a hundredth of itself
_PSEUDO_USERS = 0.5  # added to each item's users, so that nothing is out of reach


@dataclass(frozen=True)
class Taking:
    """Which items units take when they take as many as they did.

    Attributes:
        exposure: chance to come across each item, adds up to 1, shape (items,).
        chance: chance that each unit takes each item, rows add up to its items, shape (units, items).
        time: when each unit has taken its items, shape (units,).
    """

    exposure: Array
    chance: Array
    time: Array


def fit_exposure(
    liking: Array,
    counts: NDArray[np.integer] | Array,
    item_users: NDArray[np.integer],
    *,
    start: Taking | None = None,
    size: NDArray[np.integer] | None = None,
    rounds: int = _ROUNDS,
) -> Taking:
    """Return the exposure with which units take each item as often as the log's users did.

    Iterative proportional fitting (Deming & Stephan 1940) of the items' totals, with a step of Newton's method
    for the times in each round.

    Args:
        liking: logits of liking alone, shape (units, items): a sample of the log's users.
        counts: items each of them took, shape (units,).
        item_users: how many of the log's users took each item, shape (items,).
        start: where to begin; near the answer, fewer rounds do.
        size: how many users each unit stands for; one when None.
        rounds: of fitting.
    """
    wanted = np.minimum(counts, liking.shape[1] - 1).astype(np.float64)
    each_for = np.ones(len(wanted)) if size is None else size
    asked = item_users + _PSEUDO_USERS
    asked = asked * (each_for @ wanted / asked.sum())
    exposure = asked / asked.sum() if start is None else start.exposure
    time = wanted if start is None else start.time
    weight = np.exp(liking - liking.max(axis=1, keepdims=True))
    chance = np.zeros_like(weight)
    for _ in range(rounds):
        each = weight * exposure
        each /= each.sum(axis=1, keepdims=True)
        left = np.exp(-time[:, None] * each)
        chance = 1 - left
        step = (wanted - chance.sum(axis=1)) / np.maximum((each * left).sum(axis=1), 1e-12)
        time = np.clip(time + step, 0.5 * time, 3 * time + 1)  # so that no step runs away from the root
        exposure = exposure * np.clip(asked / np.maximum(each_for @ chance, 1e-12), 0.1, 10)
        exposure = exposure / exposure.sum()
    return Taking(exposure, chance, time)
