"""Who is served how: users with a history, users without one, and users who came after training."""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import ModelError
from engine.models import MODELS, make_model, serve_new, top_k
from engine.models.base import FoldsIn
from tests.engine.models.cases import preferences, random_preferences

TRAIN = random_preferences(6, n_users=40, n_items=15, pairs=250)
RANKERS = [name for name, info in MODELS.items() if not info.predicts_ratings and info.family != "baseline"]
FOLDING = [name for name in RANKERS if hasattr(make_model(name), "score_new")]


@pytest.mark.parametrize("name", RANKERS)
def test_a_user_without_a_history_gets_what_most_chose(name):
    model = make_model(name).fit(TRAIN)
    cold = np.flatnonzero(TRAIN.user_items == 0)
    popular = top_k(make_model("popularity").fit(TRAIN), cold, 5)
    assert np.array_equal(top_k(model, cold, 5).items, popular.items)


def test_all_but_chance_and_popularity_take_in_new_users():
    assert set(RANKERS) == set(FOLDING)
    assert {name for name in MODELS if not isinstance(make_model(name), FoldsIn)} == {
        "random",
        "normal_predictor",
        "popularity",
    }


PARAMS = [
    ("baseline_only", {}),
    ("baseline_only", {"method": "sgd"}),
    ("slope_one", {}),
    ("co_clustering", {}),
    *[
        (name, {"similarity": similarity, "user_based": user_based, "k": 5})
        for name, similarity in [
            ("knn_basic", "cosine"),
            ("knn_with_means", "pearson"),
            ("knn_with_zscore", "pearson_baseline"),
            ("knn_baseline", "msd"),
        ]
        for user_based in (True, False)
    ],
]


@pytest.mark.parametrize(("name", "params"), PARAMS)
def test_a_rating_model_takes_somebody_in_as_though_they_had_been_there(name, params):
    model = make_model(name, params).fit(TRAIN)
    users = np.flatnonzero(TRAIN.user_items)
    left = TRAIN.matrix[users].toarray() == 0
    within = 0.02 if params.get("method") else 1e-9  # by descent the items' tendencies moved at the same time
    found, trained = model.score_new(TRAIN.of_users(users)), model.score(users)
    np.testing.assert_allclose(found[left], trained[left], atol=within)


@pytest.mark.parametrize(
    ("name", "params"),
    [("svd", {}), ("svd", {"biased": False}), ("svd_pp", {}), ("nmf", {}), ("nmf", {"biased": True}), ("bpr", {})],
)
def test_hidden_traits_of_somebody_taken_in_are_like_those_training_gives(name, params):
    model = make_model(name, params).fit(TRAIN)
    users = np.flatnonzero(TRAIN.user_items > 3)
    found, trained = model.score_new(TRAIN.of_users(users)), model.score(users)
    alike = [np.corrcoef(*pair)[0, 1] for pair in zip(found, trained, strict=True)]
    assert np.mean(alike) > 0.8


@pytest.mark.parametrize("name", [name for name, info in MODELS.items() if info.predicts_ratings])
def test_whoever_rated_only_what_nobody_had_is_predicted_the_average(name):
    model = make_model(name).fit(TRAIN)
    if isinstance(model, FoldsIn):
        found = model.score_new(preferences([1], [2], [5], 2, 15))
        assert np.isfinite(found).all()
        np.testing.assert_array_equal(found[0], found[1])


@pytest.mark.parametrize("name", FOLDING)
def test_new_users_are_served_without_training(name):
    model = make_model(name).fit(TRAIN)
    assert isinstance(model, FoldsIn)
    new = random_preferences(7, n_users=9, n_items=15, pairs=40)
    scores = model.score_new(new)
    assert scores.shape == (9, 15)
    assert np.isfinite(scores).all()
    assert np.array_equal(np.argsort(-scores[8], kind="stable"), np.argsort(-TRAIN.item_users, kind="stable"))
    one = model.score_new(new.of_users(np.array([1])))
    np.testing.assert_allclose(one[0], scores[1], atol=1e-12)


@pytest.mark.parametrize("name", ["als", "content", "ease", "item_knn", "sequence", "session_knn", "slim"])
def test_a_known_user_is_scored_as_a_new_one_with_the_same_history(name):
    model = make_model(name).fit(TRAIN)
    users = np.array([1, 20, 33])
    np.testing.assert_allclose(model.score_new(TRAIN.of_users(users)), model.score(users), atol=1e-9)


@pytest.mark.parametrize(
    "name", [*[name for name in FOLDING if name not in ("user_ease", "fusion", "hybrid")], "svd", "slope_one"]
)
def test_histories_of_another_catalogue_are_refused(name):
    model = make_model(name).fit(TRAIN)
    with pytest.raises(ModelError, match=r"about 3 items; the model was trained on 15"):
        model.score_new(preferences([0], [1], [3], 1, 3))


class TestServing:
    NEW = random_preferences(7, n_users=9, n_items=15, pairs=40)

    def served(self, name, train=TRAIN):
        return serve_new(make_model(name).fit(train), self.NEW, 5, train=train)

    @pytest.mark.parametrize(
        ("name", "path"),
        [("ease", "folded in"), ("bpr", "folded in"), ("svd", "folded in"), ("normal_predictor", "content")],
    )
    def test_each_is_told_what_served_them(self, name, path):
        served = self.served(name)
        has = self.NEW.user_items > 0
        assert [one == path for one in served.paths] == has.tolist()
        assert {served.paths[user] for user in np.flatnonzero(~has)} == {"popularity"}
        popular = top_k(make_model("popularity").fit(TRAIN), np.array([0]), 5).items[0]
        assert (served.ranking.items[~has] == popular).all()
        for user in np.flatnonzero(has):
            row = served.ranking.items[user]
            assert not set(row[row >= 0]) & set(self.NEW.item[self.NEW.user == user])

    def test_popularity_where_nothing_is_known_of_the_items(self):
        served = self.served("normal_predictor", replace(TRAIN, items=None))
        assert set(served.paths) == {"popularity"}
        assert set(self.served("popularity").paths) == {"popularity"}

    def test_another_catalogue_is_refused(self):
        with pytest.raises(ModelError, match="about 3 items; the model was trained on 15"):
            serve_new(make_model("svd").fit(TRAIN), preferences([0], [1], [3], 1, 3), 5, train=TRAIN)
