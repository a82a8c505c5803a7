"""Two rates: closed forms, quadrature and draws."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats

from engine.errors import ExperimentError
from experiments.beta_binomial import compare_rates

counts = st.tuples(st.integers(1, 5000), st.floats(0, 1)).map(lambda pair: (round(pair[0] * pair[1]), pair[0]))


def closed_form(won_a, n_a, won_b, n_b):
    """P(B > A) under flat priors (Miller 2015), a sum over the treatment's successes."""
    a, b, c, d = won_a + 1, n_a - won_a + 1, won_b + 1, n_b - won_b + 1
    i = np.arange(c)
    return np.exp(special.betaln(a + i, b + d) - np.log(d + i) - special.betaln(1 + i, d) - special.betaln(a, b)).sum()


def test_the_published_example():
    found = compare_rates(1000, 10_000, 1100, 10_000)
    np.testing.assert_allclose(found.chance_to_win, 0.9894573545, rtol=1e-9)
    np.testing.assert_allclose(found.expected_loss, 1.5582445e-05, rtol=1e-7)
    np.testing.assert_allclose(found.expected_loss_control, 0.0100135828, rtol=1e-8)


@settings(max_examples=25, deadline=None)
@given(control=counts, treatment=counts)
def test_the_chance_is_that_of_the_closed_form(control, treatment):
    found = compare_rates(*control, *treatment)
    np.testing.assert_allclose(found.chance_to_win, closed_form(*control, *treatment), rtol=1e-8, atol=1e-12)
    # E[(B - A)+] - E[(A - B)+] = E[B] - E[A].
    gap = (treatment[0] + 1) / (treatment[1] + 2) - (control[0] + 1) / (control[1] + 2)
    np.testing.assert_allclose(found.expected_loss_control - found.expected_loss, gap, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize(
    ("pair", "prior"),
    [((3, 20, 5, 18), (0.5, 0.5)), ((0, 40, 2, 9), (2.0, 30.0)), ((90, 100, 400_000, 500_000), (0.3, 0.2))],
)
def test_the_loss_and_the_intervals_are_those_of_quadrature(pair, prior):
    found = compare_rates(*pair, prior=prior)
    a = stats.beta(prior[0] + pair[0], prior[1] + pair[1] - pair[0])
    b = stats.beta(prior[0] + pair[2], prior[1] + pair[3] - pair[2])
    inside = np.concatenate([a.ppf([1e-9, 0.1, 0.5, 0.9, 1 - 1e-9]), b.ppf([1e-9, 0.1, 0.5, 0.9, 1 - 1e-9])])

    def over(function):
        edges = np.unique(np.concatenate([[0, 1], inside]))
        pieces = itertools.pairwise(edges)
        return sum(integrate.quad(function, low, high, epsabs=1e-15)[0] for low, high in pieces)

    np.testing.assert_allclose(found.expected_loss, over(lambda x: b.cdf(x) * a.sf(x)), rtol=1e-7)
    for gap, level in ((found.absolute_low, 0.025), (found.absolute_high, 0.975)):
        np.testing.assert_allclose(over(lambda x, gap=gap: a.pdf(x) * b.cdf(x + gap)), level, rtol=1e-5)
    for ratio, level in ((found.relative_low, 0.025), (found.relative_high, 0.975)):
        np.testing.assert_allclose(over(lambda x, ratio=ratio: a.pdf(x) * b.cdf(x * (1 + ratio))), level, rtol=1e-5)


def test_draws_agree():
    found = compare_rates(20, 300, 31, 290, prior=(1, 9), alpha=0.1)
    rng = np.random.default_rng(1)
    a, b = rng.beta(21, 289, 400_000), rng.beta(32, 268, 400_000)
    np.testing.assert_allclose(found.chance_to_win, (b > a).mean(), atol=0.003)
    np.testing.assert_allclose(found.expected_loss, np.maximum(a - b, 0).mean(), rtol=0.05)
    ends = [found.absolute_low, found.absolute_high]
    np.testing.assert_allclose(ends, np.quantile(b - a, [0.05, 0.95]), atol=5e-4)
    ends = [found.relative_low, found.relative_high]
    np.testing.assert_allclose(ends, np.quantile(b / a - 1, [0.05, 0.95]), atol=0.02)


@settings(max_examples=10, deadline=None)
@given(control=counts, treatment=counts)
def test_swapping_the_arms_swaps_the_figures(control, treatment):
    forth, back = compare_rates(*control, *treatment), compare_rates(*treatment, *control)
    np.testing.assert_allclose(forth.chance_to_win, 1 - back.chance_to_win, atol=1e-9)
    np.testing.assert_allclose(forth.expected_loss, back.expected_loss_control, rtol=1e-7, atol=1e-15)
    np.testing.assert_allclose(forth.absolute_low, -back.absolute_high, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose((1 + forth.relative_low) * (1 + back.relative_high), 1, rtol=1e-6)


def test_any_shape_at_once():
    found = compare_rates([[5], [9]], 100, [4, 8, 12], [90, 110, 100])
    assert found.relative_high.shape == (2, 3)
    alone = compare_rates(9, 100, 8, 110)
    np.testing.assert_allclose(found.relative_high[1, 1], alone.relative_high, rtol=1e-12)
    assert compare_rates([], [], [], []).chance_to_win.shape == (0,)


def test_large_logs_and_empty_ones_hold():
    found = compare_rates([0, 50_000_000], [0, 100_000_000], [0, 50_010_000], [0, 100_000_000])
    np.testing.assert_allclose(found.chance_to_win, [0.5, stats.norm.cdf(1e-4 / np.sqrt(0.5e-8))], atol=1e-4)
    assert np.isfinite(found.relative_high).all()


@pytest.mark.parametrize(
    ("given", "options", "sentence"),
    [
        ((1, 10, 2, 10), {"prior": (0, 1)}, "expected a and b above 0"),
        ((1, 10, 2, 10), {"alpha": 1}, "alpha in"),
        ((11, 10, 2, 10), {}, "above the number of units"),
    ],
)
def test_what_cannot_be_is_said(given, options, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        compare_rates(*given, **options)
