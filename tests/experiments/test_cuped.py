"""CUPED: published answers, tea-tasting beside it, and how it behaves."""

import numpy as np
import pandas as pd
import pytest
import tea_tasting as tt
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ExperimentError
from experiments.cuped import Covariate, cuped
from experiments.effects import NO_DENOMINATOR, NO_SPREAD, TOO_FEW_UNITS, effects
from experiments.metrics import Metric
from experiments.moments import moments
from tests.experiments.references import cuped_example

Y = Metric(name="y", kind="mean", numerator="y")
RATIO = Metric(name="ratio", kind="ratio", numerator="y", denominator="d")
BOUGHT = Metric(name="bought", kind="proportion", numerator="bought")
NAMES = ("y", "d", "bought", "x", "z", "w")


def near(found, expected, tolerance=1e-6):
    np.testing.assert_allclose(np.squeeze(found), expected, rtol=tolerance)


def log(seed=0, units=400, variants=2):
    rng = np.random.default_rng(seed)
    x, z = rng.gamma(2, 3, units), rng.normal(5, 1, units)
    w = rng.integers(1, 6, units)
    d = rng.integers(1, 9, units)
    y = 0.7 * x + 0.5 * z + d + rng.normal(0, 1, units)
    bought = y > np.median(y)
    return np.stack([y, d, bought, x, z, w], axis=1).astype(float), rng.integers(0, variants, units)


def test_the_published_example():
    values, variant = cuped_example()
    found = cuped(moments(values, variant, 2, quantities=["y", "x"]), [Y], {"y": ["x"]})
    near(found.theta["y"], 0.8016974028)
    near(found.effects.absolute, 0.2991607715)
    near([found.effects.absolute_low, found.effects.absolute_high], [0.1792857798, 0.4190357631])
    near(found.effects.p_value, 1.3561176e-06, 1e-5)  # given with eight digits of a tail
    near(found.unadjusted.p_value, 0.6583030)
    near(found.effects.relative, 0.05054549)
    near(found.effects.absolute / found.unadjusted.control_value, 0.04973042)


@pytest.mark.parametrize("seed", range(3))
def test_means_and_ratios_are_those_of_tea_tasting(seed):
    values, variant = log(seed)
    frame = pd.DataFrame(values, columns=NAMES).assign(variant=variant)
    expected = tt.Experiment(
        {
            "y": tt.Mean("y", "x"),
            "ratio": tt.RatioOfMeans("y", "d", "x", "w"),
        }
    ).analyze(frame)
    found = cuped(
        moments(values, variant, 2, quantities=NAMES), [Y, RATIO], {"y": ["x"], "ratio": [Covariate("x", "w")]}
    ).effects
    for row, name in enumerate(("y", "ratio")):
        known = expected[name]
        near(found.control_value[row], known.control, 1e-9)
        near(found.absolute[row], known.effect_size, 1e-9)
        near(found.absolute_low[row], known.effect_size_ci_lower, 1e-9)
        near(found.relative[row], known.rel_effect_size, 1e-9)
        near(found.p_value[row], known.pvalue, 1e-9)


def test_several_covariates_are_a_regression():
    values, variant = log(4)
    found = cuped(moments(values, variant, 2, quantities=NAMES), [Y], {"y": ["x", "z"]})
    y, x = values[:, 0], values[:, [3, 4]]
    design = np.column_stack([np.ones(len(y)), x])
    theta = np.linalg.lstsq(design, y, rcond=None)[0][1:]
    near(found.theta["y"], theta, 1e-9)
    left = y - (x - x.mean(axis=0)) @ theta
    alone = effects(moments(left[:, None], variant, 2, quantities=["y"]), [Y])
    for name in ("control_value", "absolute", "standard_error", "p_value", "relative", "relative_low"):
        near(getattr(found.effects, name), np.squeeze(getattr(alone, name)), 1e-9)
    near(found.explained, 1 - left.var() / y.var(), 1e-9)
    near(found.variance_reduction, found.explained.item(), 0.1)


@pytest.mark.parametrize("again", [["x", "x"], ["x", "z", "x"]])
def test_a_covariate_given_twice_counts_once(again):
    values, variant = log(5)
    table = moments(values, variant, 2, quantities=NAMES)
    once, twice = cuped(table, [Y], {"y": sorted(set(again))}), cuped(table, [Y], {"y": again})
    near(twice.effects.absolute, once.effects.absolute.item(), 1e-9)
    near(twice.effects.standard_error, once.effects.standard_error.item(), 1e-9)


