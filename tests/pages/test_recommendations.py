"""The Recommendations page: a history, what models would show beside it, the dial, and a user without a past."""

import dataclasses
import itertools
import re

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from engine import store
from engine.control import control_of
from engine.history import typical_user
from tests.conftest import ROOT
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
    assert [part.value for part in page.subheader] == [
        "What they did",
        "Popularity",
        "Baseline",
        "How the models learn",
    ]
    popularity, baseline = lists(page)
    assert len(re.findall(r"^\d+\. ", popularity, re.M)) == 10
    assert popularity.count("Rated by") == 10
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


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ("u3", "Served by the model as it was trained."),
        ("newcomer", "Popular with everybody: no history of theirs was used."),
    ],
)
def test_each_list_says_what_served_it(open_page, shop, user, said):
    assert words(open_page(shop, rec_user=user)).count(said) == 2


def test_somebody_new_is_served_by_what_they_had(open_page, shop):
    page = open_page(shop, rec_user="Somebody new")
    assert not page.exception
    assert "Somebody new has no history here" in words(page)
    page.multiselect(key="rec-had").set_value(["i3", "i5"]).run()
    assert not page.exception
    assert "you said so" in words(page)
    # Popularity is everybody's; a baseline takes in what they had.
    assert words(page).count("Popular with everybody: no history of theirs was used.") == 1
    assert words(page).count("Folded in without training again") == 1


@pytest.fixture
def own(shop):
    """The shop as one test's own data: what is decided there holds there alone."""
    dataset = dataclasses.replace(shop, name=f"shop {next(_numbers)}.csv")
    dataset = dataclasses.replace(dataset, users=dataset.users.assign(branch=dataset.name))
    fingerprint = store.put(dataset)
    for model in ("popularity", "baseline_only"):
        do(TASK, {"dataset": fingerprint, "model": model, "params": {}, "seed": 0})
    return dataset


_numbers = itertools.count()


def test_turned_off_shows_everybodys_list_at_once_and_is_kept(open_page, own):
    page = open_page(own, rec_user="u3")
    before = lists(page)
    page.slider(key="control-personalisation").set_value(0.0).run()
    assert not page.exception
    assert "u3 turned personalisation off: every list holds what is popular with everybody." in words(page)
    assert lists(page)[1] != before[1]
    assert lists(page)[0] == lists(page)[1]
    assert control_of(own.name, "u3").personalisation == 0
    page.slider(key="control-personalisation").set_value(1.0).run()
    assert lists(page) == before


def test_a_reset_taste_is_served_as_somebody_new_and_can_be_taken_back(open_page, own):
    page = open_page(own, rec_user="u3")
    before = lists(page)
    page.button(key="control-reset").click().run()
    assert "u3 reset their taste and did nothing since" in words(page)
    page.button(key="control-reset").click().run()
    assert lists(page) == before


def test_what_is_hidden_leaves_every_list_at_once(open_page, own):
    page = open_page(own, rec_user="u3")
    first = re.search(r"Item[^0-9]+(\d+)", lists(page)[0])[1]
    page.multiselect(key="control-items").set_value([f"i{first}"]).run()
    assert not page.exception
    assert not [text for text in lists(page) if re.search(rf"x\S*y\S*/{first}\)", text)]
    assert control_of(own.name, "u3").hidden_items == (f"i{first}",)
    page.multiselect(key="control-items").set_value([]).run()
    assert not control_of(own.name, "u3").decided


def test_a_deleted_user_is_gone_at_once_and_an_old_link_leads_to_the_data_without_them(open_page, own):
    page = open_page(own, rec_user="u3")
    page.button(key="control-delete").click().run()
    assert "This cannot be undone." in words(page)
    page.button(key="control-delete-sure").click().run()
    assert not page.exception
    assert "u3 was deleted" in page.success[0].value
    (new,) = [each.fingerprint for each in store.known() if each.name == own.name]
    assert new != own.fingerprint
    assert store.get(new).user_code("u3") is None
    assert page.session_state["data"] == new
    assert not lists(page)
    assert [button.label for button in page.button if button.label.startswith("Fit")] == ["Fit 2 models"]
    visitor = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    visitor.query_params["data"] = own.fingerprint
    visitor.query_params["rec_user"] = "u3"
    visitor.switch_page("pages/recommendations.py").run()
    assert visitor.session_state["data"] == new
    assert "User 'u3' was not found among 30 users." in visitor.warning[0].value


def test_thinking_better_of_it_deletes_nobody(open_page, own):
    page = open_page(own, rec_user="u3")
    page.button(key="control-delete").click().run()
    page.button(key="control-keep").click().run()
    assert not page.exception
    assert store.get(own.fingerprint).user_code("u3") is not None


def test_whoever_had_everything_is_told_so(open_page):
    log = make_log([(0, 0), (0, 1), (1, 0)])
    for model in ("popularity", "baseline_only"):
        do(TASK, {"dataset": store.put(log), "model": model, "params": {}, "seed": 0})
    page = open_page(log, rec_user="u0")
    assert not page.exception
    assert "u0 had or hid every item: nothing is left to show." in words(page)
