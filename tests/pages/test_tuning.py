"""Tuning on the Models page: what is searched, what was found, put to use, stopped and gone on with."""

import pytest

from engine import jobs, store, tuning
from engine.jobs import folder
from engine.models import MODELS
from pages.parts.tuning import TASK
from tests.engine.logs import random_log
from tests.pages.opened import open_at, words
from tests.pages.trained import do, evaluated


@pytest.fixture(scope="module")
def rated():
    dataset = random_log(4)
    store.put(dataset)
    return dataset


def request(dataset, model, trials=5, **more):
    return {
        **{"dataset": dataset.fingerprint, "model": model, "params": {}, "split": {"how": "temporal"}},
        **{"trials": trials, "metric": "ndcg", "k": 10, "seed": 0, **more},
    }


@pytest.fixture
def open_page(app):
    def opened(dataset, *models, trials=5, **query):
        own = [MODELS[model].title for model in models]
        asked = {"models_preset": "My own choice", "models_own": own, "tune_trials": str(trials)}
        return open_at(app, "models", dataset, **(asked | query))

    return opened


def labels(page):
    return [button.label for button in page.button]


def test_it_says_what_is_searched_and_where(open_page, rated):
    page = open_page(rated, "item_knn", "als")
    assert page.selectbox(key="tune_model").options == ["Item neighbours", "ALS"]
    assert "**similarity** cosine or tfidf (default cosine)" in words(page)
    assert "**k** 25 to 400 (default 100)" in words(page)
    assert "Tune Item neighbours" in labels(page)
    assert "test rows" in words(page)
    page.multiselect(key="tune.item_knn.ndcg").set_value([]).run()
    assert "Choose at least one parameter" in words(page)
    assert "Tune Item neighbours" not in labels(page)


def test_models_without_parameters_are_not_offered(open_page, rated):
    page = open_page(rated, models_own="")
    assert "None of the models chosen above has parameters to tune." in words(page)


def test_ratings_can_be_made_best_where_a_model_predicts_them(open_page, rated):
    page = open_page(rated, "svd", "ease", tune_by="RMSE")
    assert page.selectbox(key="tune_by").value == "rmse"
    assert "negatives" not in words(page)
    page.selectbox(key="tune_model").set_value("ease").run()
    assert not page.exception
    assert "RMSE" not in page.selectbox(key="tune_by").options
    assert page.selectbox(key="tune_by").value == "ndcg"


def test_what_was_found_is_shown_and_put_to_use(open_page, rated):
    found = tuning.task(asked := request(rated, "ease"))
    assert found.best.number > 0
    do(TASK, asked)
    page = open_page(rated, "ease", "item_knn")
    assert found.sentence in words(page)
    table = page.dataframe[-1].value
    assert list(table["Trial"]) == [5, 4, 3, 2, 1]
    assert table["Ended"].tolist().count("★ best") == 1
    page.button(key="tune-use").click().run()
    assert not page.exception
    assert page.number_input(key="ease.penalty").value == found.params["penalty"]
    assert page.toggle(key="ease.weighted").value == found.params["weighted"]
    assert page.multiselect(key="models_own").value == ["ease", "item_knn"]
    assert "EASE has these parameters" in words(page)
    assert found.sentence in words(page)
    # Both are trained, and stand side by side once they are measured.
    assert page.multiselect(key="models_defaults").value == ["ease"]
    assert "Train 5 models" in labels(page)
    evaluated(rated, ["popularity", "random", "item_knn", "ease"])
    defaults = {param.name: param.default for param in MODELS["ease"].params}
    own = {name: value for name, value in found.params.items() if value != defaults[name]}
    evaluated(rated, ["ease"], params=own)
    page.run()
    assert not page.exception
    beside = next(each.value for each in page.dataframe if "Own parameters" in each.value)
    assert beside["Model"].tolist() == ["EASE"]
    above, below = (each.value for each in page.markdown if "EASE (defaults) on the test rows: " in each.value)
    assert below.endswith(above.removeprefix("- "))


def test_what_was_found_for_a_model_of_a_preset_becomes_the_readers_own_choice(open_page, rated):
    tuning.task(request(rated, "ease", 4))
    page = open_page(rated, models_preset="Fast", tune_model="EASE", trials=4)
    page.button(key="tune-use").click().run()
    assert page.session_state["models_preset"] == "My own choice"
    assert page.multiselect(key="models_own").value == ["baseline_only", "svd", "ease"]
    assert page.number_input(key="svd.n_factors").value == 20
    assert page.multiselect(key="models_defaults").value == ["ease"]
    assert "EASE has these parameters" in words(page)


def test_what_a_stopped_search_tried_is_kept_usable_and_gone_on_with(open_page, rated):
    whole = tuning.task(asked := request(rated, "item_knn", 6, seed=3))
    tuning.drop([rated.fingerprint])

    def stop(stage, done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tuning.task(asked, stop)
    page = open_page(rated, "item_knn", trials=6, models_seed="3")
    assert "2 trials of 6 were made." in words(page)
    assert "Best trial, number" in words(page)
    assert len(page.dataframe[-1].value) == 2
    assert {"Go on"} <= set(labels(page))
    key = folder.key_of(TASK, asked)
    page.button(key="tune").click().run()
    assert jobs.status(key).active
    assert "Cancel" in labels(page)
    assert "Go on" not in labels(page)
    jobs.shutdown()
    do(TASK, asked)
    page.run()
    assert whole.sentence in words(page)
    assert len(page.dataframe[-1].value) == 6


def test_a_search_that_failed_says_why_and_may_be_tried_again(open_page, rated, monkeypatch):
    key, status = folder.key_of(TASK, request(rated, "slim", 2)), jobs.status
    failed = jobs.JobStatus("failed", error="No user has anything new to find.")
    monkeypatch.setattr(jobs, "status", lambda asked: failed if asked == key else status(asked))
    page = open_page(rated, "slim", trials=2)
    assert [error.value for error in page.error] == ["Search: No user has anything new to find."]
    assert "Tune SLIM" in labels(page)


def test_what_a_link_names_and_nobody_has_is_passed_over(open_page, rated):
    page = open_page(rated, "als", tune_model="Oracle", tune_by="nonsense", **{"tune.als.ndcg": "horses"})
    assert page.selectbox(key="tune_model").value == "als"
    assert page.selectbox(key="tune_by").value == "ndcg"
