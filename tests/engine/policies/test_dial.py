from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.errors import ModelError
from engine.policies import DialPolicy, ModelPolicy, OraclePolicy, RandomPolicy, item_novelty, rerank
from engine.world import fit_world, run
from engine.world.policy import opening
from tests.engine.world.logs import small_log

SCORES = np.array([[9.0, 5.0, 1.0, -np.inf]])
NOVELTY = np.array([0.0, 4.0, 2.0, 8.0])


@pytest.fixture(scope="module")
def state():
    return opening(fit_world(small_log(), np.random.default_rng(1)), seed=1)


@pytest.mark.parametrize(
    ("dial", "order"),
    [(0.0, [0, 1, 2, -1]), (1.0, [1, 2, 0, -1]), (0.5, [1, 0, 2, -1])],
    # at 0.5: 0.5 x 1 + 0, 0.5 x 0.5 + 0.5 x 1, 0 + 0.5 x 0.5
)
def test_dial_by_hand(dial, order):
    np.testing.assert_array_equal(rerank(SCORES, NOVELTY, dial, 4), [order])
    np.testing.assert_array_equal(rerank(SCORES, NOVELTY, dial, 2), [order[:2]])


@given(
    scores=hnp.arrays(float, (3, 8), elements=st.floats(-100, 100)),
    novelty=hnp.arrays(float, 8, elements=st.floats(0, 20)),
    dial=st.floats(0, 1),
    scale=st.floats(0.1, 50),
)
def test_order_is_a_permutation_and_ends_are_the_two_orders(scores, novelty, dial, scale):
    order = rerank(scores, novelty, dial, 8)
    np.testing.assert_array_equal(np.sort(order, axis=1), np.tile(np.arange(8), (3, 1)))
    familiar = np.take_along_axis(scores, rerank(scores, novelty, 0.0, 8), axis=1)
    assert (np.diff(familiar, axis=1) <= 1e-9).all()
    surprising = novelty[rerank(scores, novelty, 1.0, 8)]
    assert (np.diff(surprising, axis=1) <= 1e-9).all()


def test_more_surprise_never_lowers_the_novelty_of_the_list():
    rng = np.random.default_rng(0)
    scores, novelty = rng.normal(size=(50, 100)), rng.random(100)
    mean = [novelty[rerank(scores, novelty, dial, 10)].mean() for dial in np.linspace(0, 1, 11)]
    assert (np.diff(mean) >= -1e-12).all()


def test_equal_scores_and_empty_rows_are_no_trouble():
    np.testing.assert_array_equal(rerank(np.zeros((1, 3)), np.zeros(3), 0.5, 3), [[0, 1, 2]])
    np.testing.assert_array_equal(rerank(np.full((1, 2), np.nan), np.zeros(2), 0.5, 2), [[-1, -1]])


def test_novelty_by_hand():
    np.testing.assert_allclose(item_novelty(np.array([8, 4, 1, 0]), 8), [0, 1, 3, 3])


def test_policy_shows_rarer_items_as_the_dial_turns(state):
    users = np.arange(state.world.n_units)
    history = state.world.history
    mean = []
    for dial in (0.0, 0.5, 1.0):
        policy = DialPolicy(ModelPolicy("popularity"), dial, pool=3).refit(history)
        ranking = policy.slates(state, users, 5)
        assert ranking.items.shape == ranking.scores.shape == (len(users), 5)
        mean.append(policy.novelty[ranking.items].mean())
    assert mean[0] < mean[1] < mean[2]
    plain = ModelPolicy("popularity").refit(history).slates(state, users, 5)
    familiar = DialPolicy(ModelPolicy("popularity"), 0.0).refit(history).slates(state, users, 5)
    np.testing.assert_array_equal(plain.items, familiar.items)


def test_policies_compose(state):
    world = state.world
    twice = DialPolicy(DialPolicy(OraclePolicy(), 0.2), 0.1)
    assert twice.title == "Oracle (surprise 20%) (surprise 10%)"
    outcomes = run(world, [twice, DialPolicy(RandomPolicy(), 0.5)], np.arange(world.n_units) % 2, days=3, seed=1)
    assert outcomes.values[..., 1].sum() > 0


def test_dial_out_of_range_and_untrained_are_named(state):
    with pytest.raises(ModelError, match=r"The dial was 1.5"):
        DialPolicy(OraclePolicy(), 1.5)
    with pytest.raises(ModelError, match=r"Oracle \(surprise 50%\) has not been trained"):
        DialPolicy(OraclePolicy(), 0.5).slates(state, np.arange(2), 3)


@dataclass(frozen=True)
class _Two:
    """Has two items for anybody."""

    title = "Two"
    each_session = False

    def refit(self, preferences, report=None):
        return self

    def slates(self, state, users, k):
        items = np.full((len(users), k), -1, dtype=np.int32)
        items[:, :2] = [3, 1]
        return RandomPolicy().slates(state, users, 1).__class__(items, np.where(items >= 0, 1.0, np.nan))


def test_a_short_list_stays_short(state):
    ranking = DialPolicy(_Two(), 0.3).refit(state.world.history).slates(state, np.arange(4), 5)
    assert ((ranking.items >= 0).sum(axis=1) == 2).all()
    np.testing.assert_array_equal(np.isnan(ranking.scores), ranking.items < 0)
