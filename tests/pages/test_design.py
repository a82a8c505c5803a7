"""The Design page: the sentence, the curve, what to beware of, and the reader's own figures."""

import json
from functools import partial

import numpy as np
import pytest

from engine.errors import ExperimentError
from experiments.database import register, registered
from experiments.drafting import draft
from pages.parts import registration
from tests.engine.logs import make_log, random_log
from tests.pages.opened import open_at, words


@pytest.fixture(scope="module")
def log():
    return random_log(3, n_rows=900, feedback="implicit")


@pytest.fixture(scope="module")
def shop():
    """A shop whose users keep their habits."""
    rng = np.random.default_rng(5)
    rate = rng.gamma(0.5, 1.0, 60)
    user = rng.choice(60, 2000, p=rate / rate.sum())
    rows = zip(user.tolist(), rng.integers(0, 12, 2000).tolist(), rng.uniform(0, 40, 2000).tolist(), strict=True)
    return make_log(list(rows))


@pytest.fixture
def open_page(app):
    return partial(open_at, app, "design")


def chart(page):
    return json.loads(page.get("plotly_chart")[0].proto.spec)


def test_the_answer_is_users_days_and_uplift(open_page, log):
    page = open_page(log, mde="0.5", primary="Sessions per user")
    assert page.title[0].value == "How many users and days does the test need?"
    assert "to detect +50% in sessions per user" in words(page)
    assert page.metric[0].label == "Users needed"
    assert len(chart(page)["data"][0]["x"]["bdata"]) > 0


def test_every_kind_of_metric_can_decide(open_page, log):
    page = open_page(log, mde="0.5")
    for name in ("click_through", "conversion", "revenue_per_user", "purchases_per_user"):
        page.selectbox(key="primary").set_value(name).run()
        assert not page.exception
        assert not page.error
        assert "users per arm" in words(page)
    page.selectbox(key="primary").set_value("revenue_p90").run()
    assert "holds no revenue" in page.error[0].value
    assert page.title[0].value == "How many users and days does the test need?"


def test_what_the_log_cannot_tell_is_said(open_page, log):
    page = open_page(log)
    assert "Conversion is not in this log" in words(page)
    assert "too short" in words(page)


def test_the_readers_own_figures_replace_the_logs(open_page, log):
    page = open_page(log, baseline_conversion="0.004", traffic="50000")
    assert "Conversion is only 0.40%" in words(page)
    assert "Your own figure." in words(page)
    assert page.metric[2].value == "0.40%"
    page.number_input(key="traffic").set_value(5_000_000.0).run()
    assert "about 1 day, to detect" in words(page)
    needed = page.metric[0].value
    page.number_input(key="group").set_value(20.0)
    page.number_input(key="alike").set_value(0.2).run()
    assert page.metric[0].value != needed


def test_many_treatments_and_daily_looks_are_warned_of(open_page, log):
    page = open_page(log, treatments=["SVD", "Random"], stopping="A look every day", split="80% control", days="5")
    for said in ("6 comparisons", "Looking every day costs", "more users than an even one", "less than a week"):
        assert said in words(page)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("One look, at the end", "one look, at the end"),
        ("A few planned looks", "4 looks, group sequential, O'Brien–Fleming spending"),
        ("A look every day", "a look whenever you like, always-valid"),
        ("By the chance to win", "Bayesian, by the chance to win"),
    ],
)
def test_every_stopping_rule_can_be_planned(open_page, log, rule, said):
    page = open_page(log, stopping=rule, mde="0.5", traffic="1000", baseline_conversion="0.2")
    assert said in words(page)
    assert ("stops after" in words(page)) == (rule != "One look, at the end")
    assert len(page.metric) == (4 if rule == "One look, at the end" else 5)


def test_looks_spending_and_priors_are_asked_for(open_page, log):
    page = open_page(log, stopping="A few planned looks", days="3", looks="10")
    assert "3 looks" in words(page)
    page.selectbox(key="spending").set_value("pocock").run()
    assert "Pocock spending" in words(page)
    page.selectbox(key="stopping").set_value("bayesian").run()
    flat = page.metric[0].value
    page.number_input(key="prior_success").set_value(50.0)
    page.number_input(key="prior_failure").set_value(50.0).run()
    assert not page.exception
    assert page.metric[0].value != flat


