"""Synthetic worlds, and what fitting gives back of one whose every number is known.

Each error stated is about twice the root mean squared error over ten other seeds (of logs of 400 users, 120 items and
ten weeks). Where the mean error is not near zero a comment says so.
"""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import DataError
from engine.policies import make_policy
from engine.world import WorldParameters, fit_world, run
from engine.world.synthetic import Dials, draw_log, synthetic_log, synthetic_world

DIALS = Dials(users=400, items=120, rank=4, weeks=10, seed=3)
PARAMS = WorldParameters(rank=4, purchase_sensitivity=0.8, cart_sensitivity=0.8)


@pytest.fixture(scope="module")
def truth():
    return synthetic_world(replace(DIALS, weeks=0), params=PARAMS)


@pytest.fixture(scope="module")
def log(truth):
    return draw_log(truth, 70, DIALS.seed)


@pytest.fixture(scope="module")
def fitted(log):
    return fit_world(log, np.random.default_rng(0), params=WorldParameters(rank=4))


def personal(world):
    return world.taste @ world.vectors.T


def test_taste_directions_come_back(truth, fitted):
    alike = [np.corrcoef(one, two)[0, 1] for one, two in zip(personal(truth), personal(fitted), strict=True)]
    assert np.median(alike) > 0.6  # a drawn taste is the log's part and a draw of the rest: 0.72 on average


def test_choice_weight_and_revisits_come_back(truth, fitted):
    weight, found = (np.linalg.norm(each.taste[0]) * each.response.click_slope for each in (truth, fitted))
    assert found == pytest.approx(weight, abs=0.36)  # 0.12 too low on average
    assert fitted.revisit == pytest.approx(truth.revisit, abs=0.16)


def test_exposure_comes_back(truth, fitted):
    """Rank and level: what all like and what all come across cannot be told apart, so no better than alike."""
    assert np.corrcoef(np.log(truth.exposure), np.log(fitted.exposure))[0, 1] > 0.55


def test_activity_rhythm_and_session_length_come_back(truth, fitted):
    assert np.corrcoef(np.log(truth.activity), np.log(fitted.activity))[0, 1] > 0.75
    # Rates count from the first visit to the last, too few days: 14% too high on average.
    assert fitted.activity.mean() == pytest.approx(truth.activity.mean(), rel=0.28)
    np.testing.assert_allclose(fitted.rhythm, truth.rhythm, atol=0.1)
    assert fitted.items_per_session.mean() == pytest.approx(DIALS.session_items, rel=0.06)


def test_the_funnel_comes_back(fitted):
    assert {"cart_sensitivity", "purchase_sensitivity", "price_sensitivity_strength"} <= set(fitted.measured)
    # Item vectors are known with error, which flattens slopes: 0.17 and 0.33 too low on average.
    assert fitted.params.cart_sensitivity == pytest.approx(0.8, abs=0.35)
    assert fitted.params.purchase_sensitivity == pytest.approx(0.8, abs=0.55)
    assert fitted.params.price_sensitivity_strength == pytest.approx(0.3, abs=0.13)


def test_a_value_given_is_not_fitted_over(log):
    given = WorldParameters(rank=4, cart_sensitivity=1.7)
    assert fit_world(log, np.random.default_rng(0), users=50, params=given).params.cart_sensitivity == 1.7


def test_popularity_comes_back_as_the_world_had_it(log, fitted):
    """Simulated users take items about as often as the log's did."""
    again = draw_log(replace(fitted, history=fitted.history.take(np.zeros(len(fitted.history), bool))), 70, 5)
    users = [each.preferences.item_users / each.preferences.item_users.sum() for each in (log, again)]
    assert np.corrcoef(*users)[0, 1] > 0.9


def test_utilities_are_in_standard_deviations(truth):
    block = truth.utility_block(np.arange(truth.n_units))
    np.testing.assert_allclose(block.mean(axis=1), 0, atol=1e-9)
    np.testing.assert_allclose(block.std(axis=1), 1, atol=1e-9)


def test_a_synthetic_world_has_a_history_and_runs_like_any_other():
    world = synthetic_world(Dials(users=60, items=40, weeks=4))
    assert len(world.history) > 60
    outcomes = run(world, [make_policy("popularity")], np.zeros(60, int), days=7, seed=1)
    assert outcomes.total().sum(axis=0)[2] > 0


def test_more_skew_is_more_popularity_and_stronger_taste_is_more_alike():
    even, skewed = (synthetic_log(Dials(popularity_skew=skew)).preferences.item_users for skew in (0.0, 1.5))
    assert np.sort(skewed)[-20:].sum() / skewed.sum() > 1.5 * np.sort(even)[-20:].sum() / even.sum()


def test_the_minority_is_as_large_as_its_dial():
    strict = Dials(users=4000, items=20, taste_groups=3, minority_share=0.2, weeks=0)
    world = synthetic_world(strict)
    assert world.n_units == 4000
    assert synthetic_world(strict).taste.tolist() == world.taste.tolist()


def test_dials_are_read_from_text():
    assert Dials.parse("synthetic:users=50, weekend=2.5") == Dials(users=50, weekend=2.5)
    assert Dials.parse("synthetic") == Dials()
    assert Dials().told == "users=500, items=200"
    changed = Dials(items=40, minority_share=0.25, seed=7)
    assert changed.told == "users=500, items=40, minority_share=0.25, seed=7"
    assert Dials.parse(changed.told) == changed


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("synthetic:user=5", "Dial 'user' was not found.*Did you mean 'users'"),
        ("synthetic:users=many", "The dial users was 'many'. It needs a whole number"),
        ("synthetic:users=1", "The dial users was 1. It lies between 2"),
        ("synthetic:users", "The dial users was ''"),
    ],
)
def test_a_wrong_dial_is_named(text, sentence):
    with pytest.raises(DataError, match=sentence):
        Dials.parse(text)
