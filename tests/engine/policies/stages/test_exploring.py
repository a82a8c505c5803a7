"""Exploring: how often, what, and never what cannot be."""

import numpy as np
import pytest
from scipy.stats import norm

from engine.policies.drawing import drawn
from engine.policies.evidence import Evidence
from engine.policies.stages.epsilon import Epsilon
from engine.policies.stages.thompson import Thompson
from engine.world.pairs import contains, pairs_of
from tests.engine.policies.stages.pools import pool_of, small_state

N = 1500


@pytest.fixture(scope="module")
def state():
    return small_state(N)


def plain(state, slate_size=10):
    """Everybody's pool of the same twelve items."""
    return pool_of(np.tile(np.arange(12), (N, 1)), -np.arange(12), state=state, slate_size=slate_size)


def test_epsilon_is_the_share_of_places_that_explore(state):
    found = Epsilon(0.2).arranged(plain(state), 10).items[:, :10]
    had = state.seen.toarray()[:, :12] > 0
    outside = (found >= 12).mean()
    # Drawn evenly among what a unit has not had; draws from the pool itself count as exploring too.
    fresh = 40 - had.sum(axis=1) - (state.seen.toarray()[:, 12:] > 0).sum(axis=1)
    expected = 0.2 * np.mean((28 - (state.seen.toarray()[:, 12:] > 0).sum(axis=1)) / fresh)
    assert outside == pytest.approx(expected, abs=4 * np.sqrt(0.2 / (10 * N)))


def test_what_explores_is_fresh_new_each_session_and_nothing_is_twice(state):
    found = Epsilon(1.0).arranged(plain(state), 10)
    drawn_ = found.items[:, :10]
    assert not contains(state.seen_pairs, pairs_of(np.arange(N)[:, None], drawn_, 40)).any()
    for row in found.items:
        there = row[row >= 0]
        assert len(np.unique(there)) == len(there)
    later = Epsilon(1.0).arranged(plain(state.at(0, 1)), 10)
    assert (later.items[:, :10] != drawn_).mean() > 0.9


def test_what_was_there_moves_down(state):
    found = Epsilon(0.3).arranged(plain(state), 5).items[:, :12]
    for row in found:
        kept = row[(row < 12)]
        moved = row[:5][row[:5] < 12]
        rest = [item for item in kept if item not in moved]
        assert rest == sorted(rest)


def test_draws_are_even_over_what_is_open(state):
    pool = pool_of(np.full((N, 1), 39), [0.0], state=state)
    found = drawn(pool, "test", np.ones((N, 1), bool), np.array([3, 5, 8, 13]))[:, 0]
    fresh = state.seen.toarray()[:, [3, 5, 8, 13]] == 0
    sure = fresh.all(axis=1)
    counts = np.array([(found[sure] == item).sum() for item in (3, 5, 8, 13)])
    assert ((counts - counts.mean()) ** 2 / counts.mean()).sum() < 20  # chi-square, 3 degrees of freedom
    assert (found[~fresh.any(axis=1)] == -1).all()


def test_thompson_by_hand(state):
    # Relevance 1 and 0; nobody has item 1, three users have item 0: draws of spread 0.5 x value and value.
    stage = Thompson(1.5, np.array([1.5 / 2, 1.5]))
    found = stage.arranged(pool_of(np.tile([0, 1], (N, 1)), [7.0, 2.0], state=state), 2).items
    expected = norm.cdf(-1 / np.hypot(1.5 / 2, 1.5))
    assert (found[:, 0] == 1).mean() == pytest.approx(expected, abs=4 * np.sqrt(0.25 / N))
    again = stage.arranged(pool_of(np.tile([0, 1], (N, 1)), [7.0, 2.0], state=state.at(2, 0)), 2).items
    assert (again[:, 0] != found[:, 0]).mean() > 0.2


def test_thompson_knows_what_many_have(state):
    history = state.world.history
    stage = Thompson(2.0).fitted(Evidence(history))
    np.testing.assert_allclose(stage.doubt, 2 / np.sqrt(1 + history.item_users))
