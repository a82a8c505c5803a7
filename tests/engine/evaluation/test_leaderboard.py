"""Repeated seeds, groups of users and new users; and the same leaderboard again from its own JSON."""

import json
from dataclasses import replace

import numpy as np
import pytest

from engine.control import listed
from engine.errors import DataError, ModelError
from engine.evaluation import METRICS, evaluate
from engine.evaluation.accumulate import RANKING_METRICS
from engine.evaluation.leaderboard import differing, gathered, leaderboard
from engine.evaluation.repeat import once
from engine.evaluation.request import Request
from engine.models import make_model
from engine.splitting import split
from tests.engine.logs import make_log, random_log


@pytest.fixture(scope="module")
def log():
    """Forty users, and ten more who come in the last week only."""
    known = random_log(5, n_rows=500).interactions
    late = [(40 + n % 10, n % 25, 60.0 + n / 10, 4.0, "rating") for n in range(40)]
    days = (known["time"] - known["time"].min()).dt.total_seconds() / 86400
    rows = zip(known["user"], known["item"], days, known["rating"], known["event"], strict=True)
    return make_log([*rows, *late], feedback="explicit", n_users=50, n_items=25)


@pytest.fixture(scope="module")
def board(log):
    return leaderboard(log, Request(("popularity", "svd"), k=5, seeds=3, by="lifecycle"))


def test_only_a_model_that_draws_is_repeated_and_its_figures_are_means(log, board):
    popularity, svd = board.rows
    assert (popularity.seeds, svd.seeds) == ((0,), (0, 1, 2))
    assert popularity.spread("ndcg") is None
    alone = [evaluate(log, board.split, "svd", k=5, seed=seed) for seed in range(3)]
    for name in RANKING_METRICS:
        values = [each.metrics[name].value for each in alone]
        assert svd.values[name] == tuple(values)
        assert svd.evaluation.metrics[name].value == pytest.approx(np.mean(values))
        assert svd.spread(name) == pytest.approx(np.std(values, ddof=1))
    rmse = [each.metrics["rmse"].value for each in alone]
    assert svd.evaluation.metrics["rmse"].value == pytest.approx(np.sqrt(np.mean(np.square(rmse))))


def test_new_users_are_measured_by_the_lists_they_get(log, board):
    popularity = board.rows[0].evaluation
    assert popularity.users_cold == 10
    fit, test = (log.interactions[rows] for rows in (board.split.fit_rows, board.split.test))
    cold = np.setdiff1d(test["user"], fit["user"])
    share = [
        len(set(popularity.ranking.items[user]) & set(test.loc[test["user"] == user, "item"]))
        / test.loc[test["user"] == user, "item"].nunique()
        for user in cold
    ]
    assert board.cold["popularity"].users == 10
    found = board.cold["popularity"].metrics["recall"]
    assert found.value == pytest.approx(np.mean(share))
    assert found.low <= found.value <= found.high


def test_where_nobody_is_new_it_says_so():
    found = leaderboard(random_log(2), Request(("popularity",), split="leave-last")).cold["popularity"]
    assert (found.path, found.users) == ("nobody is new", 0)
    assert (found.metrics["ndcg"].value, found.metrics["ndcg"].reason) == (None, "No user of the test is new.")


def test_it_is_said_what_served_new_users(log):
    request = Request(("popularity", "item_knn", "baseline_only", "slope_one", "random"), k=5)
    found = leaderboard(log, request).cold
    assert {name: cold.path for name, cold in found.items()} == {
        "popularity": "what most chose",
        "item_knn": "what most chose",
        "baseline_only": "one list of its own",
        "slope_one": "no order at all",
        "random": "a list each",
    }


