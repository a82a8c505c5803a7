import numpy as np
import pytest

from engine.errors import ExperimentError
from experiments.boundaries import classical, lan_demets
from experiments.effects import effects
from experiments.group_sequential import expected_fraction, inflation, information_fractions, monitor, stopping_power
from experiments.metrics import Metric
from experiments.moments import moments

METRICS = (
    Metric(name="revenue", kind="mean", numerator="revenue"),
    Metric(name="converted", kind="proportion", numerator="converted"),
)
FRACTIONS = (0.2, 0.5, 1.0)


def looked_at(seed, replications=1, units=600, uplift=0.0):
    """Units arrive; effects after a fifth, a half and all of them, shape (looks, replications, metrics, 1)."""
    rng = np.random.default_rng(seed)
    variant = np.arange(units) % 2
    factor = 1 + uplift * variant
    revenue = rng.lognormal(0, 0.7, (replications, units)) * factor
    converted = rng.random((replications, units)) < 0.3 * factor
    values = np.stack([revenue, converted], axis=-1).astype(float)
    seen = np.arange(units) < np.array(FRACTIONS)[:, None] * units
    table = moments(values, np.where(seen, variant, -1), 2, quantities=["revenue", "converted"])
    return effects(table, METRICS)


def test_intervals_repeat_the_estimate_and_stop_where_they_exclude_zero():
    found = looked_at(1, replications=50, uplift=0.2)
    seen = monitor(found, lan_demets(FRACTIONS))
    np.testing.assert_allclose((seen.absolute_low + seen.absolute_high) / 2, found.absolute, atol=1e-12)
    excluded = (seen.absolute_low > 0) | (seen.absolute_high < 0)
    np.testing.assert_array_equal(excluded[:, :, 0], seen.crossed[:, :, 0])
    first = np.where(seen.crossed.any(axis=0), seen.crossed.argmax(axis=0), -1)
    np.testing.assert_array_equal(seen.stopped, first)
    assert (seen.stopped >= 0).mean() > 0.5


def test_p_values_agree_with_stopping():
    seen = monitor(looked_at(2, replications=200, uplift=0.1), lan_demets(FRACTIONS))
    spent = lan_demets(FRACTIONS).spent
    for look in range(3):
        here = seen.stopped == look
        assert (seen.p_value[look][here] <= spent[look] + 1e-12).all()
        assert np.isnan(seen.p_value[look + 1 :, here]).all()
    assert (seen.p_value[-1][seen.stopped == -1] > 0.05).all()


def test_looks_mislead_as_often_as_promised():
    replications = 2000
    found = looked_at(3, replications)
    misled = (monitor(found, lan_demets(FRACTIONS, spending="pocock")).stopped >= 0).mean(axis=0)
    assert (np.abs(misled - 0.05) < 4 * np.sqrt(0.05 * 0.95 / replications)).all(), misled
    assert ((found.p_value < 0.05).any(axis=0).mean(axis=0) > 0.08).all(), "naive peeking misleads"


def test_fewer_looks_than_planned_are_read_so_far():
    found = looked_at(4)
    whole, so_far = monitor(found, lan_demets(FRACTIONS)), monitor(found[:2], lan_demets(FRACTIONS))
    np.testing.assert_array_equal(so_far.absolute_low, whole.absolute_low[:2])


def test_a_look_that_may_not_reject_has_an_endless_interval():
    bounds = lan_demets([0.001, 0.5, 1.0])
    seen = monitor(looked_at(5), bounds)
    assert np.isinf(seen.absolute_low[0]).all()
    assert not seen.crossed[0].any()


def test_inflation_is_that_of_the_published_tables():
    # Jennison & Turnbull 2000, tables 2.2 and 2.4: five looks, alpha 0.05, power 0.8.
    assert inflation(classical(5, shape="pocock")) == pytest.approx(1.228, abs=5e-4)
    assert inflation(classical(5)) == pytest.approx(1.028, abs=5e-4)
    assert inflation(lan_demets([1.0])) == pytest.approx(1.0)


def test_power_and_stopping_time():
    bounds = classical(5, shape="pocock")
    power = stopping_power(bounds, [0.0, 3.0])
    assert power.shape == (2, 5)
    np.testing.assert_allclose(power.sum(axis=1)[0], 0.05)
    used = expected_fraction(bounds, [0.0, 3.0, 10.0])
    assert 1 > used[0] > used[1] > used[2] >= 0.2


def test_information_is_counted_by_the_standard_error():
    found = looked_at(6, units=1200)
    share = information_fractions(found, found.standard_error[-1] ** 2)
    np.testing.assert_allclose(share[-1], 1)
    np.testing.assert_allclose(share[1], 0.5, atol=0.1)


def test_what_cannot_be_is_said():
    with pytest.raises(ExperimentError, match="at most one look a boundary"):
        monitor(looked_at(7), lan_demets([1.0]))
    with pytest.raises(ExperimentError, match=r"Power 0\.01 was given"):
        inflation(lan_demets([1.0]), power=0.01)
