"""Counting sorts and distinct keys equal NumPy's own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ordering import distinct, order_by, order_by_pair, starts_of_runs
from engine.pairs import among

rows = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=40).map(
    lambda pairs: np.array(pairs, dtype=np.int32).reshape(-1, 2)
)


@given(rows)
def test_the_order_is_that_of_a_stable_sort(pairs):
    user, item = pairs.T
    assert np.array_equal(order_by(user, 6), np.argsort(user, kind="stable"))
    for n_items in (4, 2**60):  # the second leaves no room for rows beside pairs
        assert np.array_equal(order_by_pair(user, item, 6, n_items), np.lexsort((item, user)))


@given(rows, rows)
def test_distinct_keys_and_those_among_them_are_numpys(pairs, others):
    keys, wanted = (each[:, 0] * np.int64(4) + each[:, 1] for each in (pairs, others))
    expected = np.unique(keys)
    found = distinct(keys)
    assert np.array_equal(found, expected)
    assert np.array_equal(among(wanted, found), np.isin(wanted, expected))


def test_a_run_starts_where_either_code_changes():
    assert starts_of_runs(np.array([0, 0, 0, 1]), np.array([2, 2, 3, 3])).tolist() == [True, False, True, True]
    assert starts_of_runs(np.array([])).tolist() == []


@pytest.mark.parametrize("codes", [[0, 7], [-1, 2]])
def test_codes_out_of_range_are_refused(codes):
    with pytest.raises(ValueError, match="from 0 to 4"):
        order_by(np.array(codes), 5)
