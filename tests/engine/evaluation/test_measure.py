"""Evaluation: who counts, what is hidden, and figures a reader can work out by hand."""

import json
import pickle

import numpy as np
import pytest

from engine.discovery.health import health
from engine.errors import ModelError
from engine.evaluation import METRICS, evaluate
from engine.evaluation.accumulate import RATIOS
from engine.evaluation.everybody import score_everybody
from engine.evaluation.pairs import predict_pairs, relevant_items
from engine.metrics.calibration import calibration_error
from engine.models import make_model, top_k
from engine.pairs import seen_items
from engine.splitting import Split, split
from tests.engine.logs import make_log, random_log

# Item 0 is the most popular, then 1, then 2. Users 0-3 learn; user 4 is cold; user 3 has nothing new to find.
LEARNT = [(0, 0, 1), (1, 0, 1), (2, 0, 1), (3, 0, 1), (0, 1, 1), (1, 1, 1), (3, 1, 1), (2, 2, 1), (3, 2, 1)]
TEST = [(0, 2, 9), (1, 3, 9), (1, 0, 9), (2, 1, 9), (2, 3, 9), (3, 0, 9), (4, 0, 9)]


def hand_split(dataset, n_test):
    test = np.zeros(len(dataset.interactions), dtype=bool)
    test[-n_test:] = True
    return Split(~test, np.zeros_like(test), test, "temporal", 0.0, 0.4, 0)


@pytest.fixture(scope="module")
def by_hand():
    dataset = make_log(LEARNT + TEST)
    return evaluate(dataset, hand_split(dataset, len(TEST)), "popularity", k=2)


def test_lists_hold_the_most_popular_items_a_user_has_not_had(by_hand):
    assert by_hand.ranking.items[:4].tolist() == [[2, 3], [2, 3], [1, 3], [3, -1]]


def test_who_is_counted(by_hand):
    assert (by_hand.users_evaluated, by_hand.users_cold, by_hand.users_nothing_to_find) == (3, 1, 1)
    assert by_hand.per_user["user"].tolist() == [0, 1, 2, 3, 4]
    assert by_hand.per_user["ndcg"].isna().tolist() == [False, False, False, True, True]


def test_figures_worked_out_by_hand(by_hand):
    # User 0 finds item 2 first; user 1 finds item 3 second (item 0 was had before); user 2 finds both.
    figures = {name: estimate.value for name, estimate in by_hand.metrics.items()}
    second = 1 / np.log2(3)
    assert figures["precision"] == pytest.approx((1 / 2 + 1 / 2 + 1) / 3)
    assert figures["recall"] == 1
    assert figures["ndcg"] == pytest.approx((1 + second + 1) / 3)
    assert figures["map"] == pytest.approx((1 + 1 / 2 + 1) / 3)
    assert figures["mrr"] == pytest.approx((1 + 1 / 2 + 1) / 3)
    assert figures["hit_rate"] == 1
    assert figures["coverage"] == 3 / 4  # items 1, 2 and 3 of four, over the lists of users 0 to 3
    # Of 4 users, 4 had item 0, 3 item 1, 2 item 2, none item 3 (counted as one).
    bits = [(1 + 2) / 2, (1 + 2) / 2, (np.log2(4 / 3) + 2) / 2, 2]
    assert figures["novelty"] == pytest.approx(np.mean(bits))


def test_no_ratings_no_rmse_and_the_reason(by_hand):
    assert by_hand.metrics["rmse"].value is None
    assert "ranking metrics apply" in by_hand.metrics["rmse"].reason


def test_events_of_no_strength_are_seen_but_not_sought():
    weights = {"purchase": 2.0, "error": 0.0}
    rows = [
        (0, 0, 1, None, "error"),
        (0, 1, 1, None, "purchase"),
        (0, 2, 9, None, "error"),
        (0, 3, 9, None, "purchase"),
    ]
    dataset = make_log(rows, event_weights=weights)
    parts = hand_split(dataset, 2)
    seen = seen_items(dataset, parts.fit_rows)
    assert seen.toarray().tolist() == [[1, 1, 0, 0]]
    assert relevant_items(dataset, parts, seen).toarray().tolist() == [[0, 0, 0, 1]]


def test_a_low_rating_is_relevant_as_any_rating_is():
    dataset = make_log([(0, 0, 1, 5.0), (0, 1, 9, 1.0)], feedback="explicit")
    parts = hand_split(dataset, 1)
    assert relevant_items(dataset, parts, seen_items(dataset, parts.fit_rows)).toarray().tolist() == [[0, 1]]


@pytest.fixture(scope="module")
def rated():
    dataset = random_log(items={"category": ["Drama", "Action", "Comedy", "Action", "Drama"] * 5})
    return dataset, evaluate(dataset, split(dataset, "random", test_share=0.25), "svd", {"n_epochs": 3}, k=5, seed=1)


