"""Confidence sequences and the mSPRT: at most one in twenty experiments ever misses, however often it is looked at."""

import numpy as np
import pytest

from experiments.calibration import population, rerandomised
from experiments.calibration.trial import values
from experiments.calibration.uplift import Injection, alone, treated
from experiments.cuped import cuped
from experiments.effects import effects
from experiments.msprt import msprt
from experiments.sequential import always_valid
from tests.experiments.calibration.units import EVERY_KIND, drawn, log_of

REPLICATIONS, UNITS, LOOKS, UPLIFT = 1500, 2000, 30, 0.1


@pytest.fixture(scope="module")
def units():
    return population(log_of(*drawn(np.random.default_rng(21), UNITS)), EVERY_KIND, looks=LOOKS)


@pytest.fixture(scope="module")
def table(units):
    return rerandomised(units, replications=REPLICATIONS, rng=np.random.default_rng(22))


def ever_missed(low, high, truth, first=1):
    """Return the share of replications in which any look's interval misses, of intervals (looks, replications)."""
    return 1 - ((low <= truth) & (truth <= high))[first:].all(axis=0).mean()


@pytest.mark.parametrize("uplift", [0.0, UPLIFT])
@pytest.mark.parametrize("place", range(len(EVERY_KIND)), ids=[metric.name for metric in EVERY_KIND])
def test_no_more_than_one_in_twenty_ever_misses(units, table, place, uplift):
    metric = units.metrics[place]
    covariates = units.covariates.get(metric.name, ())
    own = alone(table, metric, covariates)
    if uplift:
        streams = [np.random.default_rng([23, look]) for look in range(LOOKS)]
        own = treated(own, Injection(metric, uplift, streams))
    found = cuped(own, [metric], {metric.name: covariates}).effects if covariates else effects(own, [metric])
    value = values(units, table, metric)
    truth = (value * uplift)[:, None]
    sequence = always_valid(found, tuning_n=UNITS)
    missed = ever_missed(sequence.absolute_low[..., 0, 0].T, sequence.absolute_high[..., 0, 0].T, truth)
    assert missed <= 0.05
    mixture = msprt(found, deviation=value[-1] * UPLIFT)
    missed = ever_missed(mixture.absolute_low[..., 0, 0].T, mixture.absolute_high[..., 0, 0].T, truth)
    assert missed <= 0.05
    if not uplift:
        assert (mixture.p_value[:, 1:] < 0.05).any(axis=1).mean() <= 0.05
        assert (found.p_value < 0.05).any(axis=1).mean() > 0.2, "naive peeking misleads, or the test cannot"
