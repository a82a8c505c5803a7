"""The Models page: nothing trained, a leaderboard, and what can go wrong."""

import json
import re
import time

import pytest

from engine import jobs, store
from engine.evaluation import METRICS
from engine.evaluation.accumulate import GROUPS
from engine.evaluation.answer import TITLES
from engine.evaluation.leaderboard import differing, leaderboard
from engine.evaluation.request import Request
from engine.models import MODELS
from pages.parts import boards, evaluations, glossary, training
from tests.engine.logs import make_log, random_log
from tests.pages.opened import open_at, words
from tests.pages.trained import do, evaluated

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
        asked = {"models_preset": "My own choice", "models_own": "Baseline"}
        return open_at(app, "models", dataset, **(asked | query))

    return opened


def table(page, *columns):
    return next(each.value for each in page.dataframe if set(columns) <= set(each.value))


def board(page, group="Lists"):
    return table(page, "Model", "Best?" if group == "Lists" else glossary.title(GROUPS[group][0]))


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
    assert "est by nDCG@10: " in words(page)
    assert set(board(page)["Model"]) == {"Popularity", "Random", "Baseline"}
    assert not [button for button in page.button if button.label.startswith("Train")]


def test_every_metric_has_its_place(open_page, rated):
    assert sorted(metric for group in GROUPS.values() for metric in group) == sorted(METRICS)
    page = open_page(rated)
    for group, metrics in GROUPS.items():
        page.session_state["models_figures"] = group
        columns = board(page.run(), group)
        for metric in metrics:
            assert any(column.startswith(glossary.title(metric)) for column in columns), metric


def test_the_page_calls_ranking_metrics_what_the_answer_calls_them():
    assert {name: glossary.title(name) for name in TITLES} == dict(TITLES)


def test_page_terminal_and_file_say_the_same(open_page, rated):
    page = open_page(rated, models_segments="Lifecycle")
    request = Request(("popularity", "random", "baseline_only"), test_share=0.15, by="lifecycle")
    found = leaderboard(rated, request)
    assert f"## {found.standing.sentence}" in words(page)
    shown = board(page).set_index("Model")
    for pair in found.standing.pairs:
        if pair.second == "popularity":
            assert pair.reading in shown.loc[MODELS[pair.first].title, "Against Popularity"]
    best = [MODELS[name].title for name in found.standing.best]
    assert list(shown.index[shown["Best?"].str.contains("★")]) == best
    pairs = table(page, "Adjusted p")
    assert list(pairs["Reading"].str.contains("≈")) == [not pair.told_apart for pair in found.standing.pairs]


def test_what_is_downloaded_is_computed_again(open_page, rated):
    open_page(rated)
    params = {name: {} for name in ("popularity", "random", "baseline_only")}
    choice = training.Choice(params, {"how": "temporal"}, 10, 0)
    keys = choice.keys(rated)
    asked = choice.asked(boards.measured(keys), metric="ndcg", by="lifecycle")
    kept = json.loads(boards.as_json(boards.gather(rated, asked, keys)))
    again = leaderboard(rated, Request.from_dict(kept["request"])).to_dict()
    assert differing(kept, again) == []
    again = json.loads(json.dumps(again))
    assert [name for name in kept if name != "models" and kept[name] != again[name]] == []


def test_models_that_draw_are_repeated_with_seeds(open_page, rated):
    for model in QUICK:
        do(evaluations.REPEAT_TASK, evaluations.request(rated, model) | {"seeds": 2})
    page = open_page(rated, models_seeds="2")
    assert not page.exception
    assert not [button for button in page.button if button.label.startswith("Train")]
    assert "Random: means over 2 seeds." in words(page)
    spread = board(page).set_index("Model")["nDCG@10 ± seeds"]
    assert spread["Random"].startswith("0.0")
    assert list(spread[["Popularity", "Baseline"]]) == ["—", "—"]


def test_segments_have_a_best_model_only_where_their_users_say_so(open_page, rated):
    page = open_page(rated, models_segments="Recency, frequency and value")
    best = table(page, "Best by nDCG@10")
    assert set(best["Best by nDCG@10"]) <= {"few users: do not act on it", "nobody to measure"}
    quality = table(page, "Model", "Segment")
    assert set(quality["Model"]) == {"Popularity", "Random", "Baseline"}


