"""The Simulate page: before, while and after an experiment runs, and what can go wrong."""

import time
from functools import partial

import pytest

from engine import jobs
from pages.parts import outcomes
from tests.engine.logs import make_log, random_log
from tests.pages.opened import open_at, words
from tests.pages.simulated import frames, request, simulated


@pytest.fixture(scope="module")
def log():
    return random_log(4, n_rows=900, feedback="implicit")


@pytest.fixture
def open_page(app):
    return partial(open_at, app, "simulate", users="300", days="3", treatments="Random")


def test_before_the_run_it_says_what_will_happen(open_page, log):
    page = open_page(log, seed="77")
    assert page.title[0].value == "What would the test say, and what is the truth?"
    assert "Random against Popularity: 300 simulated users made from small.csv, for 3 days." in words(page)
    assert "**Conversion** decides · Sessions per user may lose 5%" in words(page)
    assert page.button(key="run").label == "Run the simulation"
    assert not page.dataframe


def test_what_is_on_disk_is_shown_with_the_truth_beside(open_page, log):
    simulated(log)
    page = open_page(log)
    assert "the test says" in words(page)
    assert "the truth is" in words(page)
    assert "Next step" in words(page)
    table = frames(page)[0]
    assert list(table["Metric"]) == ["Conversion", "Click-through rate", "Revenue per user", "Sessions per user"]
    assert table["The interval"].str.contains("the truth").all()
    assert not [button for button in page.button if button.key == "run"]


def test_the_plan_asks_what_the_design_page_asks(open_page, log):
    page = open_page(log, stopping="A few planned looks", looks="2", cuped="true", correction="Bonferroni")
    said = "2 looks, group sequential, O'Brien–Fleming spending · corrected by Bonferroni's method · adjusted by what"
    assert said in words(page)
    page.selectbox(key="stopping").set_value("bayesian").run()
    assert "Bayesian, by the chance to win · adjusted" in words(page)


def test_the_button_runs_it_in_a_child_process(open_page, log):
    page = open_page(log, seed="5", stopping="A few planned looks", looks="2", cuped="true")
    page.button(key="run").click().run()
    assert not page.exception
    key = page.session_state["result"]
    assert request(log, seed=5)["seed"] == 5
    end = time.monotonic() + 120
    while jobs.status(key).active:
        assert time.monotonic() < end
        time.sleep(0.2)
    page.run()
    assert "the truth is" in words(page)
    plan = outcomes.load(key).plan
    assert (plan.stopping, plan.looks) == ("group-sequential", 2)
    assert "sessions before" in plan.primary.covariates


def test_the_same_model_twice_is_an_a_a_test_whose_truth_is_zero(open_page, log):
    simulated(log, treatments=[{"model": "popularity", "params": {}}])
    page = open_page(log, treatments="Popularity")
    assert set(frames(page)[0]["True uplift"]) <= {"+0.0%", "—"}


def test_without_a_treatment_it_asks_for_one(open_page, log):
    page = open_page(log)
    page.multiselect(key="treatments").set_value([]).run()
    assert "Choose at least one treatment" in words(page)


def test_a_log_too_small_to_simulate_from_says_why(open_page):
    page = open_page(make_log([(0, 0), (1, 1)]))
    page.button(key="run").click().run()
    key = page.session_state["result"]
    end = time.monotonic() + 120
    while jobs.status(key).active:
        assert time.monotonic() < end
        time.sleep(0.2)
    page.run()
    assert not page.exception
    assert "Simulated users need at least 2 users, 3 items" in words(page)
    assert page.button(key="run").label == "Run it again"


@pytest.fixture(scope="module")
def believed(log):
    """A finished run of two treatments with everything that can be asked beside it."""
    return simulated(
        log, days=3, retrain_every=1, worlds=5, split=[1.0, 1.0, 1.0],
        treatments=[{"model": "ease", "params": {}}, {"model": "random", "params": {}}],
    )  # fmt: skip


@pytest.fixture
def believed_page(open_page, log, believed):
    page = open_page(log, treatments=["EASE", "Random"], worlds="5 worlds", retrain="1 day")
    assert page.session_state["result"] == believed
    return page


def test_how_well_the_users_fit_stands_under_the_verdict(believed_page, believed):
    found = outcomes.load(believed).fidelity
    said = words(believed_page)
    assert "Can these users be believed?" in said
    assert found.sentence[:60] in said.replace("\\", "")
    table = next(frame.value for frame in believed_page.dataframe if "Held out" in frame.value)
    assert list(table["Measure"]) == [measure.title for measure in found.measures]


def test_the_estimate_is_taken_apart_and_worlds_and_users_are_counted(believed_page, believed):
    said = words(believed_page)
    results = outcomes.load(believed)
    assert "all variants learn from the same clicks" in said
    told = results.worlds.conclusion("conversion", "ease")
    assert f"Uplift in {told.better} of 5 plausible worlds" in said
    tables = frames(believed_page)
    bias = next(table for table in tables if "Interference" in table)
    assert list(bias["Treatment"])[:2] == ["EASE", "Random"]
    worlds = next(table for table in tables if "Worlds with uplift" in table)
    assert worlds["Worlds with uplift"].str.endswith("of 5").all()
    helped = next(table for table in tables if "▲ Helped" in table)
    assert helped["Segment"][0] == "Everybody"
    assert any(button.label.startswith("Every user's own effects") for button in believed_page.get("download_button"))
    believed_page.selectbox(key="who_metric").set_value("revenue_per_user").run()
    believed_page.selectbox(key="worlds_metric").set_value("sessions").run()
    assert not believed_page.exception


def test_behaviours_are_switched_off_in_one_order_whatever_was_chosen_first(open_page, log):
    key = simulated(log, interference=False, without=["boredom", "drift"])
    page = open_page(log, interference="false", without=["Drift", "Boredom"])
    assert page.session_state["result"] == key
    assert "Switched off in all simulated users: boredom and drift." in outcomes.load(key).notes
    page.multiselect(key="without").set_value([]).run()
    assert not page.exception
    assert page.button(key="run").label == "Run the simulation"


def test_everything_beside_it_can_be_left_out_and_more_worlds_are_a_click_away(open_page, log):
    simulated(log, interference=False)
    page = open_page(log, interference="false")
    assert "Because all variants" not in words(page)
    assert "This is the truth of one world." in words(page)
    page.button(key="more-worlds").click().run()
    assert not page.exception
    assert page.session_state["worlds"] == 20
    assert jobs.status(page.session_state["result"]).active
    jobs.shutdown()
