"""A log's users by day, beside the same counted slowly."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.errors import ExperimentError
from experiments.activity import QUANTITIES
from experiments.baselines import baseline, simulated
from experiments.drafting import MEASURABLE
from experiments.history import history
from experiments.metrics import SIMULATED, Metric, find
from tests.experiments.logs import log


def counted(dataset, days):
    """The unit-days of every window by groupby: one row a window, day and unit seen so far."""
    rows = dataset.interactions.assign(
        day=lambda frame: (frame["time"] - pd.Timestamp("2026-01-05")).dt.days,
        price=lambda frame: dataset.items["price"].to_numpy()[frame["item"]],
    )
    span = int(rows["day"].max()) + 1
    start = span % days
    seen = []
    for (window, user), part in rows[rows["day"] >= start].groupby([(rows["day"] - start) // days, "user"]):
        for day in range(days):
            so_far = part[part["day"] - start - window * days <= day]
            if len(so_far):
                bought = so_far[so_far["event"] == "purchase"]
                shown, clicked = ((so_far["event"] == name).sum() for name in ("impression", "view"))
                spent = bought["price"].sum()
                seen.append((window, user, day, shown, clicked, float(len(bought) > 0), spent, len(bought)))
    return pd.DataFrame(seen, columns=["window", "user", "day", *QUANTITIES[1:]])


@pytest.mark.parametrize("days", [1, 7, 21])
def test_history_equals_counting(days):
    dataset = log()
    found, slow = history(dataset, days), counted(dataset, days)
    by_day = slow.groupby("day")
    np.testing.assert_allclose(found.moments.n[:, 0], by_day.size())
    np.testing.assert_allclose(found.moments.mean[:, 0, 1:], by_day[list(QUANTITIES[1:])].mean())
    for place, name in enumerate(QUANTITIES[1:], start=1):
        np.testing.assert_allclose(found.moments.covariance[:, 0, place, place], by_day[name].var(), atol=1e-12)
    windows = int(slow["window"].max()) + 1
    np.testing.assert_allclose(found.users, by_day.size() / windows)


def test_users_who_return_are_counted_once():
    made = log(rows=6, users=3, days=1)
    day = pd.to_timedelta([0, 0, 1, 1, 2, 3], unit="D")
    rows = made.interactions.assign(
        user=np.array([0, 1, 1, 2, 0, 0], dtype="int32"), time=pd.Timestamp("2025-03-01 12:00") + day
    )
    tiny = replace(made, interactions=rows)
    np.testing.assert_array_equal(history(tiny, 4).users, [2, 3, 3, 3])
    np.testing.assert_array_equal(history(tiny, 2).users, [1.5, 2.0])
    np.testing.assert_array_equal(history(tiny, 30).users, [2, 3, 3, 3])


def test_a_quantile_is_measured_day_by_day():
    dataset = log(rows=900)
    metric = Metric(name="most", kind="quantile", numerator="revenue", quantile=0.8)
    past = history(dataset, 7, quantiles=[metric])
    slow = counted(dataset, 7)
    for day in (0, 3, 6):
        values = slow.loc[slow["day"] == day, "revenue"].to_numpy()
        assert baseline(past, metric).value[day] == pytest.approx(np.quantile(values, 0.8))
    assert (baseline(past, metric).variance[3:] > 0).all()
    with pytest.raises(ExperimentError, match="was not measured"):
        baseline(history(dataset, 7), metric)


def test_sessions_open_after_silence():
    dataset = log(rows=4, users=2, days=1)
    time = pd.to_datetime(["2026-01-05 10:00", "2026-01-05 10:20", "2026-01-05 10:51", "2026-01-05 23:00"])
    rows = dataset.interactions.assign(user=np.array([0, 0, 0, 1], dtype="int32"), time=time)
    assert history(replace(dataset, interactions=rows), 1).moments.total[0, 0, 0] == 3


def test_baselines_come_from_the_log_where_it_tells():
    past = history(log(), 7)
    conversion = baseline(past, find(SIMULATED, "conversion"))
    assert conversion.measured
    assert conversion.variance[-1] == pytest.approx(conversion.value[-1] * (1 - conversion.value[-1]))
    ratio = baseline(past, find(SIMULATED, "click_through"))
    total = past.moments.total[-1, 0]
    assert ratio.measured
    assert ratio.value[-1] == pytest.approx(total[2] / total[1])
    assert ratio.variance[-1] > 0


def test_what_the_log_cannot_tell_is_assumed_and_says_so():
    dataset = log()
    rows = dataset.interactions[dataset.interactions["event"] == "view"].reset_index(drop=True)
    past = history(replace(dataset, interactions=rows), 7)
    for metric in SIMULATED[:3]:
        found = baseline(past, metric)
        assert not found.measured
        assert "The log cannot tell it" in found.sentence
        assert (found.value > 0).all()
        assert (found.variance > 0).all()
    assert baseline(past, find(SIMULATED, "sessions")).measured
    assert (baseline(past, find(MEASURABLE, "purchases_per_user")).value > 0).all()
    with pytest.raises(ExperimentError, match="holds no revenue"):
        baseline(past, find(MEASURABLE, "revenue_p90"))
    assert baseline(past, find(SIMULATED, "click_through")).value[0] == 0.05


def test_simulated_users_buy_only_what_they_are_shown():
    past = history(log(), 7)
    conversion = find(SIMULATED, "conversion")
    bought = 0.05 * 10 * past.purchase_rate * past.moments.mean[:, 0, past.moments.index("sessions")]
    np.testing.assert_allclose(simulated(past, conversion).value, 1 - np.exp(-bought))
    sessions = find(SIMULATED, "sessions")
    np.testing.assert_array_equal(simulated(past, sessions).value, baseline(past, sessions).value)
    assert simulated(past, find(MEASURABLE, "revenue_p90")) is None


def test_a_log_without_times_is_one_day():
    dataset = log()
    rows = dataset.interactions.assign(time=pd.NaT)
    past = history(replace(dataset, interactions=rows), 14)
    assert not past.timed
    assert past.users.tolist() == [dataset.interactions["user"].nunique()]


def test_no_days_or_no_rows_says_so():
    with pytest.raises(ExperimentError, match="0 days"):
        history(log(), 0)
    with pytest.raises(ExperimentError, match="0 rows"):
        history(replace(log(), interactions=log().interactions.iloc[:0]), 7)
