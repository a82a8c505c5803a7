"""The Design page: the sentence, the curve, what to beware of, and the reader's own figures."""

import json

import pytest

from engine import store
from tests.engine.logs import make_log, random_log


@pytest.fixture(scope="module")
def log():
    return random_log(3, n_rows=900, feedback="implicit")


@pytest.fixture
def open_page(app):
    def opened(dataset, **query):
        app.query_params["data"] = store.put(dataset)
        for name, value in query.items():
            app.query_params[name] = value
        app.switch_page("pages/design.py").run()
        assert not app.exception
        return app

    return opened


def words(page):
    parts = [*page.title, *page.markdown, *page.caption, *page.warning, *page.info, *page.error]
    return "\n".join(part.value for part in parts)


def chart(page):
    return json.loads(page.get("plotly_chart")[0].proto.spec)


def test_the_answer_is_users_days_and_uplift(open_page, log):
    page = open_page(log, mde="0.5", primary="Sessions per user")
    assert page.title[0].value == "How many users and days does the test need?"
    assert "users per arm" in words(page)
    assert "to detect +50% in sessions per user" in words(page)
    assert page.metric[0].label == "Users needed"
    assert len(chart(page)["data"][0]["x"]["bdata"]) > 0


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


def test_many_treatments_and_daily_looks_are_warned_of(open_page, log):
    page = open_page(log, treatments=["SVD", "Random"], stopping="A look every day", split="80% control", days="5")
    for said in ("8 comparisons", "Looking every day costs", "more users than an even one", "less than a week"):
        assert said in words(page)


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
    hashes = {words(page).split("plan `")[1][:16]}
    page.text_input(key="hypothesis").set_value("Taste beats fashion.").run()
    hashes.add(words(page).split("plan `")[1][:16])
    assert "Taste beats fashion." in words(page)
    page.slider(key="margin_sessions").set_value(0.1).run()
    hashes.add(words(page).split("plan `")[1][:16])
    assert len(hashes) == 3


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
