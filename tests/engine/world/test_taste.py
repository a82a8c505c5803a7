import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.world.taste import choice_weights, complete, latent, praise
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


@settings(max_examples=20, deadline=None)
@given(share=st.floats(0, 1), seed=st.integers(0, 2**20))
def test_completed_tastes_have_one_length_and_lean_on_the_log_as_far_as_it_is_known(share, seed):
    rng = np.random.default_rng(seed)
    taste = rng.standard_normal((200, 6))
    taste /= np.linalg.norm(taste, axis=1, keepdims=True)
    taste[0] = 0
    full = complete(taste, np.full(200, share), np.random.default_rng(seed + 2**21))
    np.testing.assert_allclose(np.linalg.norm(full, axis=1), 1)
    assert np.einsum("ur,ur->u", full, taste)[1:].mean() == pytest.approx(np.sqrt(share), abs=0.15)
