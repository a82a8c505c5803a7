"""MovieLens 100K beside published figures; skipped where the data is absent."""

import pytest

from engine.evaluation import evaluate
from engine.loading import load
from engine.splitting import split
from tests.engine.metrics.references import ML_100K, needs_ml_100k, reference

pytestmark = needs_ml_100k


@pytest.fixture(scope="module")
def movies():
    return load(ML_100K).dataset


@pytest.mark.parametrize(("model", "published"), [("popularity", "popularity"), ("svd", "surprise_svd")])
def test_ranking_at_10_after_three_quarters_of_each_users_ratings(movies, model, published):
    evaluation = evaluate(movies, split(movies, "random", test_share=0.25), model)
    known = reference("ranking_ml100k")
    assert evaluation.metrics["ndcg"].value == pytest.approx(known["ndcg@10"][published], abs=0.012)
    assert evaluation.metrics["coverage"].value == pytest.approx(known["coverage"][published], abs=0.012)
    assert evaluation.users_evaluated == 943


@pytest.mark.parametrize("model", ["svd", "baseline_only", "normal_predictor"])
def test_rmse_after_four_fifths_of_each_users_ratings(movies, model):
    evaluation = evaluate(movies, split(movies, "random", test_share=0.2), model)
    published = reference("surprise_ml100k")["rmse"][model]
    assert evaluation.metrics["rmse"].value == pytest.approx(published, abs=0.015)
