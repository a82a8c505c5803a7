import numpy as np
import pandas as pd
import pytest

from engine.dataset import Dataset
from engine.world import WorldParameters
from engine.world.activity import fit_activity


def log(user, minutes):
    rows = pd.DataFrame(
        {
            "user": np.array(user, dtype=np.int32),
            "item": np.zeros(len(user), dtype=np.int32),
            "time": (pd.Timestamp("2026-01-05") + pd.to_timedelta(minutes, unit="m")).astype("datetime64[s]"),
            "event": pd.Categorical(["rating"] * len(user)),
            "rating": 1.0,
        }
    )
    users = pd.DataFrame({"user_id": ["a", "b", "c"]})
    return Dataset("log", rows, users, pd.DataFrame({"item_id": ["x"]}), "explicit", {}, (1.0, 5.0))


def test_sessions_are_told_by_gaps_and_rates_shrunk_to_the_mean():
    day = 1440
    # a: two sessions on day 0 (0 and 20 minutes are one), one on day 9; b: one session on day 3.
    found = fit_activity(log([0, 0, 0, 0, 1], [0, 20, 60, 9 * day, 3 * day]), WorldParameters(activity_prior_days=5.0))
    mean = 4 / 11  # 3 sessions in 10 days, 1 in 1
    expected = [(3 + 5 * mean) / 15, (1 + 5 * mean) / 6, mean]
    np.testing.assert_allclose(found.sessions_per_day, expected)
    assert found.next_weekday == 3  # ten days after a Monday
    assert found.note is None


def test_no_prior_leaves_users_their_own_rate():
    found = fit_activity(log([0, 0, 1], [0, 1440, 0]), WorldParameters(activity_prior_days=0.0))
    np.testing.assert_allclose(found.sessions_per_day, [1.0, 1.0, 1.0])


def test_rhythm_follows_the_weekdays():
    # Four weeks: five sessions each Saturday, one any other day.
    minutes = [day * 1440 + 120 * n for day in range(28) for n in range(5 if day % 7 == 5 else 1)]
    found = fit_activity(log([0] * len(minutes), minutes), WorldParameters())
    assert found.rhythm.mean() == pytest.approx(1)
    assert found.rhythm.argmax() == 5
    off = fit_activity(log([0] * len(minutes), minutes), WorldParameters(weekly_rhythm=False))
    np.testing.assert_array_equal(off.rhythm, 1)


def test_a_log_without_times_says_so():
    untimed = log([0, 1], [0, 0])
    untimed.interactions["time"] = np.datetime64("NaT", "s")
    found = fit_activity(untimed, WorldParameters(default_sessions_per_day=0.7))
    np.testing.assert_array_equal(found.sessions_per_day, 0.7)
    assert found.note == "The log has no times: every user has 0.7 sessions a day."
