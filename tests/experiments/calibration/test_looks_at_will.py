"""Confidence sequences and the mSPRT: at most one in twenty experiments ever misses, however often it is looked at."""

import numpy as np
import pytest

from experiments.calibration import population, rerandomised
from experiments.calibration.uplift import Injection, alone, treated
from experiments.effects import effects
from experiments.msprt import msprt
from experiments.sequential import always_valid
from tests.experiments.calibration.units import METRICS, drawn, log_of

REPLICATIONS, UNITS, LOOKS, UPLIFT = 2000, 2000, 40, 0.1


@pytest.fixture(scope="module")
def units():
    return population(log_of(*drawn(np.random.default_rng(21), UNITS)), METRICS, looks=LOOKS)


@pytest.fixture(scope="module")
def table(units):
    return rerandomised(units, replications=REPLICATIONS, rng=np.random.default_rng(22))


def ever_missed(low, high, truth, first=1):
    """Return the share of replications in which any look's interval misses, of intervals (looks, replications)."""
    return 1 - ((low <= truth) & (truth <= high))[first:].all(axis=0).mean()


@pytest.mark.parametrize("uplift", [0.0, UPLIFT])
@pytest.mark.parametrize("metric", METRICS, ids=[metric.name for metric in METRICS])
def test_no_more_than_one_in_twenty_ever_misses(units, table, metric, uplift):
    own = alone(table, metric)
    if uplift:
        streams = [np.random.default_rng([23, look]) for look in range(LOOKS)]
        own = treated(own, Injection(metric, uplift, streams))
    found = effects(own, [metric])
    whole = effects(own[:1], [metric]).control_value[0, -1, 0, 0]
    seen = alone(table, metric)[0].pooled()
    value = effects_of_everybody(seen, metric)
    truth = (value * uplift)[:, None]
    sequence = always_valid(found, tuning_n=UNITS)
    missed = ever_missed(sequence.absolute_low[..., 0, 0].T, sequence.absolute_high[..., 0, 0].T, truth)
    assert missed <= 0.05
    mixture = msprt(found, deviation=max(abs(whole) * UPLIFT, 1e-9))
    missed = ever_missed(mixture.absolute_low[..., 0, 0].T, mixture.absolute_high[..., 0, 0].T, truth)
    assert missed <= 0.05
    if not uplift:
        assert (mixture.p_value[:, 1:] < 0.05).any(axis=1).mean() <= 0.05
        assert (found.p_value < 0.05).any(axis=1).mean() > 0.2, "naive peeking misleads, or the test cannot"


def effects_of_everybody(pooled, metric):
    """Return a metric over all units seen by each look, shape (looks,)."""
    above = pooled.total[:, 0, pooled.index(metric.numerator)]
    below = pooled.n[:, 0] if metric.denominator is None else pooled.total[:, 0, pooled.index(metric.denominator)]
    return above / below
