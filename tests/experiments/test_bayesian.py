import numpy as np
import pytest

from engine.errors import ExperimentError
from experiments.bayesian import Prior, beliefs, normal_posterior
from experiments.cuped import cuped
from experiments.effects import effects
from experiments.metrics import Metric
from experiments.moments import moments
from tests.experiments import references

REVENUE = Metric(name="revenue", kind="mean", numerator="revenue")
LATENCY = Metric(name="latency", kind="mean", numerator="revenue", direction="lower")
CONVERTED = Metric(name="converted", kind="proportion", numerator="converted")
METRICS = (REVENUE, LATENCY, CONVERTED)


def found(seed=0, metrics=METRICS, shape=(), units=400):
    rng = np.random.default_rng(seed)
    variant = np.arange(units) % 3
    revenue = rng.gamma(2, 3, (*shape, units)) + 0.3 * variant
    values = np.stack([revenue, revenue > 5], axis=-1).astype(float)
    return effects(moments(values, variant, 3, quantities=["revenue", "converted"]), metrics)


def test_a_proportion_is_exact():
    seen = beliefs(effects(references.TWO_PROPORTIONS, [CONVERTED]), [CONVERTED])
    np.testing.assert_allclose(seen.chance_to_win.item(), 0.9894573545, rtol=1e-9)
    np.testing.assert_allclose(seen.expected_loss.item(), 1.5582445e-05, rtol=1e-7)
    np.testing.assert_allclose(seen.expected_loss_control.item(), 0.0100135828, rtol=1e-8)


def test_a_mean_under_a_flat_prior_is_its_sampling_distribution():
    fixed = found()
    seen = beliefs(fixed, METRICS)
    rng = np.random.default_rng(1)
    draws = rng.normal(fixed.absolute[0, 0], fixed.standard_error[0, 0], 400_000)
    np.testing.assert_allclose(seen.chance_to_win[0, 0], (draws > 0).mean(), atol=3e-3)
    np.testing.assert_allclose(seen.expected_loss[0, 0], np.maximum(-draws, 0).mean(), rtol=0.05)
    np.testing.assert_allclose(seen.absolute_low[0, 0], np.quantile(draws, 0.025), atol=0.01)
    np.testing.assert_allclose((seen.relative_low + seen.relative_high)[0] / 2, fixed.relative[0])


def test_lower_is_better_turns_the_question():
    seen = beliefs(found(2), METRICS)
    np.testing.assert_allclose(seen.chance_to_win[0], 1 - seen.chance_to_win[1])
    np.testing.assert_allclose(seen.expected_loss[0], seen.expected_loss_control[1])
    np.testing.assert_allclose(seen.absolute_low[0], seen.absolute_low[1])


def test_a_prior_draws_towards_its_mean():
    fixed = found(3)
    flat = beliefs(fixed, METRICS)
    strict = beliefs(fixed, METRICS, prior=Prior(relative_deviation=0.001, rate=(5000, 5000)))
    assert (np.abs(strict.relative_high - strict.relative_low) < 0.1 * (flat.relative_high - flat.relative_low))[
        0
    ].all()
    wide = beliefs(fixed, METRICS, prior=Prior(relative_deviation=1e6))
    np.testing.assert_allclose(wide.chance_to_win, flat.chance_to_win, rtol=1e-6)


def test_precisions_add():
    posterior = normal_posterior(2.0, 1.0, mean=0.0, deviation=1.0)
    np.testing.assert_allclose([posterior.mean, posterior.deviation], [1.0, np.sqrt(0.5)])


def test_an_adjusted_proportion_is_read_as_normal():
    rng = np.random.default_rng(4)
    before = rng.normal(size=300)
    values = np.stack([before + rng.normal(size=300) > 0, before], axis=1).astype(float)
    table = moments(values, np.arange(300) % 2, 2, quantities=["converted", "before"])
    adjusted = cuped(table, [CONVERTED], {"converted": ["before"]}).effects
    seen = beliefs(adjusted, [CONVERTED])
    np.testing.assert_allclose((seen.absolute_low + seen.absolute_high) / 2, adjusted.absolute)


def test_every_leading_axis_at_once_and_no_figure_without_data():
    whole = found(5, shape=(4, 2), units=60)
    seen = beliefs(whole, METRICS)
    assert seen.chance_to_win.shape == (4, 2, 3, 2)
    np.testing.assert_allclose(seen.expected_loss[3, 1], beliefs(whole[3, 1], METRICS).expected_loss)
    constant = effects(moments(np.ones((8, 2)), np.arange(8) % 2, 2, quantities=["revenue", "converted"]), METRICS)
    assert np.isnan(beliefs(constant, METRICS).chance_to_win).all()


def test_credible_intervals_hold_what_they_promise():
    """Rates are drawn from the prior, so the intervals must hold them as often as they say."""
    rng = np.random.default_rng(6)
    replications, units = 400, 50
    rates = rng.beta(2, 5, (replications, 2))
    values = (rng.random((replications, 2 * units)) < np.repeat(rates, units, axis=1))[..., None].astype(float)
    table = moments(values, np.repeat([0, 1], units), 2, quantities=["converted"])
    seen = beliefs(effects(table, [CONVERTED]), [CONVERTED], prior=Prior(rate=(2, 5)))
    gap = (rates[:, 1] - rates[:, 0])[:, None, None]
    known = ~np.isnan(seen.absolute_low)
    held = ((seen.absolute_low <= gap) & (gap <= seen.absolute_high))[known].mean()
    assert abs(held - 0.95) < 4 * np.sqrt(0.05 * 0.95 / replications)


@pytest.mark.parametrize("options", [{"rate": (0, 1)}, {"relative_deviation": 0}, {"relative_mean": np.nan}])
def test_a_prior_that_cannot_be_is_said(options):
    with pytest.raises(ExperimentError, match="expected a and b above 0"):
        Prior(**options)


def test_other_metrics_are_refused():
    with pytest.raises(ExperimentError, match="the same, in the same order"):
        beliefs(found(), METRICS[:1])
