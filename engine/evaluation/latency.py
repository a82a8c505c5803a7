"""Serving latency: how long one user waits for one list."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.models.base import Recommender
from engine.models.ranking import top_k

WARM_UP = 5


def latency_ms(
    model: Recommender,
    users: NDArray[np.integer],
    k: int,
    *,
    exclude: sparse.csr_array,
    rng: np.random.Generator,
    requests: int = 100,
) -> NDArray[np.float64]:
    """Return the milliseconds of ``requests`` single-user lists, scoring and ranking included.

    Args:
        model: a fitted model.
        users: codes of the users to draw from.
        k: length of a list.
        exclude: what each user had, shape (all users, items).
        rng: draws the users.
        requests: how many lists to time, after a few that are not timed.
    """
    drawn = rng.choice(users, size=WARM_UP + requests)
    waited = np.empty(len(drawn))
    for position in range(len(drawn)):
        began = perf_counter()
        top_k(model, drawn[position : position + 1], k, exclude=exclude)
        waited[position] = perf_counter() - began
    return 1000 * waited[WARM_UP:]
