import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats.mstats import winsorize

from engine.errors import ExperimentError
from experiments.capping import cap


def test_the_cut_off_is_pooled_and_occurs():
    found = cap(np.arange(101.0)[:, None], upper=0.95, lower=0.02)
    assert (found.low.item(), found.high.item()) == (2, 95)
    assert (found.n_low.item(), found.n_high.item()) == (2, 5)
    assert found.values.min() == 2
    assert found.values.max() == 95


def test_it_is_scipys_winsorising_where_the_ranks_are_whole():
    values = np.random.default_rng(1).lognormal(0, 2, 101)
    found = cap(values[:, None], upper=0.9, lower=0.1).values[:, 0]
    np.testing.assert_array_equal(found, np.asarray(winsorize(values, limits=(0.1, 0.1))))


def test_zeros_may_be_left_out_of_the_quantile():
    values = np.concatenate([np.zeros(900), np.arange(1.0, 101)])[:, None]
    assert cap(values, upper=0.99).high.item() == 91
    found = cap(values, upper=0.99, of_nonzero=True)
    assert found.high.item() == 100
    assert (found.values == 0).sum() == 900
    assert np.isinf(cap(np.zeros((5, 1)), of_nonzero=True).high).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.floats(0.5, 1))
def test_capping_changes_only_what_is_above_and_once(values, upper):
    data = np.array(values)[:, None]
    found = cap(data, upper=upper)
    assert (found.values <= data).all()
    assert (found.values == data).sum() == len(data) - found.n_high
    np.testing.assert_array_equal(cap(found.values, upper=upper).values, found.values)


def test_leading_axes_have_their_own_cut_offs():
    values = np.random.default_rng(2).normal(size=(3, 50, 2))
    found = cap(values, upper=0.9)
    np.testing.assert_array_equal(found.values[1], cap(values[1], upper=0.9).values)
    assert found.high.shape == (3, 2)
    assert np.isinf(cap(values, upper=None).high).all()


@pytest.mark.parametrize("options", [{"upper": 1.5}, {"upper": 0.3, "lower": 0.4}])
def test_what_cannot_be_is_said(options):
    with pytest.raises(ExperimentError, match="0 <= lower < upper <= 1"):
        cap([[1.0]], **options)
    with pytest.raises(ExperimentError, match="all numbers and finite"):
        cap([[np.nan]])
