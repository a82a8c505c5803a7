"""Predicted against observed: known answers, and what no order or shift may change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.metrics.calibration import calibration_error


def test_worked_out_by_hand():
    predicted, observed = np.array([1.0, 1, 3, 4]), np.array([2.0, 1, 3, 2])
    # Two groups of two: (1, 1) against 1.5, and (3, 4) against 2.5.
    assert calibration_error(predicted, observed, groups=2) == pytest.approx((0.5 + 1.0) / 2)
    # Four groups: 1 and 1 stay together.
    assert calibration_error(predicted, observed, groups=4) == pytest.approx((2 * 0.5 + 0 + 2) / 4)
    assert np.isnan(calibration_error(np.array([]), np.array([])))


def test_one_prediction_for_all_is_off_by_the_mean_alone():
    observed = np.array([1.0, 5, 5, 4])
    assert calibration_error(np.full(4, 3.0), observed) == pytest.approx(0.75)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=60), st.integers(1, 12))
def test_bounds_order_and_shift(pairs, groups):
    predicted, observed = np.array(pairs, dtype=float).T
    found = calibration_error(predicted, observed, groups=groups)
    bias = abs((predicted - observed).mean())
    assert bias - 1e-9 <= found <= np.abs(predicted - observed).mean() + 1e-9
    assert calibration_error(predicted[::-1], observed[::-1], groups=groups) == pytest.approx(found)
    assert calibration_error(predicted, predicted, groups=groups) == pytest.approx(0)
    assert calibration_error(predicted + 7, predicted, groups=groups) == pytest.approx(7)
