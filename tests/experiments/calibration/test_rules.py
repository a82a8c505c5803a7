"""Where each way of looking stops, and that it agrees with the analysis of one experiment."""

from dataclasses import fields

import numpy as np
import pytest

from experiments.bayesian import beliefs
from experiments.boundaries import lan_demets
from experiments.calibration import population, rerandomised
from experiments.calibration.rules import at_look, rules, stop
from experiments.effects import Effects, effects
from experiments.group_sequential import monitor
from experiments.sequential import always_valid
from tests.experiments.calibration.units import METRICS, drawn, log_of

LOOKS, UNITS = 6, 900


@pytest.fixture(scope="module")
def units():
    return population(log_of(next(drawn(np.random.default_rng(1), UNITS))), METRICS, looks=LOOKS)


@pytest.fixture(scope="module")
def found(units):
    return effects(rerandomised(units, replications=400, rng=np.random.default_rng(2)), METRICS)


@pytest.fixture(scope="module")
def each(units):
    return {rule.name: rule for rule in rules(METRICS, units.fractions, UNITS)}


@pytest.mark.parametrize("spending", ["obrien-fleming", "pocock"])
def test_planned_looks_stop_where_the_analysis_of_each_experiment_does(found, each, units, spending):
    stopped = stop(found, each[spending])
    bounds = lan_demets(units.fractions, spending=spending)
    for place in range(0, 400, 40):
        alone = monitor(found[place], bounds)
        wanted = np.where(alone.stopped >= 0, alone.stopped, LOOKS - 1)
        np.testing.assert_array_equal(stopped.look[place], wanted)
        np.testing.assert_array_equal(stopped.found[place], alone.stopped >= 0)
        low = np.take_along_axis(alone.absolute_low, wanted[None], axis=0)[0]
        np.testing.assert_allclose(stopped.low[place], low)


def test_looking_at_will_stops_where_the_sequence_leaves_zero(found, each):
    stopped = stop(found, each["always-valid"])
    sequence = always_valid(found, tuning_n=UNITS)
    outside = (sequence.absolute_low > 0) | (sequence.absolute_high < 0)
    np.testing.assert_array_equal(stopped.found, outside.any(axis=1))
    np.testing.assert_array_equal(stopped.look[stopped.found], outside.argmax(axis=1)[stopped.found])


def test_one_look_reads_the_end_and_peeking_every_look(found, each):
    last = stop(found, each["fixed"])
    assert (last.look == LOOKS - 1).all()
    np.testing.assert_array_equal(last.found, found.p_value[:, -1] < 0.05)
    peeked = stop(found, each["peeking"])
    np.testing.assert_array_equal(peeked.found, (found.p_value < 0.05).any(axis=1))
    assert (found.p_value[:, 0][(peeked.look == 0) & peeked.found] < 0.05).all()


def test_the_normal_posterior_decides_as_the_exact_one_does(found, each):
    """Of 360 looks at a proportion, at most 2 is decided otherwise by the exact Beta posteriors."""
    share = [METRICS[2]]
    column = 2
    of_share = effects_of(found[:60], column)
    exact = np.abs(beliefs(of_share, share).chance_to_win[..., 0, 0] - 0.5) > 0.475
    taken = each["bayesian"].rejects(found[:60])[..., column, 0]
    assert (exact != taken).sum() <= 2


def effects_of(found, column):
    arrays = {
        field.name: getattr(found, field.name)[:, :, [column]]
        for field in fields(found)
        if isinstance(getattr(found, field.name), np.ndarray)
    }
    return Effects(metrics=(found.metrics[column],), treatments=found.treatments, alpha=found.alpha, **arrays)


def test_effects_at_a_look_are_those_of_that_look(found):
    look = np.random.default_rng(3).integers(0, LOOKS, found.absolute[:, 0].shape)
    picked = at_look(found, look)
    for place in (0, 7, 399):
        for metric in range(len(METRICS)):
            assert picked.p_value[place, metric, 0] == found.p_value[place, look[place, metric, 0], metric, 0]


def test_what_has_no_p_value_finds_nothing(units):
    empty = effects(rerandomised(units, split=(1, 0), replications=3, rng=np.random.default_rng(4)), METRICS)
    for rule in rules(METRICS, units.fractions, UNITS):
        assert not stop(empty, rule).found.any()
