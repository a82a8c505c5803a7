"""What looks cost, beside published tables."""

import numpy as np
import pytest

from engine.errors import ExperimentError
from experiments.boundaries import classical
from experiments.monitoring import (
    Monitoring,
    crossing_power,
    expected_share,
    inflation,
    needed_drift,
    planned_boundaries,
)
from experiments.sequential import half_width

OBRIEN_FLEMING = Monitoring(stopping="group-sequential", looks=5)
DAILY = Monitoring(stopping="always-valid", looks=14)


def test_one_look_is_the_normal_test():
    assert needed_drift(Monitoring(), 0.05, 0.8, 0.05) == pytest.approx(1.959963985 + 0.841621234)
    assert inflation(Monitoring()) == 1
    assert expected_share(Monitoring(), 2.8, 0.05, 0.05) == 1


def test_the_inflation_factors_of_jennison_and_turnbull():
    # Jennison & Turnbull (2000), tables 2.2 and 2.4: alpha 0.05, power 0.8, five looks; Lan-DeMets boundaries of
    # these types come within 2% of the classical ones.
    assert inflation(OBRIEN_FLEMING) == pytest.approx(1.028, abs=0.01)
    assert inflation(Monitoring(stopping="group-sequential", looks=5, spending="pocock")) == pytest.approx(
        1.229, abs=0.02
    )
    assert classical(5).z[-1] == pytest.approx(planned_boundaries(OBRIEN_FLEMING, 0.05, 0.05).z[-1], abs=0.01)


def test_always_valid_reads_the_confidence_sequence():
    bounds = planned_boundaries(DAILY, 0.05, 0.05)
    # At n of the planned N units, the half-width in standard errors.
    np.testing.assert_allclose(bounds.z, half_width(1.0, bounds.fractions, tuning_n=1.0) * np.sqrt(bounds.fractions))
    assert bounds.spent[-1] < 0.05
    assert planned_boundaries(DAILY, 0.01, 0.05).z.min() > bounds.z.min()


def test_always_valid_costs_more_than_a_few_looks():
    pocock = Monitoring(stopping="group-sequential", looks=14, spending="pocock")
    assert 1.2 < inflation(pocock) < inflation(DAILY) < 2.2


@pytest.mark.parametrize("monitoring", [Monitoring(), OBRIEN_FLEMING, DAILY, Monitoring(stopping="bayesian", looks=9)])
def test_drift_and_power_are_inverse(monitoring):
    drift = needed_drift(monitoring, 0.05, 0.9, 0.05)
    np.testing.assert_allclose(crossing_power(monitoring, [drift], 0.05, 0.05), [0.9], rtol=1e-9)


def test_a_larger_uplift_stops_sooner():
    assert (np.diff(expected_share(DAILY, [0.0, 2.0, 4.0, 8.0], 0.05, 0.05)) < 0).all()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"stopping": "daily"}, "Stopping rule 'daily' was not found"),
        ({"stopping": "group-sequential", "looks": 0}, "0 looks"),
        ({"looks": 3}, "3 looks were given for stopping 'fixed'"),
        ({"spending": "pocok"}, "Did you mean 'pocock'"),
    ],
)
def test_what_cannot_be_is_said(given, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        Monitoring(**given)
