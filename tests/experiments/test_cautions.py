import numpy as np
import pytest

from experiments.cautions import cautions
from experiments.drafting import draft
from experiments.history import history
from experiments.outlook import outlook
from tests.engine.logs import make_log


@pytest.fixture(scope="module")
def past(shop):
    return history(shop, 28)


def said(past, variants=("a", "b"), own=None, **rules):
    plan = draft(variants, **{"mde": 0.05, **rules})
    return " ".join(cautions(plan, past, outlook(plan, past, **(own or {}))))


def test_a_sound_plan_has_nothing_to_beware_of(past):
    own = {"known_baseline": 0.1, "users_a_day": 1e6}
    assert said(past, mde=0.3, own=own, guardrails={}, days=14) == ""


def test_a_rare_event(past):
    assert "only 0.40%" in said(past, own={"known_baseline": 0.004})
    assert "is not in this log" in said(past, primary="click_through", mde=0.2)


def test_many_comparisons(past):
    assert "6 comparisons (3 metrics × 2 treatments) share" in said(past, "abc")
    assert "tested at 0.83%" in said(past, "abc")
    assert "up to 26%" in said(past, "abc", correction="none")
    assert "up to 26%" in said(past, "abc", stopping="bayesian")
    assert "comparisons" not in said(past)


def test_the_length(past):
    assert "less than a week" in said(past, days=5)
    assert "not whole weeks" in said(past, days=10)
    assert "Plan 14 days instead" in said(past, days=10)
    assert "too short" in said(past)
    assert "tells of 28 days" in said(past, days=40)
    assert "more users than an even one" in said(past, split=(9, 1))


def test_how_it_may_stop(past):
    assert "Looking every day costs about" in said(past, stopping="always-valid")
    assert "Looking 4 times costs about" in said(past, stopping="group-sequential", looks=4, spending="pocock")
    assert "up to 22% of tests" in said(past, stopping="bayesian", correction="none", days=14)


def test_guardrails(past):
    assert "Sessions per user may lose 5% by plan" in said(past)
    assert "Ruling it out takes" in said(past)


def test_a_log_without_times_tells_of_no_days():
    rng = np.random.default_rng(2)
    found = said(history(make_log(list({(int(u), int(i)) for u, i in rng.integers(0, 30, (300, 2))})), 28), days=14)
    assert "has no times: all of it is read as one day" in found
    assert "1 day is too short" in found
    assert "1 days" not in found


def test_no_loss_is_larger_than_all():
    # One user of four opens twenty sessions, so that the spread is twice the mean.
    visits = [(0, 0, day) for day in range(20)] + [(user, 0, 0) for user in (1, 2, 3)]
    found = said(history(make_log(visits), 28), days=14)
    assert "14 days are too little data to rule any loss out" in found
