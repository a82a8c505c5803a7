"""The Segments page: who the users are, one segment's users, and each model's quality by segment."""

import re
import time

import pytest

from engine import jobs, store
from engine.jobs import folder
from tests.engine.logs import make_log, random_log
from tests.pages.opened import open_at, words
from tests.pages.trained import do

CATEGORIES = {"category": ["Books", "Audio", "Garden", "Books", "Audio"] * 5}


@pytest.fixture(scope="module")
def log():
    return random_log(n_rows=1500, users={"country": ["DE", "FR"] * 20}, items=CATEGORIES)


def open_page(app, dataset, **asked):
    return open_at(app, "segments", dataset, **asked)


def finish(page, tasks, seconds=90):
    """Wait for what the page started, then draw it again."""
    end = time.monotonic() + seconds
    while any(jobs.status(key).active for key in tasks):
        assert time.monotonic() < end, "the work did not end"
        time.sleep(0.1)
    return page.run()


def test_it_opens_with_the_most_telling_fact(app, log):
    page = open_page(app, log)
    assert not page.exception
    assert page.title[0].value == "Who are the users?"
    assert "of users and" in words(page)
    assert "Value here is the ratings above the log's mean" in words(page)
    assert page.selectbox(key="segments_by").options == [
        "Recency, frequency and value",
        "Lifecycle",
        "Behaviour clusters",
        "Country",
        "Churn risk",
        "Expected value",
    ]
    assert page.dataframe[0].value["Users"].astype(int).sum() == 40


def test_a_chosen_segment_lists_its_users(app, log):
    page = open_page(app, log)
    page.selectbox(key="segments_by").set_value("country").run()
    page.selectbox(key="segment").set_value("DE").run()
    assert not page.exception
    assert "Who is in “DE”?" in words(page)
    members = page.dataframe[1].value
    assert len(members) == 20
    assert set(members["country"]) == {"DE"}


def test_another_grouping_drops_a_segment_it_does_not_have(app, log):
    page = open_page(app, log)
    page.selectbox(key="segments_by").set_value("country").run()
    page.selectbox(key="segment").set_value("DE").run()
    page.selectbox(key="segments_by").set_value("lifecycle").run()
    assert not page.exception
    assert page.selectbox(key="segment").value is None


def test_a_grouping_of_another_dataset_falls_back(app, log):
    page = open_page(app, log)
    page.selectbox(key="segments_by").set_value("country").run()
    page = open_page(page, random_log(3))
    assert not page.exception
    assert page.selectbox(key="segments_by").value == "recency_frequency_value"


def test_without_categories_and_times_it_says_so(app):
    rows = [(user, item) for user in range(12) for item in range(6) if (user + item) % 3]
    page = open_page(app, make_log(rows))
    assert not page.exception
    assert "Lifecycle" not in page.selectbox(key="segments_by").options
    assert "The items have no categories here" in words(page)


def test_one_user_is_no_traceback(app):
    page = open_page(app, make_log([(0, 0, 1), (0, 1, 2)]))
    assert not page.exception
    assert "No segment stands out" in words(page)


def test_models_are_evaluated_on_a_button_and_read_by_segment(app, log):
    page = open_page(app, log)
    page.selectbox(key="segments_by").set_value("country").run()
    page.multiselect(key="segments_models").set_value(["popularity"]).run()
    assert "Popularity: trained on the earlier part" in words(page)
    page.button(key="segments-evaluate").click().run()
    usual = {"dataset": log.fingerprint, "model": "popularity", "params": {}, "split": {"how": "temporal"}}
    page = finish(page, [folder.key_of("engine.evaluation:task", usual | {"k": 10, "seed": 0})])
    assert not page.exception
    assert "Not evaluated yet" not in words(page)
    quality = page.dataframe[1].value
    assert quality["Segment"].tolist() == ["DE", "FR"]
    assert quality["nDCG"].str.fullmatch(r"0\.\d{3}").all()
    assert set(quality["Note"]) == {"few users: do not act on it"}


def test_a_model_that_cannot_be_evaluated_says_why(app):
    page = open_page(app, make_log([(0, 0, 1), (0, 1, 1), (1, 1, 1)]))
    page.multiselect(key="segments_models").set_value(["popularity"]).run()
    page.button(key="segments-evaluate").click().run()
    for _ in range(600):
        if page.error:
            break
        time.sleep(0.1)
        page.run()
    assert not page.exception
    assert page.error[0].value.startswith("Popularity: ")


@pytest.fixture(scope="module")
def sparse_log():
    """Users who come seldom enough for some to stay away in a week."""
    return random_log(n_users=250, n_rows=1200, items=CATEGORIES)


def test_what_is_expected_is_offered_with_one_button(app, sparse_log):
    page = open_page(app, sparse_log, segments_by="Churn risk")
    assert not page.exception
    assert "not foretold yet" in words(page)
    assert [button.label for button in page.button if button.key == "foretell"] == ["Foretell the users"]


def test_other_pages_offer_what_can_be_foretold(app, sparse_log):
    asked = {"bubble_segments": "true", "bubble_by": "Churn risk"}
    app.query_params |= {"data": store.put(sparse_log), **asked}
    page = app.switch_page("pages/discovery.py").run()
    assert page.selectbox(key="bubble_by").value == "churn_risk"
    app.query_params |= {"data": store.put(make_log([(0, 0, 1), (1, 1, 2)]))}
    page = app.run()
    assert not page.exception
    assert "Churn risk" not in page.selectbox(key="bubble_by").options


@pytest.mark.parametrize(
    ("by", "said", "segment"),
    [
        ("Churn risk", "of the tenth of users with the highest risk", "High risk"),
        ("Expected value", "Expected values added up to", "High expected value"),
    ],
)
def test_what_is_expected_groups_the_users_and_says_how_good_it_is(app, sparse_log, by, said, segment):
    do("engine.people:task", {"dataset": store.put(sparse_log)})
    page = open_page(app, sparse_log, segments_by=by)
    assert not page.exception
    assert said in words(page)
    assert page.selectbox(key="segment").options[0] == segment
    page.selectbox(key="segment").set_value(segment).run()
    assert not page.exception
    members = next(table.value for table in page.dataframe if {"churn_risk", "value"} <= set(table.value))
    assert {"user_id", "churn_risk", "expected_value"} <= set(members)


def test_whom_to_address_is_a_list_in_the_order_asked_for(app, sparse_log):
    do("engine.people:task", {"dataset": store.put(sparse_log)})
    page = open_page(app, sparse_log, segments_by="Churn risk")
    page.number_input(key="address_n").set_value(12).run()
    page.selectbox(key="address_by").set_value("churn_risk").run()
    assert not page.exception
    assert re.search(r"12 of \d+ users, \d+% of whom are expected to stay away", words(page).replace("\\", ""))
    listed = next(table.value for table in page.dataframe if "risk_reason" in table.value)
    assert len(listed) == 12
    assert listed["churn_risk"].is_monotonic_decreasing
    assert listed["risk_reason"].str.endswith("%").all()


def test_a_log_without_times_says_so_and_lets_choose_another_grouping(app):
    page = open_page(app, make_log([(0, 0), (1, 1), (1, 0)]), segments_by="Churn risk")
    assert not page.exception
    assert "This log has no times, so nothing can be foretold." in words(page)
    assert page.selectbox(key="segments_by").value == "churn_risk"
