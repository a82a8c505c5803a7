"""The Recommendations page: a history, what models would show beside it, the dial, and a user without a past."""

import dataclasses
import re

import pandas as pd
import pytest

from engine import store
from engine.history import typical_user
from tests.engine.logs import make_log, random_log
from tests.pages.trained import do

TASK = "engine.evaluation:fit_task"


@pytest.fixture(scope="module")
def shop():
    """A small log with titles that Markdown would act on, and a user who did nothing."""
    dataset = random_log(
        5, n_users=30, n_items=60, items={"title": [f"*Item* ![{code}](http://x.y/{code})" for code in range(60)]}
    )
    users = pd.concat([dataset.users, pd.DataFrame({"user_id": ["newcomer"]})], ignore_index=True)
    dataset = dataclasses.replace(dataset, users=users)
    fingerprint = store.put(dataset)
    for model in ("popularity", "baseline_only"):
        do(TASK, {"dataset": fingerprint, "model": model, "params": {}, "seed": 0})
    return dataset


@pytest.fixture
def open_page(app):
    def opened(dataset, **query):
        app.query_params["data"] = store.put(dataset)
        app.query_params["rec_models"] = ["Popularity", "Baseline"]
        for name, value in query.items():
            app.query_params[name] = value
        return app.switch_page("pages/recommendations.py").run()

    return opened


def words(page):
    return "\n".join(part.value for part in [*page.title, *page.markdown, *page.caption, *page.warning])


def lists(page):
    """The text of each model's list."""
    return [part.value for part in page.markdown if part.value.startswith("1. ")]


def test_nothing_fitted_shows_the_history_and_offers_one_button(open_page):
    page = open_page(make_log([(0, 0), (0, 1), (1, 0)]))
    assert not page.exception
    assert "u1 had 1 item; no model is fitted yet." in words(page)
    assert [button.label for button in page.button if button.label.startswith("Fit")] == ["Fit 2 models"]
    assert not lists(page)


def test_each_models_list_stands_beside_the_history_with_its_reasons(open_page, shop):
    page = open_page(shop)
    assert not page.exception
    assert [part.value for part in page.subheader] == ["What they did", "Popularity", "Baseline"]
    popularity, baseline = lists(page)
    assert len(re.findall(r"^\d+\. ", popularity, re.M)) == 10
    assert popularity.count("Chosen by") == 10
    assert "the average item" in baseline
    usual = shop.users["user_id"][typical_user(shop)]
    assert f"Baseline would show {usual}" in words(page)


def test_titles_are_text_and_load_nothing_from_elsewhere(open_page, shop):
    for text in lists(open_page(shop)):
        assert not re.search(r"(?<!\\)[!\[*]\S*(?<!\\)\]\(", text)
        assert r"\!\[" in text


def test_the_dial_marks_what_it_changed(open_page, shop):
    page = open_page(shop)
    assert "▲" not in "".join(lists(page))
    page.slider(key="rec_dial").set_value(0.8).run()
    assert "▲" in lists(page)[0]
    assert "Left the list for them" in words(page)


def test_a_user_without_a_history_gets_a_clear_sentence(open_page, shop):
    page = open_page(shop, rec_user="newcomer")
    assert not page.exception
    assert "newcomer has no history here, so nothing can be personal" in words(page)
    assert "Nothing yet." in words(page)
    assert len(lists(page)) == 2


def test_an_unknown_user_is_explained_and_another_shown(open_page, shop):
    page = open_page(shop, rec_user="newcomr")
    assert "User 'newcomr' was not found among 31 users. Did you mean 'newcomer'?" in page.warning[0].value
    assert len(lists(page)) == 2


def test_the_random_button_chooses_a_user(open_page, shop):
    page = open_page(shop)
    page.button(key="rec-random").click().run()
    assert not page.exception
    assert page.session_state["rec_user"] in set(shop.users["user_id"])


def test_another_dataset_with_other_users_does_not_break_the_page(open_page, shop):
    page = open_page(shop, rec_user="newcomer")
    page.query_params["data"] = store.put(make_log([(0, 0), (0, 1), (1, 0)]))
    page.run()
    assert not page.exception
    assert "u0" in words(page)


def test_no_model_chosen_still_shows_the_history(open_page, shop):
    page = open_page(shop)
    page.multiselect(key="rec_models").set_value([]).run()
    assert not page.exception
    assert [part.value for part in page.subheader] == ["What they did"]
