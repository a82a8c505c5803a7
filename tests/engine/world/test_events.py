"""Which rows are an event of a name, whatever its capitals."""

import pandas as pd
import pytest

from engine.world.events import VIEWS, among

EVENTS = ["View", "purchase", None, "click", "viewed"]


@pytest.mark.parametrize("kind", ["category", "object", "string"])
def test_names_are_found_whole_and_in_any_capitals(kind):
    events = pd.Series(EVENTS, dtype=kind)
    assert among(events, VIEWS).tolist() == [True, False, False, True, False]
    assert not among(events, ("nan", "none")).any()


def test_a_log_of_no_rows_or_one_kind():
    assert among(pd.Series([], dtype="category"), VIEWS).tolist() == []
    assert among(pd.Series(["view"], dtype="category"), VIEWS).tolist() == [True]
