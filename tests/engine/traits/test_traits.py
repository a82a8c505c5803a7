"""Traits read from a log: those planted come back, and noise tells nothing."""

from dataclasses import replace

import numpy as np
import pytest

from engine.preferences import Preferences
from engine.traits import item_difficulty, relative_prices, user_experience, user_thrift
from engine.traits.shrinkage import shrunken


def observed(reliable, n_owners=300, each=5, seed=0):
    rng = np.random.default_rng(seed)
    true = rng.normal(0, 1, n_owners)
    owner = np.repeat(np.arange(n_owners), each)
    return true, shrunken(7 + reliable * true[owner] + rng.normal(0, 1, len(owner)), owner, n_owners + 1)


def test_a_planted_trait_comes_back_as_far_as_it_says():
    true, found = observed(1.0)
    share = 1 / (1 + 1 / 5)  # variance between owners, over itself and the noise of five observations
    assert found.reliability[0] == pytest.approx(share, abs=0.05)
    assert np.corrcoef(found.known[:-1], true)[0, 1] ** 2 == pytest.approx(share, abs=0.06)
    assert (found.known[-1], found.reliability[-1]) == (0, 0)


def test_a_drawn_trait_has_the_variance_of_the_true_one():
    _, found = observed(1.0)
    drawn = found.drawn(np.random.default_rng(1).normal(size=len(found.known)))
    assert drawn.std() == pytest.approx(1, abs=0.1)


def test_noise_tells_next_to_nothing():
    assert observed(0.0)[1].reliability.max() < 0.2


@pytest.mark.parametrize("owners", [np.zeros(4, int), np.arange(4)])
def test_one_owner_or_one_observation_each_tells_nothing(owners):
    found = shrunken(np.arange(4.0), owners, 4)
    assert not found.known.any()
    assert not found.reliability.any()


def histories(items, time, n_items):
    """Preferences of users whose rows of ``items`` were taken at ``time``."""
    n, length = items.shape
    user, item = np.repeat(np.arange(n), length), items.ravel()
    order = np.lexsort((item, user))
    return Preferences(
        user=user.astype(np.int32),
        item=item[order].astype(np.int32),
        value=np.ones(n * length),
        n_users=n,
        n_items=n_items,
        scale=(0, 1),
        explicit=False,
        time=np.broadcast_to(time, items.shape).ravel()[order].astype(np.int64),
    )


@pytest.fixture(scope="module")
def climbing():
    """Users who take 8 of 40 items from the easiest (0) to the hardest, each beginning on another day."""
    rng = np.random.default_rng(3)
    items = np.sort(np.stack([rng.choice(40, 8, replace=False) for _ in range(200)]), axis=1)
    return histories(items, rng.integers(0, 1000, (200, 1)) + np.arange(8), 40)


def test_what_comes_late_in_histories_is_difficult(climbing):
    found = item_difficulty(climbing)
    assert np.corrcoef(found.known, np.arange(40))[0, 1] > 0.95
    assert found.reliability.mean() > 0.8


def test_without_times_or_long_histories_nothing_is_difficult(climbing):
    short = climbing.take(climbing.item < 10)
    for log in (replace(climbing, time=None), short.take(short.user_items[short.user] < 5)):
        assert not item_difficulty(log).known.any()


def test_what_is_new_is_not_taken_for_difficult():
    """All begin in the log's first days; half of what they take has just come out: late, but not difficult."""
    rng = np.random.default_rng(4)
    time = rng.integers(0, 4, (400, 1)) + np.arange(8)
    items = np.stack([rng.choice(50, 8, replace=False) for _ in range(400)])
    items = np.where(rng.random(items.shape) < 0.5, 50 + time, items)
    assert np.abs(item_difficulty(histories(items, time, 61)).known[50:]).max() < 0.3


def test_pairs_of_one_moment_share_their_place(climbing):
    assert not item_difficulty(replace(climbing, time=np.zeros_like(climbing.time))).known.any()


def test_experience_counts_by_the_logarithm():
    population = np.array([0, 1, 3, 7, 15])
    found = user_experience(np.array([1, 3, 7, 15]), population)
    np.testing.assert_allclose(np.diff(found), found[1] - found[0])
    assert found.mean() == pytest.approx(0)
    assert found.std() == pytest.approx(1)
    assert not user_experience(np.array([3]), np.zeros(2, int)).any()


def test_who_takes_what_is_cheap_of_its_kind_is_thrifty():
    price = np.array([1.0, 2.0, 10.0, 20.0, 0.0])
    relative = relative_prices(price, np.array([0, 0, 1, 1, -1]))
    np.testing.assert_allclose(relative, [-np.log(2) / 2, np.log(2) / 2, -np.log(2) / 2, np.log(2) / 2, 0])
    taken = histories(np.array([[0, 2], [1, 3], [0, 1]]), np.arange(2), 5)
    found = user_thrift(taken, relative)
    assert found.known[0] > 0.1 > abs(found.known[2])
    assert found.known[0] == pytest.approx(-found.known[1])
    assert not relative_prices(np.zeros(3), np.zeros(3, int)).any()
