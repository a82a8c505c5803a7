"""A known uplift put into moments is what the same uplift put into the units would have given."""

import numpy as np
import pytest

from engine.errors import ExperimentError
from experiments.calibration import draw_assignments, population
from experiments.calibration.rerandomise import add_up, moments_under
from experiments.calibration.uplift import Injection, alone, treated, treated_quantiles
from experiments.cuped import Covariate
from experiments.metrics import Metric
from experiments.moments import moments
from experiments.quantiles import quantile_estimates
from tests.experiments.calibration.units import BEFORE, METRICS, NAMES, drawn, log_of

UNITS, REPLICATIONS = 600, 300


@pytest.fixture(scope="module")
def codes():
    return draw_assignments(np.random.default_rng(1), REPLICATIONS, UNITS, (1, 1, 1))


def injected(metric, uplift, looks):
    return Injection(metric, uplift, [np.random.default_rng([2, look]) for look in range(looks)])


@pytest.mark.parametrize("metric", [METRICS[1], METRICS[3]], ids=["mean", "ratio"])
def test_amounts_are_multiplied(metric, codes):
    values, before = drawn(np.random.default_rng(3), UNITS)
    log = log_of(values, before)
    units = population(log, [metric])
    found = treated(alone(moments_under(codes, add_up(units), 3), metric), injected(metric, 0.2, units.looks))
    raised = values[None] * np.where(codes[..., None] > 0, 1.2, 1.0)
    columns = [NAMES.index(name) for name in metric.quantities]
    whole = np.stack([values[:, columns]] * 5)
    whole[..., 0] = raised[:5, :, columns[0]]
    for place in range(5):
        wanted = moments(whole[place], codes[place].astype(int), 3, quantities=metric.quantities)
        np.testing.assert_allclose(found.total[place, -1], wanted.total, rtol=1e-9)
        np.testing.assert_allclose(found.product[place, -1], wanted.product, rtol=1e-8)


@pytest.mark.parametrize("uplift", [0.3, -0.3])
def test_shares_gain_or_lose_successes_in_every_look(uplift, codes):
    metric = METRICS[2]
    values, before = drawn(np.random.default_rng(4), UNITS)
    units = population(log_of(values, before), [metric], looks=5)
    plain = alone(moments_under(codes, add_up(units), 3), metric)
    found = treated(plain, injected(metric, uplift, 5))
    np.testing.assert_array_equal(found.total[:, :, 0], plain.total[:, :, 0])
    gained = found.total[:, :, 1:] - plain.total[:, :, 1:]
    assert (np.sign(uplift) * gained >= 0).all()
    assert (np.diff(np.sign(uplift) * gained, axis=1) >= -1e-9).all(), "who turned stays turned"
    share = found.mean[:, :, 1:, 0]
    assert ((share >= 0) & (share <= 1)).all()
    true = plain.pooled().mean[0, :, 0, 0] * (1 + uplift)
    error = share.std(axis=0) / np.sqrt(REPLICATIONS)
    assert (np.abs(share.mean(axis=0) - true[:, None]) < 4 * error + 0.002).all()
    np.testing.assert_allclose(found.product[:, :, 1:, 0, 0], found.n[:, :, 1:] * share * (1 - share), atol=1e-9)


def test_a_covariate_stays_and_its_product_shrinks_with_the_units_that_turn(codes):
    metric = METRICS[2]
    values, before = drawn(np.random.default_rng(5), UNITS)
    log = log_of(values, before)
    adjusted = Metric(name="converted", kind="proportion", numerator="converted", covariates=("before_spent",))
    units = population(log, [adjusted])
    plain = alone(moments_under(codes, add_up(units), 3), metric, [Covariate("before_spent before")])
    found = treated(plain, injected(metric, 0.5, units.looks))
    np.testing.assert_array_equal(found.total[..., 1], plain.total[..., 1])
    turned = np.random.default_rng(6).random(UNITS) < 0.5 * values[:, 2].mean() / (1 - values[:, 2].mean())
    after = np.stack([np.maximum(values[:, 2], turned), before[:, BEFORE.index("before_spent")]], axis=1)
    wanted = np.cov(after.T)[0, 1] / np.cov(np.stack([values[:, 2], after[:, 1]]))[0, 1]
    shrunk = found.product[:, -1, 1, 0, 1].sum() / plain.product[:, -1, 1, 0, 1].sum()
    assert abs(shrunk - wanted) < 0.1


def test_quantiles_are_multiplied():
    rng = np.random.default_rng(7)
    values, variant = rng.normal(10, 2, (200, 1)), np.arange(200) % 2
    plain, raised = (
        quantile_estimates(each, variant, 2, names=["x"], levels=[0.8])
        for each in (values, values * (1 + 0.1 * variant[:, None]))
    )
    found = treated_quantiles(plain, 0.1)
    np.testing.assert_allclose(found.value, raised.value)
    np.testing.assert_allclose(found.variance, raised.variance)


def test_what_cannot_be_is_said_in_a_sentence(codes):
    units = population(log_of(next(drawn(np.random.default_rng(8), UNITS))), [METRICS[2]])
    plain = alone(moments_under(codes, add_up(units), 3), METRICS[2])
    with pytest.raises(ExperimentError, match=r"An uplift of 300% takes 'converted', which is .*, beyond 100%"):
        treated(plain, injected(METRICS[2], 3.0, units.looks))
    with pytest.raises(ExperimentError, match="An uplift of -150% was given; expected more than -100%"):
        treated(plain, injected(METRICS[2], -1.5, units.looks))
