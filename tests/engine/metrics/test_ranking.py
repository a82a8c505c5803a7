"""The ranking metrics beside trec_eval's answers, and properties that hold for any list."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from engine.metrics.average_precision import average_precision
from engine.metrics.hit_rate import hit_rate
from engine.metrics.hits import hits
from engine.metrics.ndcg import ndcg
from engine.metrics.precision import precision
from engine.metrics.recall import recall
from engine.metrics.reciprocal_rank import reciprocal_rank
from tests.engine.metrics.references import reference

METRICS = [precision, recall, ndcg, average_precision, reciprocal_rank, hit_rate]

# The fixture itself, so that the known answers are tested also where the shared file is absent.
RELEVANT = [[3, 1, 2], [1, 4, 5, 6, 7], [2, 5, 6, 8, 9, 10, 11, 12, 13, 14]]
RANKED = [[3, 10, 12], [10, 3, 5, 11, 13], [4, 10, 7, 13, 1, 3, 5, 2, 11, 14]]
EXPECTED = {
    "precision@10": 0.266667,
    "recall@3": 0.211111,
    "ndcg@10": 0.381727,
    "map@10": 0.236138,
    "map@3": 0.15,
    "mrr": 0.611111,
    "hit_rate@10": 1.0,
}
NAMED = {
    "precision": precision,
    "recall": recall,
    "ndcg": ndcg,
    "map": average_precision,
    "mrr": reciprocal_rank,
    "hit_rate": hit_rate,
}


def as_arrays(ranked, relevant, *, k, n_items=20):
    rows = np.full((len(ranked), k), -1)
    for row, items in enumerate(ranked):
        rows[row, : len(items[:k])] = items[:k]
    dense = np.zeros((len(relevant), n_items))
    for row, items in enumerate(relevant):
        dense[row, list(items)] = 1
    return rows, sparse.csr_array(dense)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_known_answers_to_six_digits(name):
    metric, _, cut = name.partition("@")
    arrays = as_arrays(RANKED, RELEVANT, k=int(cut or 10))
    assert np.mean(NAMED[metric](*arrays)) == pytest.approx(EXPECTED[name], abs=5e-7)


def test_the_fixture_here_is_the_published_one():
    shared = reference("ranking")
    assert [*shared["relevant"].values()] == RELEVANT
    assert [*shared["ranked"].values()] == RANKED
    assert shared["expected"] == EXPECTED


def test_a_user_to_whom_nothing_is_relevant_is_not_a_zero():
    arrays = as_arrays([[1, 2], [1, 2]], [[], [1]], k=2)
    for metric in METRICS:
        assert np.isnan(metric(*arrays)).tolist() == [True, False], metric.__name__


def test_no_relevant_items_at_all():
    assert not hits(*as_arrays([[1, 2]], [[]], k=3)).any()


lists = st.lists(st.integers(0, 11), min_size=0, max_size=6, unique=True)
users = st.lists(st.tuples(lists, lists.filter(len)), min_size=1, max_size=6)


@given(users, st.integers(1, 8))
def test_every_metric_lies_between_0_and_1(pairs, k):
    arrays = as_arrays(*zip(*pairs, strict=True), k=k, n_items=12)
    for metric in METRICS:
        values = metric(*arrays)
        assert values.shape == (len(pairs),)
        assert ((values >= 0) & (values <= 1)).all(), metric.__name__


@given(lists.filter(len), lists.filter(lambda x: len(x) > 1), st.data())
def test_moving_a_relevant_item_up_never_hurts(relevant, ranked, data):
    place = data.draw(st.integers(1, len(ranked) - 1))
    moved = list(ranked)
    if ranked[place] in relevant and ranked[place - 1] not in relevant:
        moved[place - 1], moved[place] = moved[place], moved[place - 1]
    before = as_arrays([ranked], [relevant], k=6, n_items=12)
    after = as_arrays([moved], [relevant], k=6, n_items=12)
    for metric in METRICS:
        assert metric(*after)[0] >= metric(*before)[0] - 1e-12, metric.__name__
    if moved != ranked:
        assert ndcg(*after)[0] > ndcg(*before)[0]


@given(lists.filter(len), st.permutations(range(12)), st.integers(1, 8))
def test_ranking_the_relevant_items_first_is_the_best_possible(relevant, order, k):
    ideal = sorted(order, key=lambda item: item not in relevant)
    arrays = as_arrays([ideal], [relevant], k=k, n_items=12)
    assert ndcg(*arrays)[0] == pytest.approx(1)
    assert reciprocal_rank(*arrays)[0] == 1
    assert recall(*arrays)[0] == pytest.approx(min(k, len(relevant)) / len(relevant))


@given(users, st.randoms(use_true_random=False))
def test_the_order_of_users_does_not_matter(pairs, random):
    shuffled = pairs.copy()
    random.shuffle(shuffled)
    one = as_arrays(*zip(*pairs, strict=True), k=5, n_items=12)
    other = as_arrays(*zip(*shuffled, strict=True), k=5, n_items=12)
    for metric in METRICS:
        assert sorted(metric(*one)) == sorted(metric(*other)), metric.__name__
