"""Fusion: what is held back, what weights are learned from it, and what a fused score is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from engine.metrics.ndcg import ndcg
from engine.models import make_model, top_k
from engine.models.fusion import DEPTH
from engine.models.holdout import hold_out
from engine.models.weights import learn_weights, votes
from tests.engine.models.cases import preferences, random_preferences

TRAIN = random_preferences(6, n_users=40, n_items=15, pairs=250)


@given(st.floats(0.05, 0.95), st.integers(0, 99), st.sampled_from(["random", "latest", "both"]))
def test_each_user_gives_their_share_and_keeps_a_pair(share, seed, how):
    held = hold_out(TRAIN, share, how, np.random.default_rng(seed))
    given_up = np.bincount(TRAIN.user[held], minlength=TRAIN.n_users)
    assert np.array_equal(given_up, np.floor(TRAIN.user_items * share))
    assert (given_up < np.maximum(TRAIN.user_items, 1)).all()
    if how == "latest":
        for user in np.unique(TRAIN.user[held]):
            mine = TRAIN.user == user
            assert TRAIN.time[mine & held].min() > TRAIN.time[mine & ~held].max()


def test_both_takes_half_of_the_latest_and_draws_the_rest():
    held = hold_out(TRAIN, 0.5, "both", np.random.default_rng(2))
    late = hold_out(TRAIN, 0.5, "latest", np.random.default_rng(2))
    for user in np.flatnonzero(TRAIN.user_items >= 4):
        mine = TRAIN.user == user
        last = np.argsort(-TRAIN.time[mine])[: (TRAIN.user_items[user] // 2) // 2]
        assert held[mine][last].all()
    assert (held & ~late).any()


LISTS = [np.array([[0, 1, 2], [3, 4, -1]]), np.array([[5, 0, 1], [6, 7, 3]])]
WANTED = sparse.csr_array(np.array([[1, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0]]))


def test_votes_are_reciprocal_ranks():
    cast = votes(LISTS, WANTED, 10)
    assert cast.points.shape == (2, 2, 4)
    np.testing.assert_allclose(cast.points[0], [[1 / 11, 1 / 12, 1 / 13, 0], [1 / 11, 1 / 12, 0, 0]])
    np.testing.assert_allclose(cast.points[1], [[1 / 12, 1 / 13, 0, 1 / 11], [1 / 13, 0, 1 / 11, 1 / 12]])
    assert cast.wanted.tolist() == [[True, True, False, False], [True, False, False, False]]
    np.testing.assert_allclose(cast.ideal, [1 + 1 / np.log2(3), 1])


def test_the_voter_that_is_always_right_wins():
    wrong = np.array([[5, 2, 6], [6, 7, 5]])
    weights, best, alone = learn_weights(votes([LISTS[0], wrong, wrong], WANTED, 10))
    assert alone == [pytest.approx(1), 0, 0]
    assert best == pytest.approx(1)
    assert weights[0] > weights[1:].sum()


def test_the_learned_figure_is_the_ndcg_of_the_fused_list():
    rng = np.random.default_rng(3)
    lists = [np.array([rng.permutation(30)[:20] for _ in range(50)]) for _ in range(3)]
    wanted = sparse.csr_array((rng.random((50, 30)) < 0.2) | (np.arange(30) == 4))
    weights, best, alone = learn_weights(votes(lists, wanted, 10))
    scores = np.zeros((50, 30))
    for items, weight in zip(lists, weights, strict=True):
        np.put_along_axis(scores, items, np.take_along_axis(scores, items, 1) + weight / (11 + np.arange(20)), axis=1)
    fused = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    assert best == pytest.approx(ndcg(fused, wanted).mean(), abs=1e-3)  # ties may fall differently
    for items, figure in zip(lists, alone, strict=True):
        assert figure == pytest.approx(ndcg(items[:, :10], wanted).mean())
    assert best >= max(alone)


def test_a_fused_score_adds_up_weighted_reciprocal_ranks():
    model = make_model("fusion", {"constant": 5}, seed=2).fit(TRAIN)
    assert model.weights.sum() == pytest.approx(1)
    assert "Fusion" in model.validation_ndcg
    user = 7
    expected = 1e-9 * model.popularity
    for member, weight in zip(model.members, model.weights, strict=True):
        ranked = top_k(member, np.array([user]), DEPTH, exclude=TRAIN.matrix).items[0]
        ranked = ranked[ranked >= 0]
        expected[ranked] += weight / (6 + np.arange(len(ranked)))
    np.testing.assert_allclose(model.score(np.array([user]))[0], expected, atol=1e-12)


def test_without_anything_to_hold_back_all_count_the_same():
    model = make_model("fusion").fit(preferences([0, 1, 2], [0, 1, 1], [4, 2, 5], 3, 3))
    assert np.ptp(model.weights) == 0
    assert model.validation_ndcg == {}
