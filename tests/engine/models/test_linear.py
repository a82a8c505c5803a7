"""EASE by items and by users and item neighbours, against the formulas written out."""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import ModelError
from engine.models import linear, make_model, top_k
from tests.engine.models.cases import preferences, random_preferences

TRAIN = random_preferences(4, n_users=30, n_items=12, pairs=150)
EVERYBODY = np.arange(TRAIN.n_users)


def dense(train, weighted):
    full = train.matrix.toarray()
    return full if weighted else (full != 0).astype(float)


def by_regression(matrix, penalty):
    """Each column foretold from all others by ridge regression: what EASE promises, one column at a time."""
    n = matrix.shape[1]
    weights = np.zeros((n, n))
    for target in range(n):
        others = np.setdiff1d(np.arange(n), [target])
        x = matrix[:, others]
        gram = x.T @ x + penalty * np.eye(n - 1)
        weights[others, target] = np.linalg.solve(gram, x.T @ matrix[:, target])
    return weights


@pytest.mark.parametrize("weighted", [True, False])
class TestEase:
    def test_each_item_is_a_ridge_regression_on_all_others(self, weighted):
        matrix = dense(TRAIN, weighted)
        unit = (matrix[matrix > 0] ** 2).mean()
        model = make_model("ease", {"penalty": 3, "weighted": weighted}).fit(TRAIN)
        expected = matrix @ by_regression(matrix, 3 * unit)
        known = TRAIN.user_items > 0
        np.testing.assert_allclose(model.score(EVERYBODY)[known], expected[known], atol=1e-10)

    def test_each_user_is_a_ridge_regression_on_all_others(self, weighted):
        matrix = dense(TRAIN, weighted).T
        unit = (matrix[matrix > 0] ** 2).mean()
        model = make_model("user_ease", {"penalty": 3, "weighted": weighted}).fit(TRAIN)
        expected = (matrix @ by_regression(matrix, 3 * unit)).T
        known = TRAIN.user_items > 0
        np.testing.assert_allclose(model.score(EVERYBODY)[known], expected[known], atol=1e-10)

    def test_a_user_left_out_is_folded_in_as_if_the_others_had_foretold_them(self, weighted):
        everybody = make_model("user_ease", {"penalty": 3, "weighted": weighted}).fit(TRAIN)
        rest = make_model("user_ease", {"penalty": 3, "weighted": weighted}).fit(TRAIN.take(TRAIN.user != 5))
        unit = [(model.chosen.data**2).mean() for model in (everybody, rest)]
        if unit[0] == unit[1]:  # the penalty is counted in mean squares, which the user left out changes
            found = rest.score_new(TRAIN.of_users(np.array([5])))
            np.testing.assert_allclose(found, everybody.score(np.array([5])), atol=1e-10)
        else:
            assert weighted


def test_shared_attributes_are_further_rows():
    model = make_model("ease", {"penalty": 3, "attribute_weight": 2}).fit(TRAIN)
    plain = make_model("ease", {"penalty": 3}).fit(TRAIN)
    kinds = np.array([["red|round", "blue", "green|round"][n % 3].split("|") for n in range(12)], dtype=object)
    names = sorted({name for row in kinds for name in row})
    shared = np.array([[name in row for name in names] for row in kinds], dtype=float)
    matrix = dense(TRAIN, weighted=False)
    kept = TRAIN.item_users > 0
    weights = by_regression(np.vstack([matrix, 2 * shared.T])[:, kept], 3)
    np.testing.assert_allclose(model.weights, weights, atol=1e-10)
    assert not np.allclose(model.weights, plain.weights)


def test_attributes_need_an_item_table():
    with pytest.raises(ModelError, match="Nothing is known of the items"):
        make_model("ease", {"attribute_weight": 1}).fit(replace(TRAIN, items=None))


@pytest.mark.parametrize("name", ["ease", "user_ease"])
def test_too_many_to_compare_is_one_sentence(name, monkeypatch):
    monkeypatch.setattr(linear, "MOST_COMPARED", 5)
    with pytest.raises(ModelError, match=r"compares every two (items|users).*Use als or item_knn"):
        make_model(name).fit(TRAIN)


def test_a_million_items_with_ten_events():
    user, item = [0, 0, 0, 1, 1, 1, 2, 2, 3, 3], [7, 8, 900_000, 7, 8, 5, 8, 5, 7, 5]
    train = replace(preferences(user, item, np.ones(10), 4, 10), n_items=1_000_000, items=None)
    for name, params in {"ease": {}, "user_ease": {}, "item_knn": {}, "als": {"factors": 2, "iterations": 2}}.items():
        model = make_model(name, params).fit(train)
        assert top_k(model, np.array([3]), 1, exclude=train.matrix).items.tolist() == [[8]], name


class TestItemNeighbours:
    @pytest.mark.parametrize("weighted", [True, False])
    def test_a_score_adds_up_the_nearest_cosines(self, weighted):
        train = random_preferences(4, n_users=150, n_items=12, pairs=700)
        matrix = dense(train, weighted)
        norms = np.linalg.norm(matrix, axis=0)
        norms = np.where(norms > 0, norms, 1)
        cosine = (matrix / norms).T @ (matrix / norms)
        np.fill_diagonal(cosine, 0)
        model = make_model("item_knn", {"k": 3, "weighted": weighted}).fit(train)
        near = model.weights.toarray()  # column i: the three nearest of item i
        codes = model.codes
        among = cosine[np.ix_(codes, codes)]
        np.testing.assert_allclose(near[near > 0], among[near > 0], atol=1e-6)
        np.testing.assert_allclose(-np.sort(-near, axis=0)[:3], -np.sort(-among, axis=0)[:3], atol=1e-6)
        known = train.user_items > 0
        scores = model.score(np.arange(train.n_users))
        np.testing.assert_allclose(scores[known][:, codes], (matrix[:, codes] @ near)[known], atol=1e-12)

    def test_tfidf_differs(self):
        cosine, tfidf = (make_model("item_knn", {"similarity": name}).fit(TRAIN) for name in ("cosine", "tfidf"))
        assert not np.allclose(cosine.score(EVERYBODY), tfidf.score(EVERYBODY))
