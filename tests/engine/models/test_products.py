import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from engine.models.products import dense_product


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 6), st.integers(1, 7), st.integers(1, 9), st.integers(0, 10_000))
def test_has_the_bits_of_scipys_product(rows, inner, columns, seed):
    rng = np.random.default_rng(seed)
    left = sparse.random_array((rows, inner), density=0.4, rng=rng, format="csr")
    right = sparse.random_array((inner, columns), density=0.4, rng=rng, format="csr")
    expected = (left @ right).toarray()
    assert np.array_equal(dense_product(left, right), expected)
    places = rng.permutation(columns + 3)[:columns]
    wide = dense_product(left, right, columns=places, width=columns + 3)
    assert np.array_equal(wide[:, places], expected)
    assert not np.delete(wide, places, axis=1).any()
    assert np.array_equal(dense_product(left, right.toarray()), left @ right.toarray())
    assert np.array_equal(dense_product(left, right.toarray(), columns=places, width=columns + 3), wide)
