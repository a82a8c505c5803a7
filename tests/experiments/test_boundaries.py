"""Boundaries: published tables, fractions of any spacing, and simulated walks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from engine.errors import ExperimentError
from experiments.boundaries import classical, first_crossing, lan_demets, peeking_error, tail


def test_five_looks_are_those_of_gsdesign():
    np.testing.assert_allclose(classical(5, shape="pocock").z, 2.4131762, rtol=1e-7)
    np.testing.assert_allclose(classical(5).z, [4.5617424, 3.2256389, 2.6337231, 2.2808712, 2.0400732], rtol=1e-7)
    found = lan_demets([0.2, 0.4, 0.6, 0.8, 1.0])
    np.testing.assert_allclose(found.z, [4.876885, 3.357012, 2.680260, 2.289817, 2.031032], rtol=1e-5)  # five digits
    assert found.spent[-1] == pytest.approx(0.05, abs=1e-15)


@pytest.mark.parametrize(
    ("looks", "alpha", "pocock", "obrien_fleming"),
    # Jennison & Turnbull 2000, tables 2.1 and 2.3: constants to three digits.
    [(2, 0.05, 2.178, 1.977), (4, 0.05, 2.361, 2.024), (10, 0.05, 2.555, 2.087), (5, 0.01, 2.986, 2.621)],
)
def test_constants_of_jennison_and_turnbull(looks, alpha, pocock, obrien_fleming):
    assert classical(looks, alpha=alpha, shape="pocock").z[0] == pytest.approx(pocock, abs=5e-4)
    assert classical(looks, alpha=alpha).z[-1] == pytest.approx(obrien_fleming, abs=5e-4)


@pytest.mark.parametrize(("looks", "rate"), [(1, 0.05), (5, 0.141689), (10, 0.193357), (20, 0.247911)])
def test_the_error_of_naive_peeking(looks, rate):
    assert peeking_error(looks) == pytest.approx(rate, rel=5e-6)


def test_two_looks_are_the_bivariate_normal():
    z, fractions, drift = np.array([2.5, 1.9]), np.array([0.3, 1.0]), 1.7
    chance = first_crossing(z, fractions, drift=drift)
    mean, between = drift * np.sqrt(fractions), np.sqrt(0.3)
    both = stats.multivariate_normal(mean, [[1, between], [between, 1]])

    def below(a, b):
        return both.cdf(np.array([a, b]))

    upper_second = stats.norm.cdf(2.5 - mean[0]) - stats.norm.cdf(-2.5 - mean[0]) - (below(2.5, 1.9) - below(-2.5, 1.9))
    np.testing.assert_allclose(chance, [stats.norm.sf(2.5 - mean[0]), upper_second], rtol=1e-5)


@settings(max_examples=15, deadline=None)
@given(
    steps=st.lists(st.floats(0.01, 1), min_size=1, max_size=6),
    alpha=st.sampled_from([0.005, 0.05, 0.2]),
    spending=st.sampled_from(["obrien-fleming", "pocock"]),
)
def test_alpha_is_spent_as_planned_at_any_spacing(steps, alpha, spending):
    fractions = np.cumsum(steps) / np.sum(steps)
    found = lan_demets(fractions, alpha=alpha, spending=spending)
    np.testing.assert_allclose(2 * np.cumsum(first_crossing(found.z, fractions)), found.spent, rtol=1e-9, atol=1e-15)
    assert found.spent[-1] == pytest.approx(alpha)


def test_a_boundary_knows_nothing_of_later_looks():
    early = lan_demets([0.1, 0.45], spending="pocock")
    whole = lan_demets([0.1, 0.45, 0.5, 0.93, 1.0], spending="pocock")
    np.testing.assert_allclose(early.z, whole.z[:2], rtol=1e-12)


def test_one_look_is_the_plain_test():
    for found in (lan_demets([1.0]), classical(1), classical(1, shape="pocock")):
        np.testing.assert_allclose(found.z, 1.959963985, rtol=1e-9)
        np.testing.assert_allclose(found.nominal_alpha, 0.05)


def test_a_look_that_may_spend_nothing_never_rejects():
    found = lan_demets([0.001, 0.5, 1.0])
    assert np.isinf(found.z[0])
    np.testing.assert_allclose(found.z[1:], lan_demets([0.5, 1.0]).z, rtol=1e-9)


def test_daily_looks_of_a_quarter_hold_against_simulated_walks():
    fractions = np.arange(1, 91) / 90
    found = lan_demets(fractions, spending="pocock")
    rng = np.random.default_rng(1)
    walks = rng.normal(0, np.sqrt(1 / 90), (20_000, 90)).cumsum(axis=1) / np.sqrt(fractions)
    rate = (np.abs(walks) >= found.z).any(axis=1).mean()
    assert abs(rate - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 20_000)


def test_the_tail_at_the_boundary_is_what_is_spent_there():
    found = lan_demets([0.25, 0.5, 1.0])
    for look in range(3):
        assert 2 * tail(found, look, found.z[look]) == pytest.approx(np.diff(found.spent, prepend=0)[look], rel=1e-9)
    assert tail(found, 1, [np.inf, 3.0]).shape == (2,)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: lan_demets([0.5, 0.5, 1.0]), "rising from above 0 to at most 1"),
        (lambda: lan_demets([0.5, 1.1]), "rising from above 0 to at most 1"),
        (lambda: lan_demets([]), "rising from above 0 to at most 1"),
        (lambda: lan_demets([1.0], alpha=0), "alpha 0 was given"),
        (lambda: lan_demets([1.0], spending="obrien"), "Spending function 'obrien' was not found"),
        (lambda: classical(0), "0 looks were given"),
        (lambda: first_crossing([2.0], [0.5, 1.0]), "each look needs one"),
    ],
)
def test_what_cannot_be_is_said(call, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        call()
