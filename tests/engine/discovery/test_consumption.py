"""Every measure against a loop over users, items and pairs."""

from dataclasses import replace

import numpy as np
import pytest

from engine.discovery import consumption
from engine.metrics.gini import gini
from engine.world import Consumed


def consumed_of(unit, item, utility=0.0):
    unit, item = np.array(unit, dtype=np.int32), np.array(item, dtype=np.int32)
    flat = np.zeros(len(unit))
    return Consumed(flat.astype(np.int32), unit, item, flat.astype(bool), flat.astype(bool), flat + utility)


@pytest.fixture(scope="module")
def lists(world):
    rng = np.random.default_rng(0)
    return np.array([rng.choice(world.n_items, 3, replace=False) for _ in range(world.n_units)])


@pytest.fixture(scope="module")
def taken(world, lists):
    return consumption.taken_by(world, consumed_of(np.repeat(np.arange(world.n_units), 3), lists.ravel()))


@pytest.fixture(scope="module")
def members(world):
    return np.vstack([np.ones(world.n_units), np.random.default_rng(1).random(world.n_units) < 0.3])


def directions(world):
    return world.vectors / np.linalg.norm(world.vectors, axis=1, keepdims=True)


def test_spread_is_one_less_the_mean_cosine_of_pairs(world, lists, taken):
    cosines = np.einsum("uar,ubr->uab", directions(world)[lists], directions(world)[lists])
    expected = 1 - cosines[:, [0, 0, 1], [1, 2, 2]].mean(axis=1)
    np.testing.assert_allclose(consumption.spread_within(world, taken), expected)


def test_category_spread_is_the_share_of_pairs_that_differ(world, lists, taken):
    differ = world.category[lists][:, [0, 0, 1]] != world.category[lists][:, [1, 2, 2]]
    np.testing.assert_allclose(consumption.category_spread(world, taken), differ.mean(axis=1))


def test_distance_is_over_pairs_of_different_users(world, lists, taken, members):
    profile = directions(world)[lists].sum(axis=1)
    profile /= np.linalg.norm(profile, axis=1, keepdims=True)
    distance = 1 - profile @ profile.T
    expected = [np.average(distance, weights=np.outer(row, row) * (1 - np.eye(len(row)))) for row in members]
    np.testing.assert_allclose(consumption.distance_between(world, taken, members), expected)


def test_gini_and_coverage_count_the_whole_catalogue(lists, world):
    counts = np.vstack([np.bincount(lists.ravel(), minlength=world.n_items), np.eye(world.n_items)[3]])
    np.testing.assert_allclose(consumption.gini(counts), [gini(row) for row in counts])
    np.testing.assert_allclose(consumption.coverage(counts), [(row > 0).mean() for row in counts])


def test_drift_is_one_less_the_cosine_of_tastes(world):
    turned = replace(world, taste=np.roll(world.taste, 1, axis=1))
    length = np.linalg.norm(world.taste, axis=1) ** 2
    np.testing.assert_allclose(
        consumption.taste_drift(turned, world), 1 - (turned.taste * world.taste).sum(axis=1) / length
    )
    np.testing.assert_allclose(consumption.taste_drift(world, world), 0, atol=1e-12)


def test_what_cannot_be_measured_is_nan(world, members):
    one_each = consumption.taken_by(world, consumed_of([0, 1], [3, 4]))
    assert np.isnan(consumption.spread_within(world, one_each)).all()
    assert np.isnan(consumption.category_spread(replace(world, categories=()), one_each)).all()
    assert np.isnan(consumption.mean_of(np.full(world.n_units, np.nan), members)).all()
    assert np.isnan(consumption.gini(np.zeros((1, 5))))
