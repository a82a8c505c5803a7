"""Policies that arrange each session: what they are kept from, and what they share."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from engine.policies import ModelPolicy, StagedPolicy, make_policy
from engine.policies.stages.mmr import Mmr
from engine.world import fit_world, run
from engine.world.choice import choose
from engine.world.outcomes import joined
from engine.world.policy import opening
from engine.world.pools import Arranging, Pools
from engine.world.shelf import Shelf
from tests.engine.world.logs import small_log


@pytest.fixture(scope="module")
def world():
    return fit_world(small_log(), np.random.default_rng(1), users=90)


def test_a_staged_policy_arranges():
    assert isinstance(make_policy("popularity+mmr"), Arranging)
    assert not isinstance(make_policy("popularity"), Arranging)


@pytest.mark.parametrize("spec", ["popularity+mmr:0.5+epsilon:0.2", "random+mmr:0.4"])
def test_the_same_bits_whatever_the_block(world, spec):
    everybody = np.zeros(world.n_units, int)
    one, two = (run(world, [make_policy(spec)], everybody, days=4, slate_size=8, seed=3, block=b) for b in (7, 4096))
    np.testing.assert_array_equal(one.values, two.values)


def test_stages_of_no_weight_change_no_outcome(world):
    plain, staged = (
        run(world, [make_policy(spec)], np.zeros(world.n_units, int), days=6, slate_size=8, seed=3)
        for spec in ("popularity", "popularity+mmr:0+epsilon:0")
    )
    np.testing.assert_array_equal(plain.values, staged.values)


def test_keeping_candidates_changes_no_slate(world):
    state, units = opening(world, seed=2), np.arange(world.n_units)
    policy = make_policy("popularity+mmr:0.5").refit(world.history)
    pools = Pools(policy, state, units, 5)
    for session in range(6):
        state = state.at(0, session)
        slates = pools.slates(state, units)
        np.testing.assert_array_equal(slates, policy.slates(state, units, 5).items)
        state = state.after(_took(state, units, slates[:, 0]))


def test_slates_come_out_full_down_to_the_last_item(world):
    units = np.arange(world.n_units)
    state = opening(world, seed=2)
    policy = make_policy("popularity+mmr:0.5+epsilon:0.3").refit(world.history)
    pools = Pools(policy, state, units, 6)
    for session in range(40):
        state = state.at(0, session)
        slates = pools.slates(state, units)
        left = world.n_items - np.bincount(state.seen_pairs // world.n_items, minlength=world.n_units)
        np.testing.assert_array_equal((slates >= 0).sum(axis=1), np.minimum(left, 6))
        some = units[slates[:, 0] >= 0]
        state = state.after(_took(state, some, slates[some, 0]))


@dataclass(frozen=True)
class _Counting(ModelPolicy):
    """Counts how often it is trained."""

    name: str = "popularity"
    trained: list = field(default_factory=list, compare=False)

    def refit(self, preferences, report=None):
        self.trained.append(1)
        return super().refit(preferences, report)


def test_arms_that_differ_in_stages_alone_are_trained_once(world):
    base = _Counting()
    arms = [base, StagedPolicy(base, (Mmr(0.3),)), StagedPolicy(base, (Mmr(0.8),))]
    state, arm = opening(world, seed=2), np.arange(world.n_units) % 3
    shelf = Shelf(arms, arm, 5)
    shelf.refit(state, joined([]), shared=True, report=None)
    assert len(base.trained) == 1
    alone = arms[1].refit(world.history)
    mine = np.flatnonzero(arm == 1)
    np.testing.assert_array_equal(shelf.slates(state, mine), alone.slates(state, mine, 5).items)
    shelf.refit(state, joined([]), shared=False, report=None)
    assert len(base.trained) == 1 + 1 + 3


def _took(state, units, items):
    return choose(state, units, items[:, None].astype(np.int32), 1)
