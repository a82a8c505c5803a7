"""The Models page: nothing trained, a leaderboard, and what can go wrong."""

import time

import pytest

from engine import jobs, store
from engine.evaluation import METRICS
from engine.evaluation.comparison import compare
from pages.parts import glossary, leaderboard
from tests.engine.evaluation.records import measured
from tests.engine.logs import make_log, random_log
from tests.pages.trained import evaluated

QUICK = ("popularity", "random", "baseline_only")


@pytest.fixture(scope="module")
def rated():
    """A small log of ratings on which three quick models are measured."""
    dataset = random_log(1)
    evaluated(dataset, QUICK)
    return dataset


@pytest.fixture
def open_page(app):
    def opened(dataset, **query):
        app.query_params["data"] = store.put(dataset)
        app.query_params["models_preset"] = "My own choice"
        app.query_params["models_own"] = "Baseline"
        for name, value in query.items():
            app.query_params[name] = value
        return app.switch_page("pages/models.py").run()

    return opened


def words(page):
    return "\n".join(part.value for part in [*page.title, *page.markdown, *page.caption, *page.warning, *page.info])


def test_with_nothing_trained_it_says_so_and_offers_one_button(app):
    app.query_params["data"] = store.put(random_log(2))
    app.switch_page("pages/models.py").run()
    assert not app.exception
    assert app.title[0].value == "Which model ranks best?"
    assert "Nothing is trained with these settings yet." in words(app)
    assert "Popularity, Random" in words(app)
    assert [button.label for button in app.button if button.label.startswith("Train")] != []
    assert not app.dataframe


def test_what_is_on_disk_is_shown_without_training(open_page, rated):
    page = open_page(rated)
    assert not page.exception
    assert "ranks best" in words(page) or "not told apart" in words(page)
    board = page.dataframe[0].value
    assert set(board["Model"]) == {"Popularity", "Random", "Baseline"}
    for metric in METRICS:
        assert any(column.startswith(glossary.title(metric)) for column in board), metric
    assert not [button for button in page.button if button.label.startswith("Train")]


def test_every_mean_has_its_interval_and_what_cannot_be_measured_says_why(open_page, rated):
    page = open_page(rated)
    board = page.dataframe[0].value.set_index("Model")
    assert board["nDCG@10 95%"].str.fullmatch(r"0\.\d{3} to 0\.\d{3}").all()
    assert board.loc["Baseline", "RMSE"] > 0
    assert board.loc[["Popularity", "Random"], "RMSE"].isna().all()
    why = "This model orders items and predicts no rating."
    assert f"“—” for Calibration error, MAE and RMSE of Popularity and Random: {why}" in words(page)


def test_only_what_is_missing_is_offered_for_training(open_page, rated):
    page = open_page(rated, models_own=["Baseline", "Slope One"])
    assert not page.exception
    assert [button.label for button in page.button if button.label.startswith("Train")] == ["Train Slope One"]
    assert len(page.dataframe[0].value) == 3


def test_another_parameter_is_another_training(open_page, rated):
    page = open_page(rated, **{"baseline_only.reg_u": "3"})
    assert page.number_input(key="baseline_only.reg_u").value == 3
    assert [button.label for button in page.button if button.label.startswith("Train")] == ["Train Baseline"]


def test_a_random_split_of_a_log_with_times_is_warned_of(open_page):
    dataset = random_log(1)
    evaluated(dataset, QUICK, split={"how": "random"})
    page = open_page(dataset, models_split="At random")
    assert "leaks the future" in page.warning[0].value
    assert len(page.dataframe[0].value) == 3


def test_a_log_without_times_offers_the_random_split_alone(open_page):
    dataset = make_log([(user, item) for user in range(8) for item in range(user, user + 6)])
    page = open_page(dataset)
    assert not page.exception
    assert page.selectbox(key="models_split").options == ["At random"]


def test_another_metric_orders_the_board(open_page, rated):
    page = open_page(rated, models_by="Hit rate")
    board = page.dataframe[0].value
    assert board["Hit rate@10"].is_monotonic_decreasing
    assert "Hit rate@10" in words(page)


def test_what_a_link_names_and_nobody_has_is_passed_over(open_page, rated):
    page = open_page(rated, models_own="Oracle", models_k="-4", models_by="nonsense")
    assert not page.exception


def test_a_model_that_cannot_learn_says_so_in_a_sentence(open_page):
    # All rows at one moment: there is no time to split by.
    page = open_page(make_log([(user, item, 0) for user in range(3) for item in range(2)]), models_own="")
    page.button(key="train").click().run()
    end = time.monotonic() + 60
    while not page.error and time.monotonic() < end:
        time.sleep(0.3)
        page.run()
    assert not page.exception
    assert "leaves nothing to" in page.error[0].value
    jobs.shutdown()


def answer(**values):
    board = {name: measured(name, ndcg) for name, ndcg in values.items()}
    return leaderboard.answer(board, compare(list(board.values())))


def test_the_sentence_says_best_or_not_told_apart():
    base = [0.1, 0.2, 0.3, 0.4] * 50
    clear = answer(popularity=base, svd=[value + 0.1 for value in base], random=[0.0] * 200)
    assert clear.startswith("**Svd** ranks best: nDCG@10 0.350")
    assert clear.endswith("0.1000 (0.1000 to 0.1000) above Popularity.")
    swapped = [value + (0.2 if place % 2 else -0.19) for place, value in enumerate(base)]
    assert answer(popularity=base, svd=swapped).startswith("No model is told apart from Popularity.")
    tied = answer(popularity=base, svd=[value + 0.1 for value in base], nmf=[value + 0.1 for value in base])
    assert "It is not told apart from Nmf" in tied
    assert "No model beats it; Svd is" in answer(popularity=base, svd=[0.0] * 200)
    assert "No model could be ranked" in answer(popularity=[float("nan")] * 3)
