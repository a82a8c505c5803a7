"""The fact to open with, and the users behind a segment."""

import numpy as np
import pandas as pd
import pytest

from engine.errors import DataError
from engine.segments import profile_segments, segment_users, taste_by_category
from engine.segments.members import segment_members
from engine.segments.telling import most_telling, most_telling_taste
from tests.engine.logs import make_log, random_log


def profile(**columns):
    return pd.DataFrame({"segment": ["big", "rich", "rest"], **columns})


def test_the_segment_with_the_widest_gap_opens():
    fact = most_telling(profile(share=[0.6, 0.1, 0.3], value_share=[0.5, 0.4, 0.1]))
    assert (fact.segment, fact.stands_out) == ("rich", True)
    assert fact.times == pytest.approx(4)


def test_even_value_makes_nobody_stand_out():
    assert not most_telling(profile(share=[0.6, 0.1, 0.3], value_share=[0.58, 0.11, 0.31])).stands_out


def test_without_value_the_largest_segment_opens():
    fact = most_telling(profile(share=[0.6, 0.1, 0.3], value_share=[np.nan] * 3))
    assert (fact.segment, fact.stands_out) == ("big", False)


def test_a_rare_category_does_not_speak_for_a_segment():
    taste = pd.DataFrame(
        {"segment": ["a", "a"], "category": ["rare", "usual"], "share": [0.01, 0.5], "lift": [9.0, 1.5]}
    )
    assert most_telling_taste(taste)["category"] == "usual"
    assert most_telling_taste(taste.head(1)) is None


def test_a_log_without_categories_has_no_telling_taste():
    log = random_log()
    assert most_telling_taste(taste_by_category(log, segment_users(log), "lifecycle")) is None


def test_members_are_the_users_the_profile_counts():
    log = random_log(users={"country": ["DE", "FR"] * 20})
    segments = segment_users(log)
    for by in segments.frame:
        sizes = profile_segments(log, segments, by).set_index("segment")["users"]
        for segment, users in sizes.items():
            members = segment_members(log, segments, by, segment)
            assert len(members) == users
            assert members["value"].is_monotonic_decreasing
    assert set(segment_members(log, segments, "country", "DE")["country"]) == {"DE"}


def test_a_user_column_named_like_ours_is_kept_beside_it():
    log = make_log([(0, 0, 1), (1, 1, 2)], users={"value": ["low", "high"]})
    members = segment_members(log, segment_users(log), "value", "low")
    assert members["value (table)"].tolist() == ["low"]


def test_without_times_no_column_speaks_of_them():
    log = make_log([(0, 0), (1, 1), (1, 0)])
    segments = segment_users(log)
    name = segments.column("recency_frequency_value").iloc[0]
    members = segment_members(log, segments, "recency_frequency_value", name)
    assert "last" not in members


def test_an_unknown_segment_is_named_with_the_known_ones():
    log = random_log()
    with pytest.raises(DataError, match=r"Segment 'Actve' was not found.*Did you mean 'Active'"):
        segment_members(log, segment_users(log), "lifecycle", "Actve")