def test_new_users_are_measured_by_what_they_are_served_too():
    rng = np.random.default_rng(0)
    known = [(user, int(item) + 6 * (user % 2), float(user)) for user in range(40) for item in rng.permutation(6)[:3]]
    late = [(40 + n % 4, int(item) + 6 * (n % 2), 60.0 + n) for n, item in enumerate(rng.integers(6, size=21))]
    countries = {"country": [*(["NO", "SE"][user % 2] for user in range(42)), None, None]}
    log = make_log([*known, *late], n_users=44, n_items=12, users=countries)
    found = leaderboard(log, Request(("popularity", "ease"), k=3))
    assert found.served.by == {"groups": 2, "popularity": 2}
    before = replace(log, interactions=log.interactions[found.split.fit_rows].reset_index(drop=True))
    cold = np.arange(40, 44)
    shown = listed(before, make_model("ease").fit(before.preferences), cold, 3, controls={})
    assert shown.paths == ("groups", "groups", "popularity", "popularity")
    test = log.interactions[found.split.test]
    theirs = [set(test.loc[test["user"] == user, "item"]) for user in cold]
    recall = [len(want & set(items)) / len(want) for want, items in zip(theirs, shown.ranking.items, strict=True)]
    assert found.served.metrics["recall"].value == pytest.approx(np.mean(recall))
    assert found.cold["popularity"].metrics["recall"].value < np.mean(recall)


def test_models_measured_one_by_one_gather_to_the_same_leaderboard(log):
    request = Request(("popularity", "random"), k=5)
    rows = [once(evaluate(log, request.split_of(log), name, k=5)) for name in request.models]
    found = gathered(log, request, rows)
    assert differing(found.to_dict(), leaderboard(log, request).to_dict()) == []
    assert found.best_by_segment is None


def test_groups_add_up_to_the_users_measured(board):
    part = board.segments.query("metric == 'ndcg' and model == 'svd'")
    assert part["users"].sum() == board.rows[1].evaluation.users_evaluated
    measured = part[part["users"] > 0]
    weighted = np.average(measured["value"].astype(float), weights=measured["users"])
    assert weighted == pytest.approx(board.rows[1].evaluation.metrics["ndcg"].value)


def test_its_json_is_enough_to_compute_it_again(log, board):
    kept = json.loads(json.dumps(board.to_dict(), allow_nan=False))
    again = leaderboard(log, Request.from_dict(kept["request"])).to_dict()
    assert differing(kept, again) == []
    assert json.loads(json.dumps(again["standing"])) == kept["standing"]
    kept["models"][0]["recall"] = 0.5
    assert differing(kept, again) == ["popularity recall"]


def test_the_standing_is_over_the_mean_of_the_seeds(board):
    difference = board.standing.pairs[0].difference
    values = {row.evaluation.model: row.evaluation.metrics["ndcg"].value for row in board.rows}
    assert abs(difference) == pytest.approx(abs(values["svd"] - values["popularity"]))
    assert set(METRICS) <= set(board.to_dict()["models"][0])


@pytest.mark.parametrize(
    ("asked", "error", "sentence"),
    [
        ({"models": ()}, ModelError, "No models were named"),
        ({"models": ("svdd",)}, ModelError, "Did you mean 'svd'"),
        ({"models": ("svd",), "split": "tempral"}, DataError, "Did you mean 'temporal'"),
        ({"models": ("svd",), "test_share": 1.0}, DataError, "--test-share was 1"),
        ({"models": ("svd",), "seeds": 0}, ModelError, "--seeds was 0"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(asked, error, sentence):
    with pytest.raises(error, match=sentence):
        Request(**asked)


def test_the_split_is_the_commands(board, log):
    assert np.array_equal(board.split.test, split(log, "temporal").test)


def test_a_model_that_cannot_learn_from_the_data_is_left_out_and_says_why():
    timeless = make_log([(user, (user + step) % 7) for user in range(12) for step in range(4)], n_items=7)
    both = leaderboard(timeless, Request(("popularity", "sequence"), split="random"))
    assert both.request.models == ("popularity",)
    assert "the log has no times" in both.to_dict()["left_out"]["sequence"]
    tuned = leaderboard(timeless, Request(("popularity", "content"), split="random", tune=1))
    assert "Nothing is known of the items" in tuned.left_out["content"]
    with pytest.raises(ModelError, match="the log has no times"):
        leaderboard(timeless, Request(("sequence", "session_knn"), split="random"))
