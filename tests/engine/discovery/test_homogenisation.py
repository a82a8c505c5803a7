import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from engine.discovery.homogenisation import most_similar, overlap


def test_the_most_similar_is_the_nearest_by_angle_and_never_oneself():
    taste = np.random.default_rng(0).normal(size=(700, 4))
    unit = taste / np.linalg.norm(taste, axis=1, keepdims=True)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -2)
    np.testing.assert_array_equal(most_similar(taste), cosine.argmax(axis=1))
    np.testing.assert_array_equal(most_similar(np.array([[1.0, 0], [10, 1], [0, 3]])), [1, 0, 1])


@given(st.lists(st.sets(st.integers(0, 6)), min_size=2, max_size=6), st.data())
def test_overlap_is_the_jaccard_index_of_sets(had, data):
    partner = np.array([data.draw(st.integers(0, len(had) - 1)) for _ in had])
    matrix = sparse.csr_array(np.array([[float(item in items) for item in range(7)] for items in had]))
    for found, mine, other in zip(overlap(matrix, partner), had, partner, strict=True):
        either = mine | had[other]
        assert np.isnan(found) if not either else found == len(mine & had[other]) / len(either)
