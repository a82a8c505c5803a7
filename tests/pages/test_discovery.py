"""The Discovery page: every measure beside its yardsticks, and the bubble over rounds."""

import time
from types import SimpleNamespace

import pytest

from engine.discovery.health import MEASURES
from pages.parts import exposure
from tests.engine.logs import make_log, random_log
from tests.pages.opened import open_at, words


@pytest.fixture(scope="module")
def log():
    categories = {"category": ["Books", "Audio", "Garden", "Books", "Audio"] * 5}
    return random_log(n_rows=1500, items=categories, feedback="implicit")


def open_page(app, dataset):
    return open_at(app.run(), "discovery", dataset)


def until(page, done, seconds=90):
    """Draw the page again until ``done``."""
    end = time.monotonic() + seconds
    while not done(page):
        assert time.monotonic() < end, words(page)
        time.sleep(0.1)
        page.run()
        assert not page.exception
    return page


def test_nothing_is_trained_before_it_is_asked_for(app, log):
    page = open_page(app, log)
    assert not page.exception
    assert page.title[0].value == "Do recommendations open up the catalogue, or close it?"
    assert "No model is measured on this log yet." in words(page)
    assert page.button(key="discovery-measure").label == "Measure 2 models"
    assert page.button(key="bubble-run").label == "Run the rounds"


def test_every_measure_stands_beside_both_yardsticks(app, log):
    page = open_page(app, log)
    page.multiselect(key="discovery_models").set_value(["random"]).run()
    page.button(key="discovery-measure").click().run()
    page = until(page, lambda page: page.dataframe)
    assert "where users choose for themselves they get" in words(page)
    table = page.dataframe[0].value
    assert list(table.columns[:4]) == ["Measure", "Users' own choices", "Popularity", "Random"]
    assert len(table) == len(MEASURES)
    assert table["Random"].str.contains(r"\d").all()
    for measure in MEASURES:
        page.selectbox(key="discovery_measure").set_value(measure).run()
        assert not page.exception, measure


def test_rounds_are_simulated_on_a_button_and_read_in_words(app, log):
    page = open_page(app, log)
    page.multiselect(key="bubble_policies").set_value(["popularity"])
    page.number_input(key="bubble_rounds").set_value(3)
    page.number_input(key="bubble_seeds").set_value(2)
    page.number_input(key="bubble_users").set_value(20).run()
    assert "under each of 6 arms" in words(page)
    page.button(key="bubble-run").click().run()
    page = until(page, lambda page: "Popularity**: " in words(page))
    read, trades, against = (table.value for table in page.dataframe[-3:])
    assert read["Policy"].tolist()[0] == "Popularity"
    assert read.loc[read["Policy"] == "Oracle", "Beside no recommender"].item() == "what users truly want"
    assert "**Random**: " in words(page)
    assert "Simulated: 20 users in each of 2 draws" in words(page)
    assert trades.loc[0, "Welfare"] == "the reference"
    assert trades["On the frontier"].isin(["✓ yes", "no", "—"]).all()
    assert against["Policy"].tolist()[-3:] == ["Random", "Oracle", "No recommender"]
    assert against["Against no recommender"].tolist()[-1] == "—"
    for key, value in (("bubble_group", "minority"), ("bubble_measure", "gini"), ("bubble_gain", "clicks")):
        page.selectbox(key=key).set_value(value)
    page.selectbox(key="bubble_whom").set_value("welfare").run()
    assert not page.exception
    charts = {each.proto.id.rpartition("-chart-")[2] for each in page.get("plotly_chart")}
    assert {"bubble-gini", "bubble-whom-welfare", "bubble-paths", "bubble-frontier-clicks"} <= charts


def test_no_model_chosen_is_no_dead_end(app, log):
    page = open_page(app, log)
    page.multiselect(key="discovery_models").set_value([])
    page.multiselect(key="bubble_policies").set_value([]).run()
    assert not page.exception
    assert "Choose at least one policy to study." in words(page)
    assert "Choose a model above to measure it." in words(page)


def test_a_log_too_small_to_simulate_says_so(app):
    page = open_page(app, make_log([(0, 0, 1), (0, 1, 2)]))
    page.button(key="bubble-run").click().run()
    page = until(page, lambda page: page.error)
    assert "Simulated users need at least 2 users" in page.error[0].value


def test_the_answer_says_who_closes_the_catalogue_and_who_opens_it():
    shares = {"SVD": 0.9, "EASE": 0.462, "Random": 0.2, "ALS": 0.8, "BPR": 0.7}
    arms = {title: SimpleNamespace(top_tenth=share) for title, share in shares.items()}

    def said(*titles):
        return exposure.verdict({title: arms[title] for title in titles}, SimpleNamespace(top_tenth=0.459))

    assert said("SVD") == "SVD closes the catalogue"
    assert said("Random") == "Random opens the catalogue up"
    assert said("EASE") == "EASE leaves the catalogue as open as it is"
    assert said("SVD", "ALS", "Random") == "SVD and ALS close the catalogue, Random opens it up"
    assert said(*shares) == "3 of 5 models close the catalogue"
