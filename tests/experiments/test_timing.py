import numpy as np
import pytest

from engine.errors import ExperimentError
from experiments.timing import novelty, trend_effects, unit_trends, weekday_coverage


def daily(seed=0, days=14, units=600, decay=0.0, shape=()):
    """Each unit has a lasting level; the treatment's uplift of 1 changes by ``decay`` a day."""
    rng = np.random.default_rng(seed)
    variant = np.arange(units) % 2
    uplift = (1 + decay * np.arange(days))[:, None] * variant
    return 5 + rng.normal(0, 1, (*shape, 1, units)) + rng.normal(0, 1, (*shape, days, units)) + uplift, variant


def test_a_trend_is_the_least_squares_slope_of_the_units_own_days():
    values, _ = daily(1, units=4)
    first = np.array([0, 3, 12, 13])
    found = unit_trends(values, first)
    for unit in range(3):
        days = np.arange(first[unit], 14)
        np.testing.assert_allclose(found[unit], np.polyfit(days, values[days, unit], 1)[0])
    assert np.isnan(found[3])


def test_a_steady_uplift_is_called_a_trend_as_rarely_as_promised():
    values, variant = daily(2, shape=(1000,), units=60)
    found = trend_effects(values, variant, 2)
    assert found.absolute.shape == (1000, 2, 1)
    assert abs((found.p_value[:, 1] < 0.05).mean() - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 1000)
    np.testing.assert_allclose(found.absolute[:, 0].mean(), 1, atol=0.05)


def test_the_change_of_the_uplift_is_found():
    values, variant = daily(3, decay=-0.06)
    found = trend_effects(values, variant, 2)
    assert found.absolute_low[1, 0] < -0.06 < found.absolute_high[1, 0]
    check = novelty(values, variant, 2, title="revenue")
    assert check.status == "warning"
    assert "The uplift in revenue fades" in check.sentence
    assert "grows" in novelty(*daily(4, decay=0.06), 2, title="revenue").sentence
    assert novelty(*daily(5), 2, title="revenue").status == "ok"
    assert "Not enough days" in novelty(values[:1], variant, 2, title="revenue").sentence


def test_units_that_came_on_the_last_day_are_left_out():
    values, variant = daily(6, units=40)
    first = np.where(np.arange(40) < 10, 13, 0)
    found = trend_effects(values, variant, 2, first_day=first)
    assert (found.n_control.max(), found.n_treatment.max()) == (15, 15)


def test_days_of_the_week():
    start = np.datetime64("2025-01-06")  # a Monday
    check = weekday_coverage(start + np.arange(5))
    assert (check.status, check.sentence) == ("warning", "Not in the experiment: Saturday and Sunday.")
    check = weekday_coverage(start + np.arange(9))
    assert "Monday and Tuesday count more often" in check.sentence
    assert check.next_step == "Run 5 more days for whole weeks."
    assert weekday_coverage(np.repeat(start + np.arange(14), 3)).sentence == "Every day of the week is in 2 times."
    assert weekday_coverage(["2025-01-06T10:00"] + [str(start + day) for day in range(1, 7)]).status == "ok"
    assert weekday_coverage(start + np.arange(30)).status == "ok"


def test_what_cannot_be_is_said():
    with pytest.raises(ExperimentError, match="expected days such as"):
        weekday_coverage(["soon"])
    with pytest.raises(ExperimentError, match="No date"):
        weekday_coverage([])
    with pytest.raises(ExperimentError, match="2 have a day of first exposure"):
        unit_trends(np.ones((3, 4)), [0, 1])
    with pytest.raises(ExperimentError, match=r"expected \(\.\.\., days, units\)"):
        unit_trends(np.ones(3))
