"""ALS and BPR: the equations of the papers, and what the library's sampling needs undone."""

import numpy as np
import pytest

from engine.models import make_model, top_k
from tests.engine.models.cases import preferences, random_preferences

TRAIN = random_preferences(4, n_users=30, n_items=12, pairs=150)


@pytest.mark.parametrize("weighted", [True, False])
def test_als_users_solve_their_normal_equations(weighted):
    params = {"factors": 4, "alpha": 3, "regularization": 0.5, "weighted": weighted}
    model = make_model("als", params, seed=1).fit(TRAIN)
    items = np.zeros((TRAIN.n_items, 4))
    items[model.codes] = model.item_factors
    for user in (0, 5, 20):
        value = TRAIN.matrix[[user]].toarray()[0]
        chosen = value > 0
        confidence = np.where(chosen, 3 * (value if weighted else 1.0), 1.0)
        normal = (items * confidence[:, None]).T @ items + 0.5 * np.eye(4)
        factors = np.linalg.solve(normal, items.T @ (confidence * chosen))
        np.testing.assert_allclose(model.user_factors[user], factors, atol=1e-10)
        np.testing.assert_allclose(model.score(np.array([user]))[0], items @ factors, atol=1e-10)


def test_als_parts_add_up_to_the_score():
    model = make_model("als", {"factors": 4}).fit(TRAIN)
    scores = model.score(np.arange(TRAIN.n_users))
    for user, item in ((0, 3), (5, 7), (20, 0)):
        items, amounts = model.contributions(user, item)
        assert np.array_equal(items, TRAIN.item[TRAIN.user == user])
        assert amounts.sum() == pytest.approx(scores[user, item])


def test_two_crowds_are_told_apart():
    rng = np.random.default_rng(0)
    user = np.repeat(np.arange(60), 8)
    item = np.concatenate([rng.permutation(20)[:8] + 20 * (u % 2) for u in range(60)])
    train = preferences(user, item, np.ones(len(user)), 60, 40, (0.0, 1.0), False)
    for name in ("als", "bpr"):
        ranking = top_k(make_model(name, {"factors": 4}).fit(train), np.arange(60), 5, exclude=train.matrix)
        assert ((ranking.items // 20) == (np.arange(60) % 2)[:, None]).mean() > 0.95, name


def test_the_correction_adds_the_logarithm_of_popularity():
    with_it, without = (make_model("bpr", {"iterations": 5, "correction": c}).fit(TRAIN) for c in (1, 0))
    np.testing.assert_allclose(with_it.item_bias - without.item_bias, np.log1p(TRAIN.item_users), atol=1e-12)