def test_metrics_without_covariates_stay_as_they_are():
    values, variant = log(6, variants=3)
    table = moments(values, variant, 3, quantities=NAMES)
    found = cuped(table, [Y, BOUGHT], {"y": ["x"]})
    plain = effects(table, [Y, BOUGHT])
    assert found.adjusted.tolist() == [True, False]
    np.testing.assert_array_equal(found.effects.p_value[1], plain.p_value[1])
    np.testing.assert_array_equal(found.unadjusted.p_value, plain.p_value)
    assert found.explained[1] == 0


def test_an_adjusted_proportion_is_tested_as_a_mean():
    values, variant = log(7)
    found = cuped(moments(values, variant, 2, quantities=NAMES), [BOUGHT], {"bought": ["x"]})
    assert np.isfinite(found.effects.degrees_of_freedom).all()
    assert found.effects.standard_error < found.unadjusted.standard_error


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), shift=st.floats(-1e4, 1e4), factor=st.floats(1e-3, 1e3))
def test_moving_and_scaling_a_covariate_changes_nothing(seed, shift, factor):
    values, variant = log(seed)
    other = values.copy()
    other[:, 3] = values[:, 3] * factor + shift
    plain, moved = (
        cuped(moments(each, variant, 2, quantities=NAMES), [Y], {"y": ["x"]}).effects for each in (values, other)
    )
    np.testing.assert_allclose(moved.absolute, plain.absolute, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(moved.standard_error, plain.standard_error, rtol=1e-6)


def test_every_leading_axis_is_analysed_at_once():
    values, variant = log(8, variants=3)
    days = np.stack([values, values * [2, 1, 1, 1, 1, 1]])
    cell = np.arange(len(values)) % 2
    given = {"y": ["x", "z"], "ratio": ["w"]}
    whole = cuped(moments(days, variant, 3, quantities=NAMES, cell=cell, n_cells=2), [Y, RATIO], given)
    inside = cell == 1
    alone = cuped(moments(values[inside], variant[inside], 3, quantities=NAMES), [Y, RATIO], given)
    assert whole.effects.absolute.shape == (2, 2, 2, 2)
    np.testing.assert_allclose(whole.effects[1, 0].p_value, alone.effects.p_value, rtol=1e-9)
    np.testing.assert_allclose(whole.theta["y"][1, 0], alone.theta["y"], rtol=1e-9)


def test_what_does_not_exist_is_explained():
    values, variant = log(9)
    table = moments(np.column_stack([values[:, 3], values[:, 3]]), variant, 2, quantities=["y", "x"])
    assert cuped(table, [Y], {"y": ["x"]}).effects.status.item() == NO_SPREAD
    few = moments(values[:3], [0, 0, 1], 2, quantities=NAMES)
    assert cuped(few, [Y], {"y": ["x"]}).effects.status.item() == TOO_FEW_UNITS
    none = values * [1, 1, 1, 1, 1, 0]
    found = cuped(moments(none, variant, 2, quantities=NAMES), [Y], {"y": [Covariate("x", "w")]})
    assert found.effects.status.item() == NO_DENOMINATOR
    constant = cuped(moments(none, variant, 2, quantities=NAMES), [Y], {"y": ["w"]})
    near(constant.effects.p_value, constant.unadjusted.p_value.item(), 1e-12)


def test_the_false_positive_rate_is_five_percent():
    rng = np.random.default_rng(10)
    replications, units = 2000, 200
    x = rng.lognormal(1, 0.8, (replications, units))
    y = x * rng.lognormal(0, 0.3, (replications, units))
    table = moments(np.stack([y, x], axis=-1), np.arange(units) % 2, 2, quantities=["y", "x"])
    found = cuped(table, [Y], {"y": ["x"]})
    assert abs((found.effects.p_value < 0.05).mean() - 0.05) < 4 * np.sqrt(0.05 * 0.95 / replications)
    assert found.variance_reduction.mean() > 0.5


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"revenue": ["x"]}, "Metric 'revenue' was not found"),
        ({"y": ["before"]}, "Quantity 'before' was not found"),
        ({"y": ["y"]}, "as its own covariate"),
    ],
)
def test_what_cannot_be_is_said(given, sentence):
    values, variant = log()
    with pytest.raises(ExperimentError, match=sentence):
        cuped(moments(values, variant, 2, quantities=NAMES), [Y], given)
