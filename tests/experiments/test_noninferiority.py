import numpy as np
import pytest
from scipy import stats

from engine.errors import ExperimentError
from experiments.effects import effects
from experiments.metrics import Metric
from experiments.moments import moments
from experiments.noninferiority import non_inferiority

SESSIONS = Metric(name="sessions", kind="mean", numerator="x", role="guardrail", margin=0.05)
LATENCY = Metric(name="latency", kind="mean", numerator="x", role="guardrail", margin=0.05, direction="lower")
ERRORS = Metric(name="errors", kind="proportion", numerator="e", role="guardrail", margin=0.5, direction="lower")
PLAIN = Metric(name="plain", kind="mean", numerator="x")
METRICS = (PLAIN, SESSIONS, LATENCY, ERRORS)


def found(seed=0, shape=(), units=600, factor=1.0):
    rng = np.random.default_rng(seed)
    variant = np.arange(units) % 3
    x = rng.gamma(9, 1, (*shape, units)) * np.where(variant > 0, factor, 1.0)
    values = np.stack([x, rng.random((*shape, units)) < 0.1], axis=-1).astype(float)
    return effects(moments(values, variant, 3, quantities=["x", "e"]), METRICS)


@pytest.mark.parametrize("factor", [0.9, 0.97, 1.0, 1.1])
def test_the_test_says_what_the_interval_shows(factor):
    fixed = found(1, shape=(20,), factor=factor)
    seen = non_inferiority(fixed, METRICS)
    assert seen.metrics == ("sessions", "latency", "errors")
    margin = np.array([0.05, 0.05, 0.5])[:, None]
    np.testing.assert_array_equal(seen.non_inferior, seen.worst > -margin)
    np.testing.assert_allclose(seen.gain[:, 0], -seen.gain[:, 1])
    np.testing.assert_array_equal(seen.harmed[:, 0], fixed.relative_high[:, 1] < 0)


def test_the_p_value_is_that_of_the_shifted_ratio():
    fixed = found(2)
    seen = non_inferiority(fixed, METRICS)
    t = (fixed.relative[1] + 0.05) / fixed.relative_standard_error[1]
    np.testing.assert_allclose(seen.p_value[0], stats.t.sf(t, fixed.degrees_of_freedom[1]))
    z = (-fixed.relative[3] + 0.5) / fixed.relative_standard_error[3]
    np.testing.assert_allclose(seen.p_value[2], stats.norm.sf(z))


def test_a_loss_of_just_the_margin_passes_as_rarely_as_promised():
    fixed = found(3, shape=(2000,), factor=0.95)
    passed = non_inferiority(fixed, METRICS).non_inferior[:, 0].mean()
    assert abs(passed - 0.025) < 4 * np.sqrt(0.025 * 0.975 / 4000)


def test_no_figure_without_data_and_none_without_guardrails():
    constant = effects(moments(np.ones((6, 2)), np.arange(6) % 3, 3, quantities=["x", "e"]), METRICS)
    seen = non_inferiority(constant, METRICS)
    assert np.isnan(seen.p_value).all()
    assert not seen.non_inferior.any()
    assert non_inferiority(constant, [PLAIN]).p_value.shape == (0, 2)


def test_what_cannot_be_is_said():
    other = Metric(name="other", kind="mean", numerator="x", role="guardrail", margin=0.1)
    with pytest.raises(ExperimentError, match="Guardrail other was given"):
        non_inferiority(found(), [other])
