"""How surely a study knows what it counted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from engine.errors import ExperimentError
from experiments.calibration.rates import BINS, binomial_interval, uniformity


@given(st.integers(0, 200), st.integers(1, 200))
def test_the_interval_is_scipys_exact_one(successes, trials):
    k = min(successes, trials)
    low, high = binomial_interval(k, trials)
    wanted = stats.binomtest(k, trials).proportion_ci(method="exact")
    np.testing.assert_allclose([low, high], [wanted.low, wanted.high], atol=1e-9)


def test_intervals_of_many_rates_at_once_and_of_none():
    low, high = binomial_interval(np.array([[0, 5], [10, 3]]), 10)
    assert low.shape == high.shape == (2, 2)
    assert low[0, 0] == 0
    assert high[1, 0] == 1
    assert binomial_interval(0, 0) == (0.0, 1.0)
    with pytest.raises(ExperimentError, match="below 0 or above"):
        binomial_interval(11, 10)


def test_uniform_p_values_are_told_from_others():
    rng = np.random.default_rng(1)
    flat = uniformity(rng.random((500, 4)))
    assert flat.uniform
    assert sum(flat.counts) == 2000
    assert len(flat.counts) == BINS
    skewed = uniformity(rng.random(2000) ** 1.3)
    assert not skewed.uniform
    assert skewed.gap > skewed.allowed


def test_the_gap_is_that_of_kolmogorov_and_smirnov():
    values = np.random.default_rng(2).random(333)
    found = uniformity(np.append(values, np.nan))
    wanted = stats.kstest(values, "uniform")
    assert found.gap == pytest.approx(wanted.statistic)
    assert (wanted.pvalue > 0.01) == found.uniform


def test_no_p_values_are_not_uniform():
    found = uniformity(np.full((3, 1), np.nan))
    assert not found.uniform
    assert np.isnan(found.gap)
