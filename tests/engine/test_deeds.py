"""What people did, in the words of the log's events."""

import pytest

from engine.deeds import Deeds, deeds_of, did, past_tense
from tests.engine.logs import make_log


@pytest.mark.parametrize(
    ("event", "verb"),
    [("purchase", "bought"), ("View", "viewed"), ("add-to-cart", "put into the cart"), ("frobnicate", "chose")],
)
def test_events_have_verbs(event, verb):
    assert past_tense(event) == verb


def test_a_verb_and_its_object():
    assert did("bought", "Tea") == "bought Tea"
    assert did("put into the cart", "Tea") == "put Tea into the cart"


def test_the_heaviest_event_of_an_item_is_told():
    rows = [(0, 0, 0, None, "purchase"), (0, 0, 1, None, "view"), (0, 1, 2, None, "view"), (1, 1, 3, None, "purchase")]
    log = make_log(rows, event_weights={"view": 1.0, "purchase": 5.0})
    assert deeds_of(log, 0) == Deeds("chose", "chose", {0: "bought", 1: "viewed"})
    assert deeds_of(log, None) == Deeds("chose", "chose")


def test_a_log_of_one_kind_of_event_has_one_verb():
    assert deeds_of(make_log([(0, 0, 0, None, "watch")]), 0).verb == "watched"
    weighed = make_log([(0, 0, 0, None, "watch"), (0, 1, 0, None, "view")], event_weights={"watch": 1.0, "view": 0.0})
    assert deeds_of(weighed, 0).verb == "watched"
    rated = make_log([(0, 0, 0, 4.0, "rating")], feedback="explicit")
    assert (deeds_of(rated, 0).of(0), deeds_of(rated, None).of(0)) == ("rated", "chose")
    assert Deeds().done == "chosen"
