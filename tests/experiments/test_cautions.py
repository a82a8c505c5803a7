import pytest

from experiments.cautions import cautions
from experiments.drafting import draft
from experiments.history import history
from experiments.outlook import outlook


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
