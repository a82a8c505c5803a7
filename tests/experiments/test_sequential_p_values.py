"""Below a level exactly where that level's boundaries have been crossed, and never rising."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from engine.errors import ExperimentError
from experiments.boundaries import lan_demets
from experiments.sequential_p_values import sequential_p_values

FIVE = np.arange(1, 6) / 5


@pytest.mark.parametrize("spending", ["obrien-fleming", "pocock"])
@pytest.mark.parametrize("level", [0.2, 0.05, 0.013, 1e-4])
def test_on_the_boundary_of_a_level_it_is_that_level(spending, level):
    z = lan_demets(FIVE, alpha=level, spending=spending).z
    for look in range(5):
        alone = np.full(5, 0.9)
        alone[look] = 2 * special.ndtr(-z[look])
        found = sequential_p_values(alone, FIVE, spending=spending)
        assert found[look] == pytest.approx(level, rel=1e-4)


@given(st.lists(st.floats(0.0, 6.0), min_size=5, max_size=5), st.sampled_from(["obrien-fleming", "pocock"]))
def test_it_decides_as_the_boundaries_do(z, spending):
    crossed = np.logical_or.accumulate(np.array(z) > lan_demets(FIVE, spending=spending).z)
    found = sequential_p_values(2 * special.ndtr(-np.array(z)), FIVE, spending=spending)
    np.testing.assert_array_equal(found < 0.05 * (1 - 1e-9), crossed)
    assert (np.diff(found) <= 0).all()


def test_one_look_is_the_plain_p_value():
    alone = np.array([[0.8, 0.04, 1e-6]])
    np.testing.assert_allclose(sequential_p_values(alone, [1.0]), alone, rtol=1e-4)


def test_what_has_no_p_value_has_none_until_a_look_gives_one():
    alone = np.array([[np.nan, np.nan], [0.001, np.nan], [np.nan, np.nan]])
    found = sequential_p_values(alone, [0.3, 0.6, 1.0])
    assert np.isnan(found[0]).all()
    assert np.isnan(found[:, 1]).all()
    assert found[2, 0] == found[1, 0]


def test_overwhelming_evidence_is_not_endless():
    found = sequential_p_values(np.zeros((5, 1)), FIVE)
    assert (found[-1] < 1e-10).all()
    assert np.isfinite(found).all()


def test_looks_and_fractions_must_fit():
    with pytest.raises(ExperimentError, match="for 2 looks; each look needs its"):
        sequential_p_values(np.zeros((3, 1)), [0.5, 1.0])
