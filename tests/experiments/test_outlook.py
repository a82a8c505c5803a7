import numpy as np
import pytest

from experiments.design import detection_power, sample_size
from experiments.drafting import draft
from experiments.history import history
from experiments.outlook import horizon, outlook


@pytest.fixture(scope="module")
def past(shop):
    return history(shop, 28)


def test_the_sentence_names_users_days_and_uplift(past):
    found = outlook(draft(["a", "b"], mde=0.4, days=14), past)
    assert found.days_needed is not None
    units = f"{np.ceil(found.size.units[0]):,.0f}"
    assert (
        found.sentence
        == f"You need {units} users per arm, about {found.days_needed} days, to detect +40% in conversion."
    )


def test_the_curve_holds_the_planned_power(past):
    found = outlook(draft(["a", "b"], mde=0.4, power=0.9), past)
    day = 9
    power = detection_power(
        "proportion",
        baseline=past.moments.mean[day, 0, 3],
        uplift=found.mde[day] * past.moments.mean[day, 0, 3],
        units_control=found.users[day] / 2,
        units_treatment=found.users[day] / 2,
    )
    assert power == pytest.approx(0.9)
    assert found.mde[found.days_needed - 1] <= 0.4 < found.mde[found.days_needed - 2]


def test_too_little_traffic_says_what_it_could_find(past):
    found = outlook(draft(["a", "b"], mde=0.01), past)
    assert found.days_needed is None
    assert "This traffic does not bring that many" in found.sentence
    assert any("too short" in caution for caution in found.cautions)


def test_the_readers_own_figures_replace_the_logs(past):
    plan = draft(["a", "b"], mde=0.05)
    own = outlook(plan, past, known_baseline=0.1, users_a_day=1e5)
    assert own.baseline == 0.1
    assert own.size == sample_size("proportion", baseline=0.1, mde=0.1 * 0.05, split=plan.split)
    assert own.days_needed == 2


def test_what_to_beware_of(past):
    plan = draft(["a", "b", "c"], mde=0.05, split=(8, 1, 1), days=5, stopping="always-valid")
    said = " ".join(outlook(plan, past, known_baseline=0.004).cautions)
    for words in ("base rate", "8 comparisons", "up to 34%", "less than a week", "more users than an even one",
                  "Looking every day costs about", "Sessions per user may lose 5%"):  # fmt: skip
        assert words in said
    assert "is not in this log" in " ".join(outlook(draft(["a", "b"], primary="click_through", mde=0.2), past).cautions)


def test_looking_daily_needs_more(past):
    once, daily = (
        outlook(draft(["a", "b"], mde=0.1, stopping=stopping), past) for stopping in ("fixed", "always-valid")
    )
    assert daily.size.total > 1.5 * once.size.total


def test_the_curve_reaches_beyond_the_plan():
    assert (horizon(3), horizon(30)) == (28, 60)
