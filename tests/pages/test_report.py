"""The Report page: nothing yet, and the two files."""

from functools import partial

import pytest

from tests.engine.logs import random_log
from tests.pages.opened import open_at, words
from tests.pages.simulated import simulated


@pytest.fixture(scope="module")
def log():
    return random_log(8, n_rows=900, feedback="implicit")


@pytest.fixture
def open_page(app):
    return partial(open_at, app, "report")


def test_with_no_experiment_it_leads_to_simulate(open_page):
    page = open_page(random_log(9, feedback="implicit"))
    assert "No experiment has been simulated on this data yet." in words(page)


def test_both_files_and_what_they_hold(open_page, log):
    page = open_page(log, result=simulated(log))
    assert page.title[0].value == "How do I show this to others?"
    assert [button.proto.label for button in page.get("download_button")] == [
        "Download the report",
        "Download the JSON",
    ]
    for part in ("Verdict", "Effects", "Day by day", "Segments", "Health", "Design and method"):
        assert f"**{part}**" in words(page)
    assert "MB" in words(page)
    assert len(page.get("iframe")) == 1
    page.toggle(key="preview").set_value(False).run()
    assert not page.get("iframe")


def test_a_link_nobody_has_is_one_sentence(open_page, log):
    page = open_page(log, result="nonsense")
    assert "names no result" in words(page)
