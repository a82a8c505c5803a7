import numpy as np
import pytest
import surprise

from engine.models import make_model
from engine.models.similarities import common_cosine
from engine.models.trainset import surprise_trainset
from tests.engine.models.cases import preferences, random_preferences


@pytest.mark.parametrize("min_support", [1, 3])
def test_equal_to_surprise_where_surprise_can(min_support):
    train = random_preferences(0)
    trainset, known = surprise_trainset(train)
    options = {"min_support": min_support, "shrinkage": 10}
    rows = train.matrix[known.users]
    theirs = surprise.KNNBasic(sim_options={"name": "cosine", **options}, verbose=False).fit(trainset).sim
    np.testing.assert_allclose(common_cosine(rows, min_support=min_support), theirs, rtol=0, atol=1e-12)

    fitted = surprise.KNNBaseline(sim_options={"name": "pearson_baseline", **options}, verbose=False).fit(trainset)
    rows.data = rows.data - known.mean - np.repeat(fitted.bu, np.diff(rows.indptr))
    rows.data -= known.by_item(fitted.bi)[rows.indices]
    mine = common_cosine(rows, min_support=max(2, min_support), shrinkage=10)
    np.testing.assert_allclose(mine, fitted.sim, rtol=0, atol=1e-12)


def test_undefined_is_zero_where_surprise_divides_by_zero():
    train = preferences([0, 0, 1, 1, 2], [0, 1, 0, 1, 1], [0, 0, 0, 5, 5], 3, 2, (0.0, 5.0), explicit=False)
    with pytest.raises(ZeroDivisionError):
        surprise.KNNBasic(sim_options={"name": "cosine"}, verbose=False).fit(surprise_trainset(train)[0])
    model = make_model("knn_basic", {"similarity": "cosine", "negatives": 0}).fit(train)
    np.testing.assert_allclose(model.similarity, [[1, 0, 0], [0, 1, 1], [0, 1, 1]])


def test_all_equal_ratings_leave_the_baseline():
    train = preferences([0, 0, 1, 1], [0, 1, 0, 1], [3, 3, 3, 3], 2, 2)
    model = make_model("knn_baseline", {"similarity": "pearson_baseline"}).fit(train)
    np.testing.assert_allclose(model.score(np.arange(2)), 3.0)
