"""The conditional logit: weights that are known, and what must not move them."""

import numpy as np
import pytest

from engine.models.conditional_logit import learn_choice


def test_one_column_and_one_choice_of_two_has_a_known_weight():
    # Nine users in ten take the candidate that has the property: the weight is the log odds.
    columns = np.tile([[1.0], [0.0]], (10, 1))
    wanted = np.tile([True, False], 10)
    wanted[-2:] = [False, True]
    weights = learn_choice(columns, wanted, np.repeat(np.arange(10), 2), 0.0)
    np.testing.assert_allclose(weights, [np.log(9)], atol=1e-4)


@pytest.mark.parametrize("seed", [0, 1])
def test_choices_drawn_by_known_weights_give_them_back(seed):
    rng = np.random.default_rng(seed)
    true = np.array([1.5, -0.7, 0.0])
    columns = rng.standard_normal((1500, 12, 3))
    drawn = np.argmax(columns @ true + rng.gumbel(size=(1500, 12)), axis=1)
    wanted = np.arange(12) == drawn[:, None]
    weights = learn_choice(columns.reshape(-1, 3), wanted.ravel(), np.repeat(np.arange(1500), 12), 0.0)
    np.testing.assert_allclose(weights, true, atol=0.2)


def test_a_penalty_shrinks_and_users_who_wanted_nothing_do_not_count():
    columns = np.array([[1.0], [0.0], [0.0], [5.0], [1.0]])
    wanted = np.array([True, False, True, False, False])
    user = np.array([3, 3, 3, 8, 8])
    free = learn_choice(columns, wanted, user, 0.01)
    assert 0 < learn_choice(columns, wanted, user, 1.0)[0] < free[0]
    assert learn_choice(columns[:3], wanted[:3], user[:3], 0.01)[0] == pytest.approx(free[0], abs=1e-6)
    assert learn_choice(columns, np.zeros(5, dtype=bool), user, 0.01).tolist() == [0.0]
