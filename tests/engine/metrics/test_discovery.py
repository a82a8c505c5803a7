"""Beyond-accuracy metrics beside known answers, slow definitions written out, and bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import sparse

from engine.metrics.coverage import catalogue_coverage, user_coverage
from engine.metrics.entropy import entropy
from engine.metrics.gini import gini, lorenz, top_share
from engine.metrics.intra_list_diversity import intra_list_diversity
from engine.metrics.lists import exposure, list_matrix, list_mean
from engine.metrics.miscalibration import category_mix, miscalibration, miscalibration_of_lists
from engine.metrics.novelty import novelty, self_information
from engine.metrics.personalisation import personalisation
from engine.metrics.popularity import (
    average_recommendation_popularity,
    popularity_lift,
    profile_popularity,
)
from engine.metrics.serendipity import serendipity
from engine.metrics.similarity import cooccurrence, unit_rows
from tests.engine.metrics.references import reference

# Items 1..5 of the published fixture as codes 0..4.
TRAIN = sparse.csr_array(np.array([[1, 1, 0, 1, 0], [0, 0, 1, 1, 0], [0, 0, 1, 1, 1]], dtype=float))
RANKED = np.array([[2, 4], [1, 4], [0, 1]])
RELEVANT = sparse.csr_array(np.array([[0, 0, 1, 0, 0], [0, 1, 0, 0, 1], [1, 0, 0, 0, 0]], dtype=float))
ITEM_USERS = np.array([1, 1, 2, 3, 1])
UNIT = cooccurrence(TRAIN)
EXPECTED = {
    "catalogue_coverage": 0.8,
    "entropy_bits": 1.918296,
    "intra_list_diversity_cooccurrence": 0.430964,
    "novelty_self_information_bits": 2.833333,
    "novelty_inverse_user_frequency_bits": 1.418296,
    "serendipity_cooccurrence": 0.434080,
    "average_recommendation_popularity": 1.166667,
}


def test_the_known_answers_to_six_digits():
    shown = exposure(RANKED, 5)
    measured = {
        "catalogue_coverage": catalogue_coverage(shown),
        "entropy_bits": entropy(shown),
        "intra_list_diversity_cooccurrence": intra_list_diversity(RANKED, UNIT).mean(),
        "novelty_self_information_bits": self_information(RANKED, ITEM_USERS).mean(),
        "novelty_inverse_user_frequency_bits": novelty(RANKED, ITEM_USERS, 3).mean(),
        "serendipity_cooccurrence": serendipity(RANKED, RELEVANT, TRAIN, UNIT).mean(),
        "average_recommendation_popularity": average_recommendation_popularity(RANKED, ITEM_USERS).mean(),
    }
    assert measured == pytest.approx(EXPECTED, abs=5e-7)


def test_the_fixture_here_is_the_published_one():
    shared = reference("discovery")
    assert shared["expected"] == EXPECTED
    rows = [[item - 1 for item in items] for items in shared["recommended"].values()]
    assert rows == RANKED.tolist()
    for row, items in enumerate(shared["train"].values()):
        assert (np.flatnonzero(TRAIN.toarray()[row]) + 1).tolist() == items


def test_gini_counts_what_is_never_shown():
    assert gini(np.array([3, 1, 0, 0])) == pytest.approx(0.625)
    assert gini(np.array([2, 2, 2])) == 0
    assert np.isnan(gini(np.zeros(3)))


def test_personalisation_of_three_lists():
    lists = np.array([[1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 5]])
    assert personalisation(lists, 6) == pytest.approx(1 / 6)
    assert np.isnan(personalisation(lists[:1], 6))


@pytest.mark.parametrize(("recommended", "value"), [([1, 0], 1.133982), ([0.5, 0.5], 0.080691), ([0.7, 0.3], 0.0)])
def test_miscalibration_is_stecks_divergence_in_nats(recommended, value):
    measured = miscalibration(np.array([[0.7, 0.3]]), np.array([recommended], dtype=float))
    assert measured[0] == pytest.approx(value, abs=5e-7)


def test_miscalibration_needs_a_history_and_a_list():
    assert np.isnan(miscalibration(np.array([[0.0, 0.0], [1, 0]]), np.array([[1.0, 0], [0, 0]]))).all()


def test_an_item_of_two_categories_counts_half_for_each():
    categories = sparse.csr_array(np.array([[1, 0], [0.5, 0.5], [0, 0]]))
    lists = sparse.csr_array(np.array([[1, 7, 0], [0, 0, 1]], dtype=float))
    assert category_mix(lists, categories).tolist() == [[0.75, 0.25], [0, 0]]


def test_blocks_of_users_are_as_miscalibrated(monkeypatch):
    categories = sparse.csr_array(np.array([[1, 0], [0.5, 0.5], [0, 1], [0, 1], [1, 0]]))
    whole = miscalibration(category_mix(TRAIN, categories), category_mix(list_matrix(RANKED, 5), categories))
    monkeypatch.setattr("engine.metrics.miscalibration.CELLS_AT_ONCE", 4)
    assert miscalibration_of_lists(RANKED, TRAIN, categories).tolist() == whole.tolist()
    assert (whole > 0).any()
    assert miscalibration_of_lists(RANKED[:0], TRAIN[:0], categories).tolist() == []


def test_popularity_lift_of_lists_half_as_popular_again():
    profile = profile_popularity(TRAIN, ITEM_USERS)
    assert profile.tolist() == pytest.approx([5 / 3, 5 / 2, 2])
    assert popularity_lift(1.5 * profile, profile) == pytest.approx(0.5)
    assert popularity_lift(np.array([np.nan, 4]), np.array([1.0, 2])) == pytest.approx(1)


def test_popularity_without_a_history_is_unknown():
    assert np.isnan(profile_popularity(sparse.csr_array((1, 5)), ITEM_USERS)).all()
    assert np.isnan(popularity_lift(np.array([np.nan]), np.array([1.0])))


def test_short_and_empty_lists():
    ranked = np.array([[2, 4, 0], [3, -1, -1], [-1, -1, -1]])
    assert np.isnan(intra_list_diversity(ranked, UNIT)).tolist() == [False, True, True]
    assert list_mean(np.arange(5.0), ranked)[:2].tolist() == [2, 3]
    assert np.isnan(list_mean(np.arange(5.0), ranked)[2])
    assert user_coverage(ranked) == pytest.approx(1 / 3)
    assert list_matrix(ranked, 5).toarray().sum(axis=1).tolist() == [3, 1, 0]


def test_an_item_nobody_knows_is_as_novel_as_one_that_one_user_knows():
    assert novelty(np.array([[0], [1]]), np.array([0, 1]), 8).tolist() == [3, 3]


def test_lorenz_curve_of_one_item_taking_all():
    curve = lorenz(np.array([0, 0, 0, 8]), points=5)
    assert curve.tolist() == [[0, 0], [0.25, 0], [0.5, 0], [0.75, 0], [1, 1]]
    assert top_share(np.array([0, 0, 0, 8]), items=0.25) == 1


exposures = arrays.arrays(np.int64, st.integers(2, 30), elements=st.integers(0, 50)).filter(np.any)


@given(exposures)
def test_gini_is_twice_the_area_above_the_lorenz_curve(shown):
    n = len(shown)
    measured = gini(shown)
    assert -1e-12 <= measured <= (n - 1) / n + 1e-12
    curve = lorenz(shown, points=n + 1)
    assert measured == pytest.approx(1 - 2 * np.trapezoid(curve[:, 1], curve[:, 0]), abs=1e-9)
    assert (np.diff(curve[:, 1]) >= -1e-12).all()


@given(exposures, st.integers(1, 9))
def test_exposure_measures_ignore_scale_and_order(shown, times):
    for measure in (gini, entropy, catalogue_coverage, top_share):
        assert measure(times * shown[::-1]) == pytest.approx(measure(shown))


@st.composite
def logs(draw):
    seen = draw(arrays.arrays(np.bool_, (6, 8)))
    ranked = np.array([draw(st.permutations(range(8)))[:4] for _ in range(6)])
    ranked[draw(arrays.arrays(np.bool_, ranked.shape))] = -1
    relevant = draw(arrays.arrays(np.bool_, (6, 8)))
    return seen.astype(float), ranked, relevant.astype(float)


@given(logs())
def test_diversity_and_serendipity_equal_their_definitions_written_out(log):
    seen, ranked, relevant = log
    counts = seen.sum(axis=0)
    both = seen.T @ seen
    cosine = np.divide(both, np.sqrt(np.outer(counts, counts)), out=np.zeros((8, 8)), where=both > 0)
    unit = cooccurrence(sparse.csr_array(seen))
    diversity = intra_list_diversity(ranked, unit)
    surprise = serendipity(ranked, sparse.csr_array(relevant), sparse.csr_array(seen), unit)
    for user in range(6):
        items = [item for item in ranked[user] if item >= 0]
        pairs = [cosine[a, b] for i, a in enumerate(items) for b in items[i + 1 :]]
        had = np.flatnonzero(seen[user])
        gains = [(1 - cosine[item, had].mean()) * relevant[user, item] for item in items if len(had)]
        assert diversity[user] == pytest.approx(1 - np.mean(pairs) if pairs else np.nan, nan_ok=True)
        assert surprise[user] == pytest.approx(np.mean(gains) if gains else np.nan, nan_ok=True)


@given(st.lists(st.lists(st.integers(0, 7), min_size=1, max_size=4, unique=True), min_size=2, max_size=7))
def test_personalisation_equals_the_mean_over_pairs(lists):
    ranked = np.full((len(lists), 4), -1)
    for row, items in enumerate(lists):
        ranked[row, : len(items)] = items
    distances = [1 - len({*a} & {*b}) / np.sqrt(len(a) * len(b)) for i, a in enumerate(lists) for b in lists[i + 1 :]]
    assert personalisation(ranked, 8) == pytest.approx(np.mean(distances), abs=1e-9)


def test_unit_rows_keep_empty_rows_empty():
    rows = unit_rows(sparse.csr_array(np.array([[3.0, 4], [0, 0]])))
    assert rows.toarray().tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0, 0]]