def test_what_the_lists_are_like_is_what_discovery_health_says(rated):
    dataset, evaluation = rated
    known = health(dataset, evaluation.split, evaluation.ranking).model.measures
    for name in ("gini", "entropy", "personalisation", "novelty", "intra_list_diversity", "serendipity"):
        assert evaluation.metrics[name].value == pytest.approx(known[name].value), name
    for name in ("average_recommendation_popularity", "miscalibration"):
        assert evaluation.metrics[name].value == pytest.approx(known[name].value), name


def again(evaluation):
    return make_model(evaluation.model, evaluation.params, evaluation.seed)


def test_rmse_and_mae_are_over_all_test_pairs_with_clipped_predictions(rated):
    dataset, evaluation = rated
    test = dataset.preferences_of(evaluation.split.test)
    model = again(evaluation).fit(dataset.preferences_of(evaluation.split.fit_rows))
    predicted = np.clip(model.score(test.user)[np.arange(len(test)), test.item], 1, 5)
    assert evaluation.metrics["rmse"].value == pytest.approx(np.sqrt(np.mean((predicted - test.value) ** 2)))
    assert evaluation.metrics["calibration_error"].value == pytest.approx(calibration_error(predicted, test.value))
    assert evaluation.metrics["mae"].value == pytest.approx(np.mean(np.abs(predicted - test.value)))
    groups = evaluation.to_dict()["calibration_curve"]
    assert sum(group["count"] for group in groups) == len(test)
    for name, values in (("predicted", predicted), ("observed", test.value)):
        assert sum(group["count"] * group[name] for group in groups) == pytest.approx(values.sum())
    assert evaluation.per_user["ratings"].sum() == len(test)


def test_predictions_are_clipped_to_the_scale():
    class Enthusiast:
        def score(self, users):
            return np.tile([9.0, -9.0, 2.5], (len(users), 1))

    pairs = make_log([(0, item, 1, 3.0) for item in range(3)], feedback="explicit").preferences
    assert predict_pairs(Enthusiast(), pairs).tolist() == [5, 1, 2.5]


def test_blocks_of_users_predict_the_same(rated, monkeypatch):
    dataset, evaluation = rated
    test = dataset.preferences_of(evaluation.split.test)
    model = again(evaluation).fit(dataset.preferences_of(evaluation.split.fit_rows))
    seen = seen_items(dataset, evaluation.split.fit_rows)
    whole = predict_pairs(model, test)
    monkeypatch.setattr("engine.evaluation.pairs.MOST_CELLS_AT_ONCE", 3 * dataset.n_items)
    np.testing.assert_allclose(predict_pairs(model, test), whole, rtol=1e-12)
    blocks = score_everybody(model, seen, 5, pairs=test)
    np.testing.assert_allclose(blocks.predicted, whole, rtol=1e-12)
    assert np.array_equal(blocks.ranking.items, top_k(model, np.arange(dataset.n_users), 5, exclude=seen).items)


def test_every_mean_lies_within_its_interval(rated):
    _, evaluation = rated
    for name in RATIOS:
        estimate = evaluation.metrics[name]
        assert estimate.low <= estimate.value <= estimate.high, name
    for name in set(METRICS) - set(RATIOS):
        assert evaluation.metrics[name].low is None, name


def test_the_json_names_every_metric_once(rated):
    _, evaluation = rated
    figures = json.loads(json.dumps(evaluation.to_dict(), allow_nan=False))
    assert figures["model"] == "svd"
    assert set(METRICS) <= set(figures)
    assert figures["rmse_low"] < figures["rmse"] < figures["rmse_high"]
    assert "coverage_low" not in figures
    assert figures["params"] == {"n_epochs": 3}


def test_the_same_seed_gives_the_same_figures(rated):
    dataset, evaluation = rated
    again = evaluate(dataset, evaluation.split, "svd", {"n_epochs": 3}, k=5, seed=1)
    measured = [name for name in METRICS if "seconds" not in name and "latency" not in name]
    assert [again.metrics[name] for name in measured] == [evaluation.metrics[name] for name in measured]


def test_an_evaluation_travels_between_processes(rated):
    _, evaluation = rated
    copy = pickle.loads(pickle.dumps(evaluation))  # noqa: S301 - our own bytes
    assert copy.metrics == evaluation.metrics
    assert np.array_equal(copy.ranking.items, evaluation.ranking.items)


def test_stages_are_reported(rated):
    dataset, evaluation = rated
    stages = []
    evaluate(dataset, evaluation.split, "popularity", report=lambda *stage: stages.append(stage))
    assert stages[0] == ("Fitting Popularity", None, None)
    assert ("Ranking users", 0, dataset.n_users) in stages


@pytest.mark.parametrize(
    ("model", "options", "sentence"),
    [
        ("svdd", {}, r"Model 'svdd' was not found\. .*Did you mean 'svd'\?"),
        ("svd", {"k": 0}, r"The length of the lists, k, was 0"),
    ],
)
def test_impossible_requests_are_one_sentence(rated, model, options, sentence):
    dataset, evaluation = rated
    with pytest.raises(ModelError, match=sentence):
        evaluate(dataset, evaluation.split, model, **options)
