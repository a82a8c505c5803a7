import numpy as np

from engine.world.taste import draw_tastes, latent, praise
from engine.world.temperature import choice_weights
from tests.engine.world.logs import small_log


def test_vectors_and_quality_are_standard_and_uncorrelated(ratings_log):
    found = latent(ratings_log.preferences, 4, np.random.default_rng(0))
    every = np.column_stack([found.vectors, found.quality])
    np.testing.assert_allclose(every.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(every.T @ every / len(every), np.eye(5), atol=1e-8)
    np.testing.assert_allclose(np.linalg.norm(found.taste, axis=1), 1)


def test_taste_finds_the_two_kinds_of_users(ratings_log):
    found = latent(ratings_log.preferences, 4, np.random.default_rng(0))
    liking = found.taste @ found.vectors.T
    own = np.array([liking[user, user % 2 :: 2].mean() for user in range(60)])
    other = np.array([liking[user, 1 - user % 2 :: 2].mean() for user in range(60)])
    assert (own > other).mean() > 0.95


def test_choice_weights_see_taste_and_popularity():
    weights = choice_weights(small_log(users=400).preferences, 4, np.random.default_rng(0))
    assert weights.pairs > 500
    assert weights.taste > 0.4
    assert weights.quality > 0.4


def test_too_small_a_log_weighs_both_alike():
    weights = choice_weights(small_log(users=5, per_user=4).preferences, 2, np.random.default_rng(0))
    assert (weights.taste, weights.quality, weights.pairs) == (1.0, 1.0, 0)


def test_lowest_rating_is_no_praise(ratings_log):
    preferences = ratings_log.preferences
    weight = praise(preferences)
    assert weight.min() == 0
    np.testing.assert_array_equal(weight == 0, preferences.value == 1)


def test_drawn_tastes_have_one_length_and_lean_on_the_log_as_far_as_it_is_known():
    found = latent(small_log(users=300, per_user=24).preferences, 4, np.random.default_rng(0))
    users = np.arange(300)
    drawn = draw_tastes(found, users, 1.0, np.random.default_rng(1))
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), 1)
    own = np.einsum("ur,ur->u", drawn, found.taste).mean()
    assert own > 0.6
    clones = draw_tastes(found, users, 0.5, np.random.default_rng(1))
    np.testing.assert_allclose(np.linalg.norm(clones, axis=1), 1)
    assert 0.3 < np.einsum("ur,ur->u", clones, found.taste).mean() < own - 0.1


def test_a_user_without_history_has_a_taste_of_the_population(ratings_log):
    few = ratings_log.preferences
    found = latent(few.take(few.user != 3), 4, np.random.default_rng(0))
    np.testing.assert_array_equal(found.mean[3], 0)
    one, two = (draw_tastes(found, np.full(2000, 3), 1.0, np.random.default_rng(seed)) for seed in (1, 2))
    assert (one != two).all()
    # The two kinds of users lie along one direction: so do those drawn.
    spread = np.linalg.eigvalsh(one.T @ one / 2000)
    assert spread[-1] > 0.4