def test_without_a_grouping_one_is_asked_for(open_page, rated):
    assert "Choose a grouping to see" in words(open_page(rated))


def test_new_users_and_what_served_them_are_shown(open_page):
    known = [
        (user, item % 9, float(day), 4.0, "rating")
        for user in range(20)
        for day, item in enumerate(range(user, user + 5))
    ]
    late = [(20 + n % 5, n % 9, 50.0 + n, 4.0, "rating") for n in range(20)]
    dataset = make_log([*known, *late], feedback="explicit")
    evaluated(dataset, QUICK)
    page = open_page(dataset)
    given = table(page, "What they get").set_index("Whose lists")
    assert dict(given["What they get"]) == {
        "What is served": "by what most people choose",
        "Popularity alone": "the list of what most people chose",
        "Baseline alone": "a list of its own, the same for all of them",
        "Random alone": "a list of its own for each",
    }
    served = given.loc["What is served", "nDCG@10"]
    assert served == given.loc["Popularity alone", "nDCG@10"]
    assert f"they are served by what most people choose, nDCG@10 {served} (" in words(page)


def test_every_model_says_what_it_is_for_and_where_it_comes_from(open_page, rated):
    text = words(open_page(rated))
    for info in MODELS.values():
        assert f"**{info.title}**: {info.description} *{info.when_to_use}*" in text
    assert "Source: Steck 2019" in text


def test_every_mean_has_its_interval_and_what_cannot_be_measured_says_why(open_page, rated):
    page = open_page(rated)
    assert board(page)["nDCG@10 95%"].str.fullmatch(r"0\.\d{3} to 0\.\d{3}").all()
    assert re.search(r"of alike predictions (Baseline is off|is Baseline off) by more than chance", words(page))
    assert "None of these models predicts a rating" not in words(page)
    page.session_state["models_figures"] = "Predicted ratings"
    page.run()
    shown = board(page, "Predicted ratings").set_index("Model")
    assert shown.loc["Baseline", "RMSE"] > 0
    assert shown.loc[["Popularity", "Random"], "RMSE"].isna().all()
    why = "This model orders items and predicts no rating."
    assert f"“—” for Calibration error, MAE and RMSE of Popularity and Random: {why}" in words(page)


def test_only_what_is_missing_is_offered_for_training(open_page, rated):
    page = open_page(rated, models_own=["Baseline", "Slope One"])
    assert not page.exception
    assert [button.label for button in page.button if button.label.startswith("Train")] == ["Train Slope One"]
    assert len(board(page)) == 3


def test_another_parameter_is_another_training(open_page, rated):
    page = open_page(rated, **{"baseline_only.reg_u": "3"})
    assert page.number_input(key="baseline_only.reg_u").value == 3
    assert [button.label for button in page.button if button.label.startswith("Train")] == ["Train Baseline"]


def test_a_random_split_of_a_log_with_times_is_warned_of(open_page):
    dataset = random_log(1)
    evaluated(dataset, QUICK, split={"how": "random"})
    page = open_page(dataset, models_split="At random")
    assert "leaks the future" in page.warning[0].value
    assert len(board(page)) == 3


def test_a_log_without_times_offers_the_random_split_alone(open_page):
    dataset = make_log([(user, item) for user in range(8) for item in range(user, user + 6)])
    page = open_page(dataset)
    assert not page.exception
    assert page.selectbox(key="models_split").options == ["At random"]


def test_another_metric_orders_the_board(open_page, rated):
    page = open_page(rated, models_by="Hit rate")
    assert board(page)["Hit rate@10"].is_monotonic_decreasing
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


def test_where_nobody_can_be_measured_the_page_says_so(open_page):
    # Everybody comes back for what they had: there is nothing new to find.
    dataset = make_log([(user, user % 3, 10.0 * again + user) for again in range(5) for user in range(6)])
    evaluated(dataset, QUICK)
    page = open_page(dataset, models_segments="Lifecycle")
    assert not page.exception
    assert "Fewer than two users can be measured by nDCG@10, so no model can be called best." in words(page)
    assert set(board(page)["Against Popularity"]) == {"the yardstick", "—"}
    assert "None of these models predicts a rating on this log" in words(page)
