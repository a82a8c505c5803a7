import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from engine.errors import ModelError
from engine.models import top_k
from tests.engine.models.cases import random_preferences


class Given:
    """Scores as given."""

    def __init__(self, scores):
        self.scores = np.asarray(scores, dtype=np.float64)

    def score(self, users):
        return self.scores[users]


scores = arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.integers(1, 12)),
    elements=st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 2.0]),
)


@settings(deadline=None)
@given(scores, st.integers(1, 15), st.integers(1, 7), st.randoms(use_true_random=False))
def test_equals_a_full_sort_whatever_the_block(matrix, k, block, random):
    seen = np.array([[random.random() < 0.3 for _ in row] for row in matrix])
    users = np.array([random.randrange(len(matrix)) for _ in range(5)])
    ranking = top_k(Given(matrix), users, k, exclude=sparse.csr_array(seen), block=block)
    assert ranking.items.dtype == np.int32
    assert ranking.items.shape == ranking.scores.shape == (5, k)
    for row, user in enumerate(users):
        free = [i for i in range(matrix.shape[1]) if not seen[user, i] and matrix[user, i] > -np.inf]
        best = sorted(free, key=lambda i: (-matrix[user, i], i))[:k]
        assert ranking.items[row].tolist() == best + [-1] * (k - len(best))
        assert ranking.scores[row, : len(best)].tolist() == [matrix[user, i] for i in best]
        assert np.isnan(ranking.scores[row, len(best) :]).all()


def test_nan_is_never_recommended():
    assert top_k(Given([[np.nan, 1.0, np.nan]]), np.array([0]), 3).items.tolist() == [[1, -1, -1]]


def test_a_seen_item_of_value_zero_is_still_seen():
    seen = sparse.csr_array((np.array([0.0]), (np.array([0]), np.array([1]))), shape=(1, 3))
    assert top_k(Given([[1.0, 2.0, 0.0]]), np.array([0]), 3, exclude=seen).items.tolist() == [[0, 2, -1]]


def test_no_users_no_rows():
    assert top_k(Given(np.zeros((1, 4))), np.array([], dtype=int), 2).items.shape == (0, 2)


@pytest.mark.parametrize(("k", "block"), [(0, 1), (1, 0)])
def test_lengths_below_one_are_refused(k, block):
    with pytest.raises(ModelError, match="at least 1"):
        top_k(Given([[1.0]]), np.array([0]), k, block=block)


def test_training_items_are_left_out():
    train = random_preferences(0)
    ranking = top_k(Given(np.zeros((train.n_users, train.n_items))), np.arange(train.n_users), 11, exclude=train.matrix)
    for user, row in enumerate(ranking.items):
        assert not set(row[row >= 0]) & set(train.item[train.user == user])
        assert (row >= 0).sum() == train.n_items - train.user_items[user]


def test_a_large_catalogue_is_scored_for_fewer_users_at_once(monkeypatch):
    class Noting(Given):
        def score(self, users):
            asked.append(len(users))
            return super().score(users)

    asked: list[int] = []
    rng = np.random.default_rng(0)
    model, seen = Noting(rng.random((7, 10))), sparse.csr_array(rng.random((7, 10)) < 0.3)
    at_once = top_k(model, np.arange(7), 3, exclude=seen).items
    monkeypatch.setattr("engine.models.ranking._SCORES_AT_ONCE", 25)
    assert np.array_equal(top_k(model, np.arange(7), 3, exclude=seen).items, at_once)
    assert asked == [7, 2, 2, 2, 1]
