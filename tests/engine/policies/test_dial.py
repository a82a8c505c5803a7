import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.errors import ModelError
from engine.policies import item_novelty, make_policy, rerank
from engine.world import fit_world
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
)
def test_order_is_a_permutation_and_ends_are_the_two_orders(scores, novelty, dial):
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


def test_a_simulated_policy_turns_the_same_dial(state):
    users, history = np.arange(state.world.n_units), state.world.history
    novelty = item_novelty(history.item_users, history.n_users)
    base = make_policy("popularity").refit(history)
    pool = base.slates(state, users, 40)
    mean = []
    for dial in (0.0, 0.5, 1.0):
        found = make_policy(f"popularity+dial:{dial}").refit(history).slates(state, users, 4)
        place = rerank(pool.scores, novelty[np.maximum(pool.items, 0)], dial, 4)
        np.testing.assert_array_equal(found.items, np.take_along_axis(pool.items, place, axis=1))
        mean.append(novelty[found.items].mean())
    assert mean[0] < mean[1] < mean[2]


def test_a_dial_out_of_range_is_named():
    with pytest.raises(ModelError, match=r"The dial was 1.5"):
        rerank(SCORES, NOVELTY, 1.5, 2)
    with pytest.raises(ModelError, match=r"surprise of dial must be a number from 0 to 1; it was 1.5"):
        make_policy("svd+dial:1.5")
