from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments.reading import readings, segment_readings, visible_range
from experiments.simulate import simulate


@pytest.fixture(scope="module")
def results(shop):
    return simulate(shop, control="random", treatments=["oracle"], users=600, days=5, stopping="fixed")


def changed(results, **columns):
    return replace(results, effects=results.effects.assign(**columns))


def test_suspicious_uplifts_are_flagged(results):
    found = readings(changed(results, relative=[0.6, 0.6, 0.4, 0.0], p_value_adjusted=[0.01, 0.2, 0.01, 0.9]))
    assert found["suspicious"].tolist() == [True, False, False, False]


def test_the_truth_stands_beside(results):
    found = readings(results)
    truth = results.truth["relative"]
    held = (results.effects["relative_low"] <= truth) & (truth <= results.effects["relative_high"])
    np.testing.assert_array_equal(found["inside"], held)
    np.testing.assert_array_equal(found["true_relative"], results.truth["relative"])
    real = readings(replace(results, truth=results.truth.iloc[:0]))
    assert real["true_relative"].isna().all()


def test_the_truth_is_held_against_the_interval_that_is_shown(results):
    truth = results.truth.assign(absolute=0.5, relative=0.5)
    table = replace(changed(results, absolute_low=0.0, absolute_high=1.0), truth=truth)
    shown = replace(table, effects=table.effects.assign(relative_low=[0.0, 0.6, np.nan, 0.0], relative_high=1.0))
    assert readings(shown)["inside"].tolist() == [True, False, True, True]
    nothing = replace(shown, effects=shown.effects.assign(relative_low=np.nan, absolute_low=np.nan))
    assert readings(nothing)["inside"].tolist() == [None] * 4


def test_the_truth_of_a_small_segment_is_left_out(results):
    found = segment_readings(results)
    assert found["true_absolute"].isna().equals(found["suppressed"])


def test_one_endless_interval_does_not_flatten_the_others():
    low = pd.Series([-50.0, -0.1, -0.1, -0.1, -0.1, np.nan])
    range_ = visible_range(low, -low, pd.Series([0.0, 0.02, 0.3, 0.0, 0.0, np.nan]))
    assert range_ == pytest.approx((-0.1 - 0.04, 0.3 + 0.04))
    grown = visible_range(low, -low, pd.Series([0.0]), slack=1.0)
    assert grown == pytest.approx((-0.3 - 0.06, 0.3 + 0.06))
    every = visible_range(pd.Series([-0.1, -0.15]), pd.Series([0.1, 0.12]), pd.Series([0.0]), slack=1.0)
    assert every == pytest.approx((-0.15 - 0.027, 0.12 + 0.027))
    assert visible_range(low, -low, pd.Series([np.nan])) is None
    assert visible_range(pd.Series([np.nan]), pd.Series([np.nan]), pd.Series([0.0])) == (-0.01, 0.01)
