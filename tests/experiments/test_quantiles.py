import numpy as np
import pytest
from scipy import stats

from engine.errors import ExperimentError
from experiments.effects import NO_SPREAD, TOO_FEW_UNITS
from experiments.quantiles import quantile_effects

NAMES, LEVELS = ("median", "p90"), (0.5, 0.9)


def both(values):
    return np.stack([values, values], axis=-1)


def test_values_are_numpys_quantiles_in_every_variant():
    rng = np.random.default_rng(1)
    values, variant = rng.gamma(2, 3, 301), rng.integers(-1, 3, 301)
    found = quantile_effects(both(values), variant, 3, names=NAMES, levels=LEVELS)
    for row, level in enumerate(LEVELS):
        quantiles = [np.quantile(values[variant == code], level) for code in range(3)]
        np.testing.assert_allclose(found.control_value[row], quantiles[0])
        np.testing.assert_allclose(found.treatment_value[row], quantiles[1:])
    np.testing.assert_array_equal(found.n_treatment[0], [(variant == 1).sum(), (variant == 2).sum()])


def test_the_standard_error_is_the_asymptotic_one_and_the_spread_of_the_estimate():
    rng = np.random.default_rng(2)
    replications, units = 200, 2000
    errors, estimates = [], []
    for _ in range(replications):
        values = rng.lognormal(0, 1, units)
        found = quantile_effects(both(values), np.arange(units) % 2, 2, names=NAMES, levels=LEVELS)
        errors.append(found.standard_error[:, 0])
        estimates.append(found.absolute[:, 0])
    at = stats.lognorm(1).ppf(LEVELS)
    n = units / 2
    asymptotic = np.sqrt(2 * np.array(LEVELS) * (1 - np.array(LEVELS)) / n) / stats.lognorm(1).pdf(at)
    np.testing.assert_allclose(np.mean(errors, axis=0), asymptotic, rtol=0.05)
    np.testing.assert_allclose(np.std(estimates, axis=0), asymptotic, rtol=0.15)


def test_rerandomised_assignments_are_one_call_and_mislead_as_often_as_promised():
    rng = np.random.default_rng(3)
    replications, units = 1500, 400
    variants = rng.permuted(np.tile(np.arange(units) % 2, (replications, 1)), axis=1)
    values = rng.lognormal(0, 1, units)
    found = quantile_effects(both(values), variants, 2, names=NAMES, levels=LEVELS)
    assert found.p_value.shape == (replications, 2, 1)
    rate = (found.p_value < 0.05).mean(axis=(0, 2))
    assert (np.abs(rate - 0.05) < 0.025).all(), rate
    alone = quantile_effects(both(values), variants[7], 2, names=NAMES, levels=LEVELS)
    np.testing.assert_array_equal(found.p_value[7], alone.p_value)


def test_shifting_and_scaling_move_the_quantiles_alone():
    rng = np.random.default_rng(4)
    values, variant = rng.gamma(2, 3, 200), np.arange(200) % 2
    plain = quantile_effects(both(values), variant, 2, names=NAMES, levels=LEVELS)
    moved = quantile_effects(both(5 + 2 * values), variant, 2, names=NAMES, levels=LEVELS)
    np.testing.assert_allclose(moved.absolute, 2 * plain.absolute)
    np.testing.assert_allclose(moved.p_value, plain.p_value)


def test_what_does_not_exist_is_explained():
    same = quantile_effects(np.ones((40, 1)), np.arange(40) % 2, 2, names=["x"], levels=[0.5])
    assert same.status.item() == NO_SPREAD
    few = quantile_effects([[1.0], [2.0], [3.0]], [0, 0, 1], 2, names=["x"], levels=[0.5])
    assert few.status.item() == TOO_FEW_UNITS
    none = quantile_effects(np.empty((0, 1)), np.empty(0, dtype=int), 2, names=["x"], levels=[0.5])
    assert none.status.item() == TOO_FEW_UNITS


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"levels": [1.0]}, "between 0 and 1, such as 0.95"),
        ({"levels": [0.5, 0.9]}, "one name and level a metric"),
        ({"values": [[np.nan]] * 4}, "missing or infinite"),
        ({"variants": [0, 1, 2, 0]}, "Variant code 2"),
        ({"variants": [0, 1]}, "4 units have values"),
    ],
)
def test_what_cannot_be_is_said(options, sentence):
    given = {"values": [[1.0]] * 4, "variants": [0, 1, 0, 1], "levels": [0.5]} | options
    with pytest.raises(ExperimentError, match=sentence):
        quantile_effects(given["values"], given["variants"], 2, names=["x"], levels=given["levels"])
