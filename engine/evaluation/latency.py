"""Serving latency: how long one user waits for one list."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.models.base import Recommender
from engine.models.ranking import top_k

WARM_UP = 5
FEWEST = 5


def latency_ms(
    model: Recommender,
    users: NDArray[np.integer],
    k: int,
    *,
    exclude: sparse.csr_array,
    rng: np.random.Generator,
    requests: int = 100,
    seconds: float = 1.0,
) -> NDArray[np.float64]:
    """Return the milliseconds of single-user lists, scoring and ranking included, shape (lists timed,).

    Args:
        model: a fitted model.
        users: codes of the users to draw from.
        k: length of a list.
        exclude: what each user had, shape (all users, items).
        rng: draws the users.
        requests: how many lists to time at most, after a few that are not timed.
        seconds: how long to go on; where lists take long, fewer are timed, but always some of ``FEWEST``.
    """
    drawn = rng.choice(users, size=WARM_UP + requests)
    waited: list[float] = []
    for position in range(len(drawn)):
        began = perf_counter()
        top_k(model, drawn[position : position + 1], k, exclude=exclude)
        waited.append(perf_counter() - began)
        if len(waited) >= FEWEST and sum(waited) > seconds:
            break
    # Of few, the first half warms up.
    return 1000 * np.array(waited[min(WARM_UP, len(waited) // 2) :])
