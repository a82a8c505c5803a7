import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.policies import OraclePolicy, RandomPolicy
from engine.world import fit_world
from engine.world.policy import opening
from tests.engine.world.logs import small_log


@pytest.fixture(scope="module")
def state():
    return opening(fit_world(small_log(), np.random.default_rng(1), users=3000), seed=1)


def test_random_draws_every_item_alike_and_none_twice(state):
    items = RandomPolicy().slates(state, np.arange(3000), 10).items
    assert (np.diff(np.sort(items, axis=1), axis=1) > 0).all()
    shown = np.bincount(items.ravel(), minlength=40)
    assert shown.std() / shown.mean() < 0.08
    first = np.bincount(items[:, 0], minlength=40)
    assert ((first - 75) ** 2 / 75).sum() < 80  # chi-square, 39 degrees of freedom, p < 0.0002


def test_random_pairs_are_alike_too(state):
    items = RandomPolicy().slates(state, np.arange(3000), 2).items
    apart = np.bincount((items[:, 1] - items[:, 0]) % 40, minlength=40)[1:]
    assert ((apart - 3000 / 39) ** 2 / (3000 / 39)).sum() < 80


@settings(max_examples=25, deadline=None)
@given(k=st.integers(1, 40), day=st.integers(0, 30), session=st.integers(0, 5))
def test_random_lists_are_prefixes_and_belong_to_the_unit(state, k, day, session):
    now = state.at(day, session)
    units = np.array([5, 2, 44])
    items = RandomPolicy().slates(now, units, k).items
    np.testing.assert_array_equal(items, RandomPolicy().slates(now, np.arange(50), 40).items[units, :k])


def test_random_is_new_each_session_day_and_seed(state):
    units = np.arange(20)
    first = RandomPolicy().slates(state, units, 10).items
    for policy, when in ((RandomPolicy(), (0, 1)), (RandomPolicy(), (1, 0)), (RandomPolicy(1), (0, 0))):
        assert (policy.slates(state.at(*when), units, 10).items != first).mean() > 0.8


def test_oracle_shows_the_highest_true_utility_not_yet_had(state):
    units = np.arange(30)
    items = OraclePolicy().slates(state, units, 5).items
    utility = np.where(state.seen.toarray()[units] > 0, -np.inf, state.world.utility_block(units))
    np.testing.assert_array_equal(items, np.argsort(-utility, axis=1, kind="stable")[:, :5])
