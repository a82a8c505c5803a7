"""Bootstrap intervals: right value, right width, the same for the same seed."""

import numpy as np
import pytest

from engine.metrics import intervals
from engine.metrics.intervals import ratio_intervals


def test_a_mean_has_the_interval_of_the_normal_approximation():
    values = np.random.default_rng(0).normal(5, 2, size=(4000, 1))
    value, low, high = ratio_intervals(values, np.ones_like(values), replications=2000)
    half = 1.959964 * values.std() / np.sqrt(len(values))
    assert value[0] == pytest.approx(values.mean())
    assert low[0] == pytest.approx(values.mean() - half, abs=half * 0.1)
    assert high[0] == pytest.approx(values.mean() + half, abs=half * 0.1)


def test_a_ratio_of_sums_weighs_users_by_their_pairs():
    value, *_ = ratio_intervals(np.array([[9.0], [1.0]]), np.array([[9.0], [1.0]]))
    assert value[0] == 1
    value, *_ = ratio_intervals(np.array([[0.0], [1.0]]), np.array([[3.0], [1.0]]))
    assert value[0] == 0.25


def test_users_of_no_concern_change_nothing():
    values = np.random.default_rng(1).random((50, 1))
    padded = np.vstack([values, np.zeros((30, 1))])
    counts = np.vstack([np.ones((50, 1)), np.zeros((30, 1))])
    value, low, high = ratio_intervals(padded, counts)
    assert value[0] == pytest.approx(values.mean())
    assert low[0] < value[0] < high[0]


def test_blocks_of_draws_do_not_change_the_width(monkeypatch):
    values = np.random.default_rng(2).random((300, 2))
    whole = ratio_intervals(values, np.ones_like(values), seed=4)
    monkeypatch.setattr(intervals, "DRAWS_AT_ONCE", 1000)
    blocks = ratio_intervals(values, np.ones_like(values), seed=4)
    np.testing.assert_allclose(whole, blocks, rtol=1e-12)


def test_the_seed_decides_the_draws():
    values = np.random.default_rng(3).random((40, 1))
    ones = np.ones_like(values)
    first, same = ratio_intervals(values, ones, seed=1), ratio_intervals(values, ones, seed=1)
    assert np.array_equal(first, same)
    assert first[1] != ratio_intervals(values, ones, seed=2)[1]


@pytest.mark.parametrize("n_users", [0, 5])
def test_nothing_measured_is_nan(n_users):
    nothing = np.zeros((n_users, 1))
    assert np.isnan(ratio_intervals(nothing, nothing)).all()
