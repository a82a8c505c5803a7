"""Preferences: the last rating, or the damped sum of event weights, one value a pair."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.preferences import explicit_preferences, implicit_preferences


def rows(*cells):
    frame = pd.DataFrame(cells, columns=["user", "item", "event", "rating"])
    frame["time"] = np.datetime64("NaT", "s")
    return frame.astype({"user": np.int32, "item": np.int32, "event": "category", "rating": float})


def timed(log, *seconds):
    return log.assign(time=np.array(seconds, dtype="datetime64[s]"))


def test_the_last_rating_of_a_pair_counts_and_rows_without_one_do_not():
    log = rows((1, 0, "rating", 2), (0, 2, "rating", 4), (1, 0, "rating", 5), (0, 0, "view", None))
    found = explicit_preferences(log, 2, 3, (1.0, 5.0))
    assert found.user.tolist() == [0, 1]
    assert found.item.tolist() == [2, 0]
    assert found.value.tolist() == [4.0, 5.0]
    assert found.explicit
    assert found.item_users.tolist() == [1, 0, 1]
    assert found.user_items.tolist() == [1, 1]
    assert found.matrix.toarray().tolist() == [[0, 0, 4], [5, 0, 0]]


def test_the_matrix_lies_in_the_memory_of_the_pairs():
    found = explicit_preferences(rows((1, 0, "rating", 2), (0, 2, "rating", 4)), 2, 3, (1.0, 5.0))
    assert np.shares_memory(found.matrix.data, found.value)
    assert np.shares_memory(found.matrix.indices, found.item)
    assert found.matrix.indptr.dtype == np.int32  # scikit-learn takes no other


def test_event_weights_add_up_and_are_damped_by_the_logarithm():
    log = rows((0, 0, "view", None), (0, 0, "view", None), (0, 0, "buy", None), (0, 1, "view", None))
    found = implicit_preferences(log, 1, 2, {"view": 1.0, "buy": 5.0}, None)
    assert found.value.tolist() == pytest.approx([np.log2(8), 1.0])
    assert found.scale == (0.0, pytest.approx(3.0))


def test_a_rating_counts_by_its_place_on_the_scale():
    log = rows((0, 0, "rating", 1), (0, 1, "rating", 3), (0, 2, "rating", 5))
    found = implicit_preferences(log, 1, 3, {"rating": 4.0}, (1.0, 5.0))
    assert found.value.tolist() == pytest.approx([0.0, np.log2(3), np.log2(5)])


def test_events_of_weight_zero_or_unknown_leave_no_pair():
    log = rows((0, 0, "view", None), (0, 1, "mystery", None), (0, 2, "buy", None))
    found = implicit_preferences(log, 1, 3, {"view": 0.0, "buy": 1.0}, None)
    assert found.item.tolist() == [2]


def test_nothing_to_prefer_still_has_a_scale_with_room():
    empty = implicit_preferences(rows(), 2, 3, {"view": 1.0}, None)
    only_one_star = implicit_preferences(rows((0, 0, "rating", 1)), 1, 1, {"rating": 4.0}, (1.0, 5.0))
    assert len(empty) == 0
    assert empty.matrix.shape == (2, 3)
    assert empty.scale == only_one_star.scale == (0.0, 1.0)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), st.sampled_from(["view", "buy"])), max_size=40))
def test_pairs_are_unique_sorted_and_do_not_depend_on_the_order_of_rows(cells):
    log = rows(*((user, item, event, None) for user, item, event in cells))
    weights = {"view": 1.0, "buy": 5.0}
    found = implicit_preferences(log, 5, 7, weights, None)
    back = implicit_preferences(log.iloc[::-1], 5, 7, weights, None)
    pair = found.user.astype(int) * 7 + found.item
    assert (np.diff(pair) > 0).all()
    assert set(pair.tolist()) == {user * 7 + item for user, item, _ in cells}
    np.testing.assert_allclose(found.value, back.value)


def test_a_pair_has_the_time_of_its_last_event():
    log = timed(rows((1, 0, "rating", 2), (0, 2, "rating", 4), (1, 0, "rating", 5)), 10, 20, 30)
    assert explicit_preferences(log, 2, 3, (1.0, 5.0)).time.tolist() == [20, 30]
    log = timed(rows((1, 0, "view", None), (0, 2, "view", None), (1, 0, "view", None)), 10, 20, 15)
    assert implicit_preferences(log, 2, 3, {"view": 1.0}, None).time.tolist() == [20, 15]


def test_no_times_where_a_row_has_none():
    log = rows((0, 0, "view", None))
    assert implicit_preferences(log, 2, 3, {"view": 1.0}, None).time is None
    assert explicit_preferences(rows((0, 0, "view", 1)), 2, 3, (1.0, 5.0)).time is None


def test_some_users_pairs_in_another_order():
    log = timed(rows((0, 0, "view", None), (2, 1, "view", None), (2, 2, "view", None)), 1, 2, 3)
    some = implicit_preferences(log, 3, 3, {"view": 1.0}, None).of_users(np.array([2, 1, 2, 0]))
    assert some.n_users == 4
    assert some.user.tolist() == [0, 0, 2, 2, 3]
    assert some.item.tolist() == [1, 2, 1, 2, 0]
    assert some.time.tolist() == [2, 3, 2, 3, 1]


def test_the_table_of_users_goes_with_the_users():
    log = rows((0, 0, "rating", 2), (2, 1, "rating", 4))
    table = pd.DataFrame({"user_id": ["a", "b", "c"], "country": ["NO", "SE", "DK"]})
    found = replace(explicit_preferences(log, 3, 2, (1.0, 5.0)), users=table)
    some = found.of_users(np.array([2, 0, 2]))
    assert some.users["country"].tolist() == ["DK", "NO", "DK"]
    assert some.users.index.tolist() == [0, 1, 2]
    assert found.take(np.array([True, False])).users is table
    assert replace(found, users=None).of_users(np.array([1])).users is None
