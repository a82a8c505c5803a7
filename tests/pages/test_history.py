"""The History page: nothing yet, the list and its search, one experiment, two side by side, and deleting."""

from dataclasses import replace
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from engine import store
from experiments import database
from experiments.simulate import simulate
from pages.parts import outcomes
from tests.conftest import ROOT
from tests.engine.logs import random_log
from tests.pages.opened import open_at, words

SHIP, STOP, REAL = "a" * 16, "b" * 16, "c" * 16


@pytest.fixture(scope="module")
def log():
    return random_log(12, n_rows=900, feedback="implicit")


@pytest.fixture(scope="module")
def results(log):
    return simulate(log, control="popularity", treatments=["random"], users=200, days=2, hypothesis="Luck *sells*.")


@pytest.fixture(autouse=True)
def empty_database(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_DATABASE_URL", f"sqlite:///{tmp_path / 'lab.db'}")
    outcomes.load.clear()


@pytest.fixture
def kept(results):
    """Three experiments: two simulated with different seeds, one real; the plan of the first registered."""
    database.register(results.plan)
    database.keep(of(results, day=1, status="ship"), SHIP, title="Luck in spring")
    database.keep(of(results, day=2, status="stop", seed=2, fingerprint="d" * 16, dataset="other"), STOP, title="Again")
    plan = replace(results.plan, days=9)
    real = of(
        results, day=3, status="unhealthy", simulated=False, fingerprint="e" * 16, dataset="export.csv", plan=plan
    )
    database.keep(real, REAL, title="Live *test*")


def of(results, *, day, status, plan=None, **meta):
    computed = f"2026-05-{day:02}T12:00:00+00:00"
    return replace(
        results,
        plan=plan or results.plan,
        verdict=replace(results.verdict, status=status),
        meta=replace(results.meta, computed=computed, **meta),
    )


@pytest.fixture
def open_page(app, log):
    return partial(open_at, app, "history", log)


def listed(page):
    return list(page.dataframe[0].value["Experiment"])


def test_with_nothing_kept_it_leads_to_simulate(open_page):
    page = open_page()
    assert page.title[0].value == "What have we tested?"
    assert "No finished experiment is kept here yet." in words(page)
    assert "None yet: register one on the Design page." in words(page)
    assert not page.dataframe


def test_the_list_is_the_newest_first_and_says_what_came_of_each(open_page, kept):
    page = open_page()
    assert "3 experiments: 1 ship, 1 stop and 1 unhealthy." in words(page)
    table = page.dataframe[0].value
    assert list(table["Experiment"]) == ["Live *test*", "Again", "Luck in spring"]
    assert list(table["Verdict"]) == ["✖ Unhealthy", "▼ Stop", "▲ Ship"]
    assert list(table["Users"]) == ["200 real", "200 simulated", "200 simulated"]
    assert (table["Plan"] == "not registered").tolist() == [True, False, False]
    assert list(table["Id"]) == [REAL, STOP, SHIP]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"search": "luck SPRING"}, ["Luck in spring"]),
        ({"verdict": "Stop"}, ["Again"]),
        ({"people": "Real"}, ["Live *test*"]),
        ({"people": "Simulated"}, ["Again", "Luck in spring"]),
        ({"on": "other · dddd"}, ["Again"]),
        ({"search": "popularity", "verdict": "Ship"}, ["Luck in spring"]),
    ],
)
def test_a_link_holds_the_search(open_page, kept, query, found):
    page = open_page(**query)
    assert listed(page) == found
    assert f"{len(found)} of 3 experiments match." in words(page)


def test_a_search_that_finds_nothing_says_so(open_page, kept):
    page = open_page(search="nothing like it")
    assert "No experiment matches all of that." in words(page)
    assert "0 of 3 experiments match." in words(page)


def test_one_experiment_is_opened_by_its_link(open_page, kept, results):
    page = open_page(first=SHIP)
    assert r"**Luck \*sells\*\.**" in words(page)
    assert results.verdict.reason in words(page)
    labels = [link.proto.label for link in page.get("page_link")]
    assert {"Read the results", "Make a report"} <= set(labels)


