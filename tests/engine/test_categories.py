"""Items' categories as shares."""

import pytest

from engine.categories import categories_of
from tests.engine.logs import make_log

ROWS = [(0, 0), (0, 1), (0, 2)]


def test_an_item_belongs_to_its_categories_in_equal_parts():
    categories = categories_of(make_log(ROWS, items={"category": ["Drama|Action", "Drama", None]}))
    assert categories.names == ("Action", "Drama")
    assert categories.shares.toarray().tolist() == [[0.5, 0.5], [0, 1], [0, 0]]


def test_all_genres_count_rather_than_the_first():
    items = {"category": ["Drama"] * 3, "genres": ["Drama|Sci-Fi", "Film-Noir", "Drama"]}
    assert categories_of(make_log(ROWS, items=items)).names == ("Drama", "Film-Noir", "Sci-Fi")


@pytest.mark.parametrize("items", [{}, {"category": [None] * 3}, {"category": ["", " ", "|"]}])
def test_nothing_named_is_none(items):
    assert categories_of(make_log(ROWS, items=items)) is None
