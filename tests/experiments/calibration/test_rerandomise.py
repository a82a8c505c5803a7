"""Moments of re-randomised units are those that counting each replication would give."""

import numpy as np
import pytest

from experiments.calibration import draw_assignments, population, rerandomised
from experiments.calibration.rerandomise import add_up, moments_under
from experiments.effects import effects
from experiments.moments import moments
from tests.experiments.calibration.units import METRICS, NAMES, drawn, log_of

UNITS = 300


def one_day(looks=1):
    return population(log_of(*drawn(np.random.default_rng(1), UNITS)), METRICS, looks=looks)


def several_days(entered=None):
    rng = np.random.default_rng(2)
    days = np.stack([next(drawn(rng, UNITS)) for _ in range(4)])
    days[..., NAMES.index("converted")] = 0
    if entered is not None:
        days *= (np.arange(4)[:, None] >= entered)[..., None]
    return population(log_of(days, entered=entered), METRICS, looks=4)


@pytest.mark.parametrize("split", [(1, 1), (3, 1), (1, 1, 1)])
@pytest.mark.parametrize(
    "units", [one_day(), one_day(5), several_days(), several_days(np.arange(UNITS) % 4)], ids=["1", "5", "days", "both"]
)
def test_they_equal_the_moments_of_each_replication(units, split):
    codes = draw_assignments(np.random.default_rng(3), 17, UNITS, split)
    found = moments_under(codes, add_up(units), len(split))
    assert found.shape == (17, units.looks)
    for look in range(units.looks):
        values = units.stage(look)
        wanted = moments(values, codes[:, : len(values)].astype(int), len(split), quantities=units.quantities)
        at_look = found[:, look]
        np.testing.assert_array_equal(at_look.n, wanted.n)
        np.testing.assert_allclose(at_look.total, wanted.total, rtol=1e-11, atol=1e-9)
        np.testing.assert_allclose(at_look.product, wanted.product, rtol=1e-9, atol=1e-9 * np.abs(wanted.product).max())


@pytest.mark.parametrize("units", [one_day(5), several_days()], ids=["arriving", "accumulating"])
def test_blocks_change_no_bit(units):
    codes = draw_assignments(np.random.default_rng(4), 230, UNITS, (1, 1))
    of = add_up(units)
    whole = moments_under(codes, of, 2)
    for some in (1, 7, 64, 229):
        part = moments_under(codes[:some], of, 2)
        np.testing.assert_array_equal(part.total, whole.total[:some])
        np.testing.assert_array_equal(part.product, whole.product[:some])


def test_whole_numbers_add_up_exactly_and_a_variant_of_zeros_has_no_spread():
    values = np.zeros((UNITS, len(NAMES)))
    values[0] = 1  # a single event: one of the variants has none
    units = population(log_of(values), METRICS)
    found = rerandomised(units, replications=50, rng=np.random.default_rng(5))
    totals = found.total[:, -1, :, 0]
    assert np.isin(totals, (0, 1)).all()
    assert (totals.sum(axis=1) == 1).all()
    empty = found.total[..., 0] == 0
    assert empty.any()
    assert (found.product[..., 0, 0][empty] == 0).all()


def test_a_mean_far_from_zero_keeps_its_variance():
    values = next(drawn(np.random.default_rng(6), UNITS))
    units, far = (population(log_of(each), METRICS) for each in (values, values + np.eye(1, len(NAMES)) * 1e9))
    near, moved = (rerandomised(each, replications=20, rng=np.random.default_rng(7)) for each in (units, far))
    np.testing.assert_allclose(moved.product[..., 0, 0], near.product[..., 0, 0], rtol=1e-5)


def test_the_same_seed_gives_the_same_effects():
    first, second = (
        effects(rerandomised(one_day(3), replications=40, rng=np.random.default_rng(8)), METRICS) for _ in range(2)
    )
    np.testing.assert_array_equal(first.p_value, second.p_value)


def test_a_variant_of_weight_zero_has_no_units():
    found = rerandomised(one_day(), split=(1, 1, 0), replications=5, rng=np.random.default_rng(9))
    assert (found.n[..., 2] == 0).all()
    assert (found.total[..., 2, :] == 0).all()
    assert (found.product[..., 2, :, :] == 0).all()
