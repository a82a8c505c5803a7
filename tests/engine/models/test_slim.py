"""SLIM against scikit-learn's elastic net, item by item."""

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet

from engine.models import make_model
from engine.models.slim import descend
from tests.engine.models.cases import random_preferences

TRAIN = random_preferences(4, n_users=60, n_items=14, pairs=300)


def by_elastic_net(matrix, l1, l2):
    """scikit-learn minimises |y - Xw|²/(2n) + alpha ratio |w|₁ + alpha (1 - ratio) |w|²/2."""
    n_users, n = matrix.shape
    weights = np.zeros((n, n))
    model = ElasticNet(
        alpha=(l1 + l2) / n_users,
        l1_ratio=l1 / (l1 + l2),
        fit_intercept=False,
        positive=True,
        tol=1e-10,
        max_iter=10_000,
    )
    for target in range(n):
        others = np.setdiff1d(np.arange(n), [target])
        weights[target, others] = model.fit(matrix[:, others], matrix[:, target]).coef_
    return weights


@pytest.mark.parametrize("negative", [False, True])
@pytest.mark.parametrize(("l1", "l2"), [(1.0, 2.0), (4.0, 10.0), (0.5, 0.1)])
def test_weights_are_those_of_the_elastic_net(l1, l2, negative):
    matrix = TRAIN.matrix.toarray()[:, TRAIN.item_users > 0]
    if negative:
        matrix = np.where(matrix > 0, matrix - 3, 0)
    n = matrix.shape[1]
    weights = np.zeros((n, n))
    descend(matrix.T @ matrix, l1, l2, 1000, 1e-10, np.arange(len(weights)), weights)
    np.testing.assert_allclose(weights, by_elastic_net(matrix, l1, l2), atol=1e-6)


@pytest.mark.parametrize("weighted", [True, False])
def test_the_model_scores_by_them(weighted):
    full = TRAIN.matrix.toarray()
    matrix = full if weighted else (full > 0).astype(float)
    unit = (matrix[matrix > 0] ** 2).mean()
    model = make_model("slim", {"l1": 1, "l2": 5, "weighted": weighted}).fit(TRAIN)
    kept = TRAIN.item_users > 0
    weights = np.zeros((14, 14))
    weights[np.ix_(kept, kept)] = by_elastic_net(matrix[:, kept], unit, 5 * unit)
    known = TRAIN.user_items > 0
    np.testing.assert_allclose(model.score(np.arange(60))[known], (matrix @ weights.T)[known], atol=0.02)
    assert (model.weights.data > 0).all()


def test_a_higher_l1_leaves_fewer_weights():
    few, many = (make_model("slim", {"l1": l1}).fit(TRAIN).weights.nnz for l1 in (15, 0.1))
    assert few < many