def test_cuped_says_what_it_found_and_saves(open_page, shop):
    page = open_page(shop, primary="Sessions per user", mde="0.3")
    assert "CUPED would save" in words(page) or "CUPED saves nothing here" in words(page)
    assert "Correlation 0." in words(page)
    page.toggle(key="cuped").set_value(True).run()
    assert not page.exception
    assert "adjusted by what users did before (CUPED)" in words(page)


def test_a_split_of_ones_own(open_page, log):
    page = open_page(log, treatments=["SVD", "Random"], split="Your own weights", weights="2,1,1")
    assert "split 50% : 25% : 25%" in words(page)
    page.text_input(key="weights").set_value("2,1").run()
    assert "expected 3 weights above 0" in page.error[0].value


def test_guardrails_say_what_their_margin_takes(open_page, log):
    page = open_page(log)
    table = page.dataframe[0].value
    assert list(table["Guardrail"]) == ["Sessions per user"]
    assert table["May lose"][0] == "5%"
    assert "rule it out" in " ".join(table.columns)
    page.multiselect(key="guardrails").set_value([]).run()
    assert "The plan has none" in words(page)


def test_the_primary_metric_is_no_guardrail(open_page, log):
    page = open_page(log)
    assert "Sessions per user may lose 5%" in words(page)
    page.selectbox(key="primary").set_value("sessions").run()
    assert not page.exception
    assert "no guardrail" in words(page)
    page.selectbox(key="primary").set_value("click_through").run()
    assert "Sessions per user may lose 5%" in words(page)


def test_the_plan_changes_its_hash_with_anything(open_page, log):
    page = open_page(log)
    hashes = {words(page).split("Plan `")[1][:16]}
    page.text_input(key="hypothesis").set_value("Taste beats fashion.").run()
    hashes.add(words(page).split("Plan `")[1][:16])
    assert "Taste beats fashion" in words(page)
    page.slider(key="margin_sessions").set_value(0.1).run()
    hashes.add(words(page).split("Plan `")[1][:16])
    assert len(hashes) == 3


def test_a_registered_plan_is_known_again(open_page, log):
    page = open_page(log)
    hash = words(page).split("Plan `")[1][:16]
    page.button(key="register").click().run()
    assert not page.exception
    assert f"as plan `{hash}`" in page.success[0].value
    assert not [button for button in page.button if button.key == "register"]
    assert registered(hash).plan.primary.name == "conversion"
    page.text_input(key="hypothesis").set_value("Another one.").run()
    assert page.button(key="register").label == "Register this plan"
    page.text_input(key="hypothesis").set_value("").run()
    assert page.success[0].value.startswith("Registered ")
    page.switch_page("pages/simulate.py").run()
    assert f"Plan `{hash}`, registered" in words(page)


def test_registered_plans_are_found_by_their_words(open_page, log):
    register(draft(["popularity", "svd"], hypothesis="Zebras buy stripes."))
    page = open_page(log, plans="true", plans_search="zebras")
    found = page.dataframe[-1].value
    assert list(found["Hypothesis"]) == ["Zebras buy stripes."]
    assert list(found["Variants"]) == ["Popularity : SVD"]
    page.text_input(key="plans_search").set_value("unicorns").run()
    assert "No plan holds these words." in words(page)


def test_a_database_that_cannot_be_used_is_one_sentence(open_page, log, monkeypatch):
    page = open_page(log, hypothesis="Never kept.")

    def broken(_plan):
        raise ExperimentError("The database is away.")

    monkeypatch.setattr(registration, "register", broken)
    page.button(key="register").click().run()
    assert not page.exception
    assert "The database is away." in page.error[0].value


def test_without_a_treatment_it_asks_for_one(open_page, log):
    page = open_page(log)
    page.multiselect(key="treatments").set_value([]).run()
    assert not page.exception
    assert "Choose at least one treatment" in words(page)


def test_an_uplift_that_cannot_be_is_one_sentence(open_page, log):
    page = open_page(log, baseline_conversion="0.9", mde="0.5")
    assert "both it and the result must lie between 0 and 1" in page.error[0].value


def test_a_log_without_times_still_plans(open_page):
    page = open_page(make_log([(user, item) for user in range(30) for item in range(5)]))
    assert "users per arm" in words(page)