def test_choosing_one_names_it_in_the_link(open_page, kept):
    page = open_page()
    page.selectbox(key="first").select_index(2).run()
    assert not page.exception
    assert page.query_params["first"] == SHIP
    page.selectbox(key="first").set_value(None).run()
    assert "first" not in page.query_params


def test_two_stand_side_by_side(open_page, kept):
    page = open_page(first=SHIP, second=STOP)
    said = words(page)
    assert "The first says ship, the second stop" in said.replace("\\", "")
    figures = page.dataframe[1].value
    assert list(figures["Metric"]) == ["Conversion", "Click-through rate", "Revenue per user", "Sessions per user"]
    for column in ("First uplift", "First interval", "Second uplift", "Difference", "Interval", "Reading"):
        assert (figures[column] != "").all(), column
    assert "Zou & Donner" in said
    assert "Both had the same plan." in said
    ran = page.dataframe[2].value
    assert ["Seed", "1", "2"] in ran.to_numpy().tolist()
    assert len(page.get("plotly_chart")) == 1


def test_experiments_of_the_same_luck_have_no_interval_of_their_difference(open_page, kept, results):
    database.keep(of(results, day=4, status="ship"), "f" * 16)
    page = open_page(first=SHIP, second="f" * 16)
    assert "Both were simulated with seed 1" in words(page)
    assert set(page.dataframe[1].value["Interval"]) == {"—"}


def test_a_link_to_what_is_not_kept_is_let_go(open_page, kept):
    page = open_page(first="0" * 16)
    assert "first" not in page.query_params
    assert "Choose an experiment to open or delete it" in words(page)
    page = open_page(first="nonsense")
    assert "'nonsense' names no result." in words(page)


def test_deleting_asks_first_and_says_it_is_done(open_page, kept):
    page = open_page(first=SHIP)
    assert "Delete this experiment for everybody?" in words(page)
    page.button(key=f"delete-{SHIP}").click().run()
    assert not page.exception
    assert "Deleted: Luck in spring" in words(page)
    assert listed(page) == ["Live *test*", "Again"]
    assert "first" not in page.query_params
    assert database.entry(SHIP) is None
    assert len(database.registrations()) == 1


def test_registered_plans_say_whether_a_result_came_of_them(open_page, kept, results):
    database.register(replace(results.plan, days=30, hypothesis="Not yet run."))
    page = open_page()
    plans = page.dataframe[1].value
    assert list(plans["Hypothesis"]) == ["Not yet run.", "Luck *sells*."]
    assert list(plans["Results"]) == ["none yet", "2 results"]
    page.text_input(key="plans").set_value("luck").run()
    assert list(page.dataframe[1].value["Days"]) == ["2"]


def test_more_than_a_page_full_can_be_shown(open_page, kept, results):
    for number in range(60):
        database.keep(results, f"{number:016x}")
    page = open_page()
    assert len(listed(page)) == 50
    page.button(key="history-more").click().run()
    assert len(listed(page)) == 63


def test_a_database_that_cannot_be_reached_is_one_sentence(open_page, monkeypatch):
    monkeypatch.setenv("LAB_DATABASE_URL", "postgresql://lab:sekrit@127.0.0.1:1/lab")
    page = open_page()
    (error,) = page.error
    assert error.value.startswith("The database postgresql://lab:***@127.0.0.1:1/lab cannot be used:")
    assert "sekrit" not in words(page)


def test_two_sessions_open_the_same_result_though_its_job_left_nothing(kept, log, results):
    for page in ("pages/results.py", "pages/report.py"):
        said = []
        for _ in range(2):
            session = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
            session.query_params["data"] = store.put(log)
            session.query_params["result"] = SHIP
            session.switch_page(page).run()
            assert not session.exception
            said.append(words(session))
        assert said[0] == said[1]
        assert results.meta.dataset in said[0]
    assert "computed 1 May 2026, 12:00 UTC" in said[0]
