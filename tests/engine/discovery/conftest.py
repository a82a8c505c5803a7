"""One feedback study, made once and read by many tests."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from engine.discovery.study import study as run_study
from engine.models.ranking import Ranking
from engine.policies import RandomPolicy, make_policy
from engine.world import fit_world
from tests.engine.world.logs import small_log

KIND = 3


@dataclass(frozen=True)
class Narrow:
    """Random at first, then to some or all users items of one kind only: a bubble by construction."""

    for_few: bool = False

    title = "Narrow"
    each_session = True

    def refit(self, preferences, report=None):
        return self

    def slates(self, state, users, k):
        drawn = RandomPolicy().slates(state, users, k)
        if state.day < 14:
            return drawn
        alike, others = np.arange(0, state.world.n_items, KIND), np.arange(1, state.world.n_items, KIND)
        near = np.concatenate([alike, others])[:k].astype(np.int32)
        for_them = (state.world.key[users] % 4 == 0)[:, None] | (not self.for_few)
        return Ranking(items=np.where(for_them, near, drawn.items), scores=drawn.scores)


@pytest.fixture(scope="session")
def world():
    """250 units, who come in almost every round, and 90 items, every third of one kind."""
    fitted = fit_world(small_log(items=90), np.random.default_rng(1), users=250)
    rng = np.random.default_rng(2)
    vectors = rng.normal(size=fitted.vectors.shape)
    vectors[::KIND] = vectors[0] + 0.4 * rng.normal(size=vectors[::KIND].shape)
    return replace(fitted, activity=np.full(fitted.n_units, 0.6), vectors=vectors)


@pytest.fixture(scope="session")
def study(world):
    """A popular arm and one that is narrow by construction, with a segment, over eight rounds."""
    policies = {
        "popularity": lambda luck: make_policy("popularity", seed=luck),
        "popularity+epsilon:0.5": lambda luck: make_policy("popularity+epsilon:0.5", seed=luck),
        "narrow": lambda luck: Narrow(),
        "narrow for few": lambda luck: Narrow(for_few=True),
    }
    few = {"few": world.key % 4 == 0, "tiny": np.arange(250) == 3}
    return run_study(world, policies, rounds=8, users=200, seeds=3, seed=2, slate_size=6, segments=few)
