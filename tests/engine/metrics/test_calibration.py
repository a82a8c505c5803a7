"""Predicted against observed: known answers, and what no order or shift may change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.metrics.calibration import calibration_curve, calibration_error, together


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


def test_a_curve_worked_out_by_hand():
    predicted, observed = np.array([4.0, 1, 3, 1]), np.array([2.0, 2, 5, 1])
    users = np.array([7, 7, 9, 9])
    found = calibration_curve(predicted, observed, users, groups=2)
    assert found.predicted == pytest.approx([1.0, 3.5])
    assert found.observed == pytest.approx([1.5, 3.5])
    assert found.count.tolist() == [2, 2]
    # Two users, each half a point off in the first group: √(2 · ½² · 2 / 1) / 2 = ½, times t with one degree.
    reach = np.array([0.5, 1.5]) * 12.706204736
    assert found.high - found.observed == pytest.approx(reach)
    assert found.observed - found.low == pytest.approx(reach)
    assert found.error == pytest.approx(0.25)


def test_ratings_of_one_user_alone_bear_no_interval():
    found = calibration_curve(np.array([1.0, 2, 3]), np.array([1.0, 2, 3]), np.zeros(3, np.int32), groups=2)
    assert np.isnan(found.low).all()
    assert found.to_dict()[0] == {"predicted": 1.0, "observed": 1.0, "low": None, "high": None, "count": 1}
    nobody = np.array([])
    assert calibration_curve(nobody, nobody, nobody.astype(np.int32)).to_dict() == []


def test_users_who_are_alike_within_make_the_interval_wide():
    rng = np.random.default_rng(0)
    users = np.repeat(np.arange(50), 40)
    observed = rng.normal(size=50)[users] + rng.normal(0, 0.1, 2000)
    found = calibration_curve(np.zeros(2000), observed, users)
    # Fifty users say as much as fifty numbers: about 1.96 / √50 each way, not 1.96 / √2000.
    assert found.high[0] - found.observed[0] == pytest.approx(1.96 / np.sqrt(50), rel=0.35)


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(1, 5), st.integers(0, 6)), min_size=1, max_size=80),
    st.integers(1, 12),
    st.integers(1, 4),
)
def test_no_prediction_is_lost_and_none_is_bent(pairs, groups, seeds):
    predicted, observed, users = np.array(pairs, dtype=float).T
    one = calibration_curve(predicted, observed, users.astype(int), groups=groups)
    shifted = [
        calibration_curve(predicted + 0.3 * seed, observed, users.astype(int), groups=groups) for seed in range(seeds)
    ]
    for found, times, shift in ((one, 1, 0.0), (together(shifted, groups=groups), seeds, 0.15 * (seeds - 1))):
        assert found.count.sum() == times * len(pairs)
        assert len(found.count) <= groups
        assert np.average(found.predicted, weights=found.count) == pytest.approx(predicted.mean() + shift)
        assert np.average(found.observed, weights=found.count) == pytest.approx(observed.mean())
        assert (np.diff(found.predicted) > 0).all() or times > 1
        assert (np.diff(found.predicted) >= 0).all()
