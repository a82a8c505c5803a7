"""Pools by hand, and a small world to draw in."""

from functools import cache

import numpy as np

from engine.policies.pool import Pool
from engine.world import WorldParameters, fit_world
from engine.world.policy import opening
from tests.engine.world.logs import small_log


@cache
def small_state(units=60):
    """The first session of small simulated users, who remember more than a week."""
    params = WorldParameters(memory=150)
    return opening(fit_world(small_log(), np.random.default_rng(1), users=units, params=params), seed=1)


def pool_of(items, scores, *, state=None, units=None, slate_size=10, rules=()):
    """A pool of rows of items, -1 after a row's last, and their scores."""
    state = state or small_state()
    items = np.atleast_2d(np.asarray(items, dtype=np.int32))
    scores = np.where(items >= 0, np.atleast_2d(np.asarray(scores, dtype=float)), np.nan)
    return Pool(
        state=state,
        units=np.arange(len(items)) if units is None else units,
        items=items,
        scores=np.broadcast_to(scores, items.shape),
        open=np.arange(state.world.n_items),
        rules=rules,
        slate_size=slate_size,
    )
