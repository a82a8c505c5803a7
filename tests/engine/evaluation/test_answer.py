"""What is said of predicted ratings."""

import numpy as np

from engine.evaluation.answer import how_calibrated
from engine.metrics.calibration import Curve


def curve(predicted, observed, reach):
    middle = np.array(observed)
    return Curve(np.array(predicted), middle, middle - reach, middle + reach, np.array([50] * len(middle)))


def test_the_widest_gap_beyond_chance_is_named():
    # The widest gap of all, in the first group, is within its interval.
    found = curve([2.0, 3.5, 4.2], [2.5, 3.4, 3.9], np.array([0.6, 0.05, 0.1]))
    assert how_calibrated("SVD", found) == (
        "In 2 of 3 groups of alike predictions SVD is off by more than chance, most where it says 4.20 and people "
        "gave 3.90 (95% interval 3.80 to 4.00)."
    )


def test_gaps_within_their_intervals_are_none():
    sentence = "In no group of alike predictions is SVD off by more than chance."
    assert how_calibrated("SVD", curve([2.0], [2.5], 1.0)) == sentence


def test_one_user_says_nothing():
    assert "Too few users" in how_calibrated("SVD", curve([2.0], [2.5], np.nan))
