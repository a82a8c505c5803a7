"""The Data page: what is there, what was left out, and other data opened."""

import time

import pandas as pd
import pytest

from engine import jobs, store
from engine.loading import load, opening
from tests.pages.opened import words


@pytest.fixture
def page(app):
    return app


def finish_opening(page):
    key = page.session_state["opening"] if "opening" in page.session_state else None  # noqa: SIM401  # it has no get
    end = time.monotonic() + 60
    while key and jobs.status(key).active and time.monotonic() < end:
        time.sleep(0.1)


def test_the_sample_is_already_chosen(page):
    page.run()
    assert not page.exception
    assert page.title[0].value == "What data are we looking at?"
    assert "1,942 users and 600 items" in words(page)
    assert "**69,603** rows read = **67,408** kept + **2,195** left out." in words(page)
    assert "58 users did not consent" in words(page)
    shown = page.dataframe[0].value
    assert list(shown.columns) == ["line", "reason", "column", "value"]


def test_a_link_to_data_nobody_stored_falls_back_to_the_sample(page):
    page.query_params["data"] = "0123456789abcdef"
    page.run()
    assert not page.exception
    assert "No dataset with the fingerprint 0123456789abcdef" in page.warning[0].value
    assert "1,942 users" in words(page)


def test_event_weights_make_another_dataset(page):
    page.run()
    before = page.session_state["data"]
    page.number_input(key=f"weight-view-{before}").set_value(0.0)
    page.run()
    page.button(key="use-weights").click().run()
    after = page.session_state["data"]
    assert after != before
    assert store.get(after).event_weights["view"] == 0.0
    assert opening.report_of(after).rows_refused == 2195


def test_weights_of_zero_are_refused_in_a_sentence(page):
    page.run()
    before = page.session_state["data"]
    for event in ("view", "add_to_cart", "purchase", "rating"):
        page.number_input(key=f"weight-{event}-{before}").set_value(0.0)
    page.run()
    page.button(key="use-weights").click().run()
    assert "Every event has weight zero" in page.error[0].value
    assert page.session_state["data"] == before


def test_a_file_is_opened_by_its_path(page, tmp_path):
    file = tmp_path / "shop.csv"
    rows = pd.DataFrame({"who": ["a", "a", "b", None], "what": ["x", "y", "x", "x"], "stars": [5, 3, 4, 2]})
    rows.to_csv(file, index=False)
    page.run()
    page.text_input(key="path-log").set_value(str(file)).run()
    assert not page.exception
    source = str(file)
    page.selectbox(key=f"map-user-{source}").set_value("who")
    page.selectbox(key=f"map-item-{source}").set_value("what")
    page.selectbox(key=f"map-rating-{source}").set_value("stars")
    page.run()
    page.button(key="open-data").click().run()
    finish_opening(page)
    page.run()
    assert "2 users and 2 items" in words(page)
    assert "**4** rows read = **3** kept + **1** left out." in words(page)
    assert list(page.dataframe[0].value["line"]) == [5]


def test_a_world_is_made_up_and_everybody_sees_that_it_is(page):
    page.run()
    for dial, value in {"users": 60, "items": 40, "weeks": 3}.items():
        page.number_input(key=f"dial_{dial}").set_value(value)
    page.slider(key="dial_minority_share").set_value(0.25)
    page.button(key="make-up").click().run()
    finish_opening(page)
    page.run()
    assert not page.exception
    assert "60 users and 40 items" in words(page)
    assert ":violet-badge[:material/science: Simulated]" in words(page)
    name = "Made-up world (users=60, items=40, minority_share=0.25, weeks=3)"
    assert f"Dataset **{name}**" in page.caption[-1].value
    assert page.sidebar.selectbox[0].options[-1].startswith(name)
    page.switch_page("pages/simulate.py").run()
    assert not page.exception
    assert f"made from {name}" in words(page)


def test_a_world_in_which_nobody_does_anything_is_a_sentence(page):
    page.run()
    for dial, value in {"users": 2, "items": 3, "weeks": 0}.items():
        page.number_input(key=f"dial_{dial}").set_value(value)
    page.button(key="make-up").click().run()
    finish_opening(page)
    page.run()
    assert not page.exception
    assert "Nobody did anything in this synthetic world." in page.error[0].value


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.csv", b"", "empty"),
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "not"),
        ("archive.zip", b"PK\x03\x04" + bytes(60), "zip"),
    ],
    ids=["empty", "binary", "zip"],
)
def test_a_wrong_file_gets_one_sentence(page, tmp_path, name, content, sentence):
    file = tmp_path / name
    file.write_bytes(content)
    page.run()
    page.text_input(key="path-log").set_value(str(file)).run()
    assert not page.exception
    assert len(page.error) == 1
    assert name in page.error[0].value
    assert sentence in page.error[0].value


def test_a_missing_path_is_named(page):
    page.run()
    page.text_input(key="path-log").set_value("/no/such/file.csv").run()
    assert "/no/such/file.csv" in page.error[0].value


def test_a_dataset_without_refusals_says_so(page, tmp_path):
    file = tmp_path / "tidy.csv"
    file.write_text("user_id,item_id,rating\n" + "".join(f"u{i % 4},i{i % 3},{1 + i % 5}\n" for i in range(12)))
    loaded = load(file)
    page.query_params["data"] = opening.keep(loaded.dataset, loaded.report)
    page.run()
    assert "Every row could be used." in page.success[0].value
