"""MovieLens 100K: how well the models rank, beside measured and published figures; skipped where it is absent."""

import numpy as np
import pytest

from engine.evaluation.pairs import relevant_items
from engine.loading import load
from engine.metrics.ndcg import ndcg
from engine.models import make_model, top_k
from engine.pairs import seen_items
from engine.splitting import split
from tests.engine.metrics.references import ML_100K, needs_ml_100k, reference

pytestmark = needs_ml_100k


@pytest.fixture(scope="module")
def quality():
    """nDCG@10 of a model on a random quarter of each user's ratings, any of them relevant."""
    movies = load(ML_100K).dataset
    parts = split(movies, "random", test_share=0.25)
    train, seen = movies.preferences_of(parts.fit_rows), seen_items(movies, parts.fit_rows)
    relevant = relevant_items(movies, parts, seen)

    def measure(name, **params):
        model = make_model(name, params).fit(train)
        return np.nanmean(ndcg(top_k(model, np.arange(movies.n_users), 10, exclude=seen).items, relevant))

    return measure


@pytest.mark.parametrize(
    ("name", "known"), [("ease", "ease_lambda_250"), ("als", "implicit_als_32"), ("item_knn", "item_knn")]
)
def test_ranking_as_measured_elsewhere(quality, name, known):
    assert quality(name) == pytest.approx(reference("ranking_ml100k")["ndcg@10"][known], abs=0.01)


def test_bpr_ranks_as_published(quality):
    assert quality("bpr") > 0.442  # the Microsoft recommenders' README, at the same ratio


def test_ratings_and_genres_help_ease(quality):
    assert quality("ease", weighted=True, penalty=300, attribute_weight=3) == pytest.approx(0.491, abs=0.003)


def test_fusion_beats_every_member(quality):
    assert quality("fusion") > 0.495


def test_times_and_side_tables_help_beyond_fusion(quality):
    assert quality("stacked") > 0.503
