from dataclasses import replace

import numpy as np
import pytest

from engine.errors import DataError
from engine.policies import make_policy
from engine.world import WorldParameters, fit_world, run
from tests.engine.world.logs import small_log


def test_utilities_are_in_standard_deviations_for_every_unit(world):
    block = world.utility_block(np.arange(world.n_units))
    np.testing.assert_allclose(block.mean(axis=1), 0, atol=1e-9)
    np.testing.assert_allclose(block.std(axis=1), 1, atol=1e-9)


def test_utility_of_pairs_is_the_block(world):
    units = np.arange(world.n_units)
    items = np.tile(np.arange(world.n_items), (world.n_units, 1))
    block = world.utility_block(units)
    np.testing.assert_allclose(world.utility(units, items), block)
    np.testing.assert_allclose(world.utility(units, items[:, 3]), block[:, 3])


def test_users_prefer_what_their_kind_takes(ratings_log):
    world = fit_world(ratings_log, np.random.default_rng(1), params=WorldParameters(rank=4))
    block = world.utility_block(np.arange(world.n_units))
    even, odd = block[:, ::2].mean(axis=1), block[:, 1::2].mean(axis=1)
    assert ((even > odd) == (world.user % 2 == 0)).mean() > 0.8


def test_fewer_units_are_drawn_without_replacement(ratings_log):
    world = fit_world(ratings_log, np.random.default_rng(1), users=30)
    assert len(np.unique(world.user)) == 30
    for unit in (0, 17, 29):
        had = ratings_log.preferences.item[ratings_log.preferences.user == world.user[unit]]
        np.testing.assert_array_equal(world.history.item[world.history.user == unit], had)


def test_more_units_are_everybody_and_clones(ratings_log):
    params = WorldParameters(clone_keep=0.5)
    world = fit_world(ratings_log, np.random.default_rng(1), users=600, params=params)
    np.testing.assert_array_equal(world.user[:60], np.arange(60))
    original = ratings_log.preferences.user_items[world.user]
    kept = world.history.user_items / original
    np.testing.assert_array_equal(kept[:60], 1)
    assert kept[60:].mean() == pytest.approx(0.5, abs=0.05)
    alike = np.einsum("ur,ur->u", world.taste[60:], world.taste[world.user[60:]])
    assert 0 < alike.mean() < (world.taste[0] ** 2).sum() * 0.95


def test_popularity_meets_the_click_through_it_was_calibrated_to(ratings_log):
    params = WorldParameters(click_through=0.08, purchase_rate=0.3, purchases_per_cart=0.5)
    world = fit_world(ratings_log, np.random.default_rng(1), users=1500, params=params)
    outcomes = run(world, [make_policy("popularity")], np.zeros(1500, int), days=14, seed=2)
    _, shown, clicks, carts, purchases, *_ = outcomes.total().sum(axis=0)
    assert clicks / shown == pytest.approx(0.08, rel=0.15)
    assert purchases / clicks == pytest.approx(0.3, rel=0.1)
    assert purchases / carts == pytest.approx(0.5, rel=0.1)


def test_purchase_rate_follows_a_log_that_names_views_and_purchases(events_log):
    world = fit_world(events_log, np.random.default_rng(1))
    rows = events_log.interactions
    viewed = set(zip(*(rows.loc[rows["event"] == "view", [c]].squeeze() for c in ("user", "item")), strict=True))
    bought = set(zip(*(rows.loc[rows["event"] == "purchase", [c]].squeeze() for c in ("user", "item")), strict=True))
    assert world.params.purchase_rate == pytest.approx(len(viewed & bought) / len(viewed))
    assert any("follow the log" in note for note in world.notes)
    assert (world.click_weight, world.purchase_weight) == (1.0, 5.0)


def test_without_prices_revenue_counts_conversions():
    world = fit_world(small_log(prices=False), np.random.default_rng(1))
    np.testing.assert_array_equal(world.price, 1)
    np.testing.assert_array_equal(world.response.price_effect, 0)
    assert any("no price" in note for note in world.notes)


def test_dear_items_are_bought_less(world):
    items = np.array([0, world.n_items - 1])  # prices rise with the code
    cheap, dear = world.response.purchase(np.zeros(2), items)
    assert cheap > dear


def test_a_missing_price_is_the_median(ratings_log):
    log = replace(ratings_log, items=ratings_log.items.assign(price=[None, "x", *range(1, 39)]))
    world = fit_world(log, np.random.default_rng(1))
    np.testing.assert_array_equal(world.price[:2], 19.5)


def test_categories_are_coded(world):
    assert world.categories == ("books", "games")
    np.testing.assert_array_equal(world.category, np.arange(40) % 2)


def test_same_seed_same_world(ratings_log):
    one, two = (fit_world(ratings_log, np.random.default_rng(7), users=80) for _ in range(2))
    for name in ("taste", "vectors", "quality", "activity"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    np.testing.assert_array_equal(one.history.item, two.history.item)
    assert one.response.click_intercept == two.response.click_intercept


def test_ratings_come_out_as_the_log_has_them(ratings_log):
    world = fit_world(ratings_log, np.random.default_rng(1))
    utility = world.utility(world.history.user, world.history.item)
    noise = np.random.default_rng(3).normal(0, world.params.rating_noise, len(utility))
    given = world.ratings.rate(utility + noise)
    values, counts = np.unique(world.history.value, return_counts=True)
    got = np.array([(given == value).mean() for value in values])
    np.testing.assert_allclose(got, counts / counts.sum(), atol=0.05)


def test_too_small_a_log_is_refused(ratings_log):
    lonely = replace(ratings_log, users=ratings_log.users[:1], interactions=ratings_log.interactions[:0])
    with pytest.raises(DataError, match="small has 1 users, 40 items and 0 user-item pairs"):
        fit_world(lonely, np.random.default_rng(1))
    with pytest.raises(DataError, match="0 simulated users"):
        fit_world(ratings_log, np.random.default_rng(1), users=0)


def test_smallest_log_gives_a_world(ratings_log):
    log = small_log(users=2, items=3, per_user=2)
    world = fit_world(log, np.random.default_rng(1), users=5)
    outcomes = run(world, [make_policy("oracle")], np.zeros(5, int), days=3, slate_size=3, seed=1)
    assert np.isfinite(outcomes.values).all()
