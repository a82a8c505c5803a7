"""Do the intervals hold what they promise? Thousands of experiments whose truth is known, in a few calls.

Seeds are fixed. A rate over R independent experiments has a Monte-Carlo standard error of
sqrt(p (1 - p) / R); each test allows four of them.
"""

import numpy as np
import pytest

from experiments.effects import effects
from experiments.metrics import Metric
from experiments.moments import moments
from experiments.sequential import always_valid

REPLICATIONS, UNITS = 3000, 600
METRICS = (
    Metric(name="normal", kind="mean", numerator="normal"),
    Metric(name="revenue", kind="mean", numerator="revenue"),
    Metric(name="converted", kind="proportion", numerator="converted"),
    Metric(name="click_through", kind="ratio", numerator="clicks", denominator="views"),
)
NAMES = ("normal", "revenue", "converted", "clicks", "views")
VARIANT = np.arange(UNITS) % 2


def experiments(seed, uplift=0.0):
    """Fresh units for each replication, shape (replications, units, quantities); the treatment has ``uplift``."""
    rng = np.random.default_rng(seed)
    shape = (REPLICATIONS, UNITS)
    factor = 1 + uplift * VARIANT
    normal = rng.normal(10 * factor, 3, shape)
    # Three in ten buy, for a lognormal amount: skewed as revenue is.
    revenue = (rng.random(shape) < 0.3) * rng.lognormal(2, 0.8, shape) * factor
    converted = rng.random(shape) < 0.2 * factor
    # A unit's views and its own rate of clicking vary: the ratio's units are not its views.
    views = 1 + rng.poisson(rng.gamma(2, 4, shape))
    clicks = rng.binomial(views, np.clip(rng.beta(2, 10, shape) * factor, 0, 1))
    return np.stack([normal, revenue, converted, clicks, views], axis=-1).astype(float)


def analysed(seed, uplift=0.0):
    return effects(moments(experiments(seed, uplift), VARIANT, 2, quantities=NAMES), METRICS)


def within(rate, target, replications=REPLICATIONS):
    return np.abs(rate - target) < 4 * np.sqrt(target * (1 - target) / replications)


def test_the_false_positive_rate_is_five_percent():
    rate = (analysed(1).p_value < 0.05).mean(axis=(0, 2))
    assert within(rate, 0.05).all(), rate


@pytest.mark.parametrize("uplift", [0.0, 0.15])
def test_intervals_hold_the_truth_nineteen_times_in_twenty(uplift):
    found = analysed(2, uplift)
    base = np.array([10, 0.3 * np.exp(2 + 0.8**2 / 2), 0.2, 2 / 12])
    truth = (base * uplift)[:, None]
    held = (found.absolute_low <= truth) & (truth <= found.absolute_high)
    assert within(held.mean(axis=(0, 2)), 0.95).all(), held.mean(axis=(0, 2))
    held = (found.relative_low <= uplift) & (uplift <= found.relative_high)
    assert within(held.mean(axis=(0, 2)), 0.95).all(), held.mean(axis=(0, 2))


def test_the_standard_error_is_the_spread_of_the_estimate():
    found = analysed(3, 0.15)
    spread = found.absolute.std(axis=0)[:, 0]
    np.testing.assert_allclose(np.sqrt((found.standard_error**2).mean(axis=0))[:, 0], spread, rtol=0.05)


def test_rerandomising_the_same_units_is_an_a_a_test_too():
    rng = np.random.default_rng(4)
    values = experiments(5)[0]
    shuffled = rng.permuted(np.tile(VARIANT, (REPLICATIONS, 1)), axis=1)
    rate = (effects(moments(values, shuffled, 2, quantities=NAMES), METRICS).p_value < 0.05).mean(axis=(0, 2))
    assert within(rate, 0.05).all(), rate


@pytest.mark.parametrize("loyalty", [0.0, 2.0])
def test_daily_looks_never_mislead_more_often_than_promised(loyalty):
    """Fixed units whose days add up, with and without lasting differences between units."""
    replications, units, days = 1000, 200, 14
    rng = np.random.default_rng(6)
    lasting = loyalty * rng.normal(size=(replications, 1, units))
    daily = rng.normal(5 + lasting, 1, (replications, days, units))
    values = daily.cumsum(axis=1)[..., None]
    table = moments(values, np.arange(units) % 2, 2, quantities=["x"])
    found = effects(table, [Metric(name="x", kind="mean", numerator="x")])
    sequence = always_valid(found)
    misled = ((sequence.absolute_low > 0) | (sequence.absolute_high < 0)).any(axis=1).mean()
    assert misled <= 0.05
    if not loyalty:
        assert (found.p_value < 0.05).any(axis=1).mean() > 0.10, "naive peeking misleads, or the test cannot"


def test_an_experiment_that_grows_by_units_may_be_looked_at_after_each():
    replications, units = 1000, 400
    rng = np.random.default_rng(7)
    values = rng.lognormal(0, 1, (replications, units))
    looks = np.arange(40, units + 1, 20)
    seen = np.arange(units) < looks[:, None]
    variant = np.where(seen, np.arange(units) % 2, -1)
    # Replications are quantities here: one assignment a look, shared by all of them.
    names = [str(number) for number in range(20)]
    misled = []
    for start in range(0, replications, len(names)):
        table = moments(values[start : start + len(names)].T, variant, 2, quantities=names)
        found = effects(table, [Metric(name=name, kind="mean", numerator=name) for name in names])
        sequence = always_valid(found, tuning_n=units)
        misled.append(((sequence.absolute_low > 0) | (sequence.absolute_high < 0)).any(axis=0))
    assert np.concatenate(misled).mean() <= 0.05
