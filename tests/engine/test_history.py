"""One user's history in words, and how users are found."""

import numpy as np
import pandas as pd
import pytest

from engine.errors import DataError
from engine.history import find_user, history, item_facts, random_user, typical_user
from tests.engine.logs import make_log

START = pd.Timestamp("2025-01-01")


SHOP = make_log(
    [
        (0, 1, 0, None, "view"),
        (1, 2, 0, None, "view"),
        (0, 1, 1, None, "view"),
        (0, 0, 2, None, "add_to_cart"),
        (0, 1, 3, None, "purchase"),
        (0, 1, 4, 4.0, "rating"),
        (0, 2, 5, None, "view"),
    ],
    n_users=4,
    items={"title": ["Apple", None, "Cup"], "category": ["Food|Fruit", "Food", None]},
)


def test_the_latest_comes_first_and_says_what_was_done():
    found = history(SHOP, 0)
    assert found["item_id"].tolist() == ["i2", "i1", "i0"]
    assert found["did"].tolist() == ["view", "2 × view, purchase, rated 4", "add to cart"]
    assert found["events"].tolist() == [1, 4, 1]
    assert found["last"].tolist() == [START + pd.Timedelta(days=day) for day in (5, 4, 2)]


def test_the_history_holds_every_row_of_the_user_and_of_nobody_else():
    assert [history(SHOP, user)["events"].sum() for user in range(4)] == [6, 1, 0, 0]
    assert list(history(SHOP, 3).columns) == list(history(SHOP, 0).columns)


def test_an_item_without_a_title_is_known_by_its_id_and_several_categories_are_a_list():
    facts = item_facts(SHOP, np.array([1, 0, 2]))
    assert facts["title"].tolist() == ["i1", "Apple", "Cup"]
    assert facts["category"].tolist() == ["Food", "Food, Fruit", ""]
    assert item_facts(make_log([(0, 2)]), np.array([2]))["title"].tolist() == ["i2"]


def test_a_log_of_bare_pairs_or_ratings_reads_well_too():
    bare = make_log([(0, 0), (0, 0)])
    assert history(bare, 0)[["did", "events"]].to_numpy().tolist() == [["interaction", 2]]
    rated = make_log([(0, 0, 0, 3.0, "rating"), (0, 0, 1, 4.5, "rating")], feedback="explicit")
    assert history(rated, 0)["did"].tolist() == ["rated 4.5"]


def test_the_typical_user_has_the_median_history_and_is_never_a_cold_one():
    rows = [(user, item) for user, n in ((1, 1), (2, 3), (3, 2)) for item in range(n)]
    assert typical_user(make_log(rows)) == 3
    assert typical_user(make_log(rows[:1])) == 1


def test_a_random_user_may_be_anybody():
    rng = np.random.default_rng(0)
    assert {random_user(SHOP, rng) for _ in range(60)} == {0, 1, 2, 3}


def test_an_unknown_user_is_an_error_with_the_nearest_id():
    assert find_user(SHOP, "u2") == 2
    with pytest.raises(DataError, match=r"User 'u22' was not found among 4 users\. Did you mean 'u2'\?"):
        find_user(SHOP, "u22")
    with pytest.raises(DataError, match="Ids look like u0, u1, u2"):
        find_user(SHOP, "zzzzzz")
