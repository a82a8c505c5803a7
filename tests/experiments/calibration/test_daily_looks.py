"""Looking every day: units whose days add up, with and without lasting differences, and units that arrive."""

import numpy as np
import pytest

from experiments.effects import effects
from experiments.metrics import Metric
from experiments.moments import moments
from experiments.sequential import always_valid


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
