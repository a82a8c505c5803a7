"""The Calibration page: a first look at once, the whole study after a button, from every source of units."""

import json
from functools import partial

import pytest

from pages.parts import progress
from tests.engine.logs import random_log
from tests.pages.opened import open_at, words
from tests.pages.trained import do

QUESTION = "Would this plan have worked?"


@pytest.fixture(scope="module")
def log():
    return random_log(3, n_rows=900, feedback="implicit")


@pytest.fixture
def open_page(app, monkeypatch):
    # What the button starts is done when it comes back, without a child process.
    monkeypatch.setattr(progress, "start", do)

    return partial(open_at, app, "calibration")


def chart(page, place=0):
    return json.loads(page.get("plotly_chart")[place].proto.spec)


def test_a_first_look_stands_there_at_once_and_follows_the_plan(open_page, log):
    page = open_page(log, primary="Sessions per user")
    assert page.title[0].value == QUESTION
    assert "At a first look: " in words(page)
    assert "from 400 re-randomisations" in words(page)
    names = [trace.get("name") for trace in chart(page)["data"]]
    assert names == ["Peeking at p-values", "Group sequential, O'Brien–Fleming", "Always-valid"]
    assert len(chart(page)["layout"]["shapes"]) == 1, "the line at alpha"
    before = chart(page)["data"][0]["y"]
    page.selectbox(key="alpha").select(0.1).run()
    assert chart(page)["data"][0]["y"] != before


def test_the_study_answers_for_every_metric_and_way_of_looking(open_page, log):
    page = open_page(log, primary="Sessions per user", replications="1,000", stopping="A few planned looks", looks="3")
    assert page.button(key="calibrate").label == "Re-randomise 1,000 times"
    page.button(key="calibrate").click().run()
    assert not page.exception
    said = words(page)
    assert "1,000 re-randomisations of" in said
    assert "3 looks" in said
    assert "under the plan's own rule: group sequential" in said
    assert [metric.label for metric in page.metric] == [
        "False alarms", "Finds +5%", "Intervals hold it", "Exaggeration", "Stops at",
    ]  # fmt: skip
    table = next(each.value for each in page.dataframe if "Verdict" in each.value)
    assert len(table) == 6
    assert set(table["Metric"]) == {"Sessions per user"}
    assert table["Verdict"].str.match("[✓▲✗] ").all()
    assert table["False alarms"].str.fullmatch(r"[\d.]+% \([\d.]+%–[\d.]+%\)").all()
    assert "Left out, for" in said
    assert "They are " in said
    assert chart(page, 1)["data"][0]["type"] == "bar"


def test_what_the_log_does_not_hold_is_said(open_page, log):
    page = open_page(log)
    assert page.title[0].value == QUESTION
    assert "It cannot be told from this data" in words(page)
    assert "does not record what conversion measures (purchased)" in words(page)
    assert page.selectbox(key="primary").value == "conversion", "the plan is there to be changed"


def test_an_export_brings_its_own_metrics(open_page, log):
    page = open_page(log, past="An experiment's export", export="sample", replications="1,000")
    assert "**Converted** decides" in words(page)
    assert "in converted would have been found" in words(page)
    page.multiselect(key=next(each.key for each in page.multiselect if each.label.startswith("Metrics"))).set_value(
        ["revenue"]
    ).run()
    assert "**Revenue** decides" in words(page)


def test_without_an_export_the_sample_is_offered(open_page, log):
    page = open_page(log, past="An experiment's export")
    assert "No export is open" in words(page)
    page.button(key="calibrate-sample").click().run()
    assert not page.exception
    assert "At a first look: " in words(page)


def test_simulated_users_say_so_and_wait_for_the_button(open_page, log):
    page = open_page(log, past="Simulated users", users="200")
    assert "Let 200 simulated users live 14 days" in words(page)
    assert page.button(key="calibrate")


def test_a_plan_without_treatments_asks_for_one(open_page, log):
    page = open_page(log)
    page.multiselect(key="treatments").set_value([]).run()
    assert "Choose at least one treatment" in words(page)
    assert not page.exception
