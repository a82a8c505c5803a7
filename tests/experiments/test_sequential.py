import numpy as np
import pytest

from engine.errors import ExperimentError
from experiments.effects import effects
from experiments.metrics import Metric
from experiments.moments import moments
from experiments.sequential import always_valid, half_width


def test_half_width_of_the_published_sequence():
    np.testing.assert_allclose(
        half_width(1.0, [1000, 5000, 10_000], tuning_n=5000),
        [0.1063754701, 0.0429243372, 0.0306147722],
        rtol=1e-8,
    )


def test_no_unit_has_no_width():
    assert np.isnan(half_width(1.0, 0, tuning_n=100))


@pytest.mark.parametrize("options", [{"tuning_n": 0}, {"tuning_n": 10, "alpha": 1}])
def test_what_cannot_be_is_said(options):
    with pytest.raises(ExperimentError, match="expected units above 0"):
        half_width(1.0, 10, **options)


def test_always_valid_is_wider_than_the_single_look_and_centred_on_the_estimate():
    rng = np.random.default_rng(0)
    table = moments(rng.normal(5, 1, (500, 1)), rng.integers(0, 2, 500), 2, quantities=["x"])
    fixed = effects(table, [Metric(name="x", kind="mean", numerator="x")])
    wide = always_valid(fixed)
    assert (wide.absolute_low < fixed.absolute_low).all()
    assert (wide.relative_high > fixed.relative_high).all()
    np.testing.assert_allclose((wide.absolute_low + wide.absolute_high) / 2, fixed.absolute)
