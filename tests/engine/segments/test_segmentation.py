"""Segments: every user in exactly one, rules as written, names that say what sets a cluster apart."""

import numpy as np
import pandas as pd
import pytest

from engine.errors import DataError
from engine.segments import profile_segments, segment_users, taste_by_category
from engine.segments.activity import INACTIVE, activity
from engine.segments.user_table import table_segments
from tests.engine.logs import make_log, random_log

USER_TABLE = {"plan": ["free", "paid"] * 20, "age": range(20, 60), "email": [f"{n}@x.org" for n in range(40)]}
ITEM_TABLE = {"category": ["Drama|Comedy", "Drama", "Action", "Comedy", "Action"] * 5}


@pytest.fixture(scope="module")
def log():
    return random_log(users=USER_TABLE, items=ITEM_TABLE)


@pytest.fixture(scope="module")
def segmentation(log):
    return segment_users(log, seed=3)


def test_every_user_is_in_one_segment_of_every_column(log, segmentation):
    assert list(segmentation.frame) == [
        "recency_frequency_value",
        "lifecycle",
        "behaviour_cluster",
        "plan",
        "age",
    ]
    assert len(segmentation.frame) == log.n_users
    assert segmentation.frame.notna().all(axis=None)
    for by, meanings in segmentation.descriptions.items():
        assert set(segmentation.column(by)) <= set(meanings)


def test_the_same_seed_gives_the_same_segments(log, segmentation):
    pd.testing.assert_frame_equal(segment_users(log, seed=3).frame, segmentation.frame)


def test_lifecycle_follows_its_rules():
    # A log of 60 days has a window of 10.
    rows = [(0, 0, 0), (0, 1, 55), (1, 0, 53), (2, 0, 30), (2, 0, 45), (3, 0, 2), (4, 0, 45), (4, 0, 57), (4, 0, 60)]
    stages = segment_users(make_log(rows, n_users=6)).frame["lifecycle"]
    assert stages.tolist() == ["Returned", "New", "At risk", "Lapsed", "Active", INACTIVE]


def test_a_log_without_times_has_no_lifecycle_and_nobody_slips_away():
    rows = [(user, item) for user in range(6) for item in range(user + 1)]
    segmentation = segment_users(make_log(rows))
    assert "lifecycle" not in segmentation.frame
    assert set(segmentation.frame["recency_frequency_value"]) == {"Best", "Occasional"}


def test_recency_frequency_value_tells_the_best_from_those_who_slip_away():
    # Users 0-2 come late and often, 3-5 once in the middle, 6-8 came often long ago.
    rows = [(user, day % 7, day) for user in (0, 1, 2) for day in range(80, 100)]
    rows += [(user, 0, 50) for user in (3, 4, 5)]
    rows += [(user, day % 7, day) for user in (6, 7, 8) for day in range(30)]
    segments = segment_users(make_log(rows)).frame["recency_frequency_value"].tolist()
    assert segments[3:6] == ["Occasional"] * 3
    assert segments[6:] == ["Slipping away"] * 3


def test_value_is_what_was_bought_where_there_are_prices():
    rows = [(0, 0, 1, None, "view"), (0, 1, 2, None, "purchase"), (1, 1, 3, None, "purchase")]
    doing = activity(make_log(rows, items={"price": [10.0, 25.0]}))
    assert doing.frame["value"].tolist() == [25, 25]
    assert doing.value_unit == "price of items bought"


def test_value_without_prices_is_the_weight_of_events_or_good_ratings():
    rows = [(0, 0, 1, None, "view"), (1, 1, 2, None, "purchase")]
    doing = activity(make_log(rows, event_weights={"view": 1.0, "purchase": 5.0}))
    assert doing.frame["value"].tolist() == [1, 5]
    rated = activity(make_log([(0, 0, 1, 2.0), (0, 1, 1, 5.0), (1, 0, 2, 1.0)], feedback="explicit"))
    assert rated.frame["value"].tolist() == [1, 0]


def test_clusters_find_two_kinds_of_users_and_name_them_by_their_taste():
    rng = np.random.default_rng(0)
    rows = [(user, int(rng.integers(10)) + 10 * (user % 2), int(day)) for user in range(40) for day in range(12)]
    log = make_log(rows, items={"category": ["Drama"] * 10 + ["Action"] * 10}, n_items=20)
    clusters = segment_users(log, clusters=2).frame["behaviour_cluster"]
    kinds = [set(clusters[parity::2]) for parity in (0, 1)]
    assert all(len(kind) == 1 for kind in kinds)
    assert kinds[0] != kinds[1]
    assert "into Drama" in kinds[0].pop().replace("Into", "into")


def test_cluster_names_are_different(segmentation):
    names = segmentation.frame["behaviour_cluster"].cat.categories
    assert len(set(names)) == len(names)


def test_users_who_are_all_alike_form_one_cluster():
    clusters = segment_users(make_log([(user, 0, 1) for user in range(8)])).frame["behaviour_cluster"]
    assert len(set(clusters)) == 1


def test_users_without_activity_are_a_segment_of_their_own():
    frame = segment_users(make_log([(0, 0, 1), (1, 1, 2), (2, 1, 3)], n_users=5)).frame
    assert (frame.iloc[3:] == INACTIVE).all(axis=None)
    assert (frame.iloc[:3] != INACTIVE).all(axis=None)


def test_columns_of_the_user_table():
    users = pd.DataFrame(
        {
            "user_id": [str(n) for n in range(40)],
            "consent": [True, False] * 20,
            "age": [*range(39), None],
            "few": [1.0, 2.0] * 20,
            "signup": pd.date_range("2025-01-01", periods=40, freq="7D"),
            "long_ago": pd.date_range("2020-01-01", periods=40, freq="30D"),
            "country": ["DE", "FR", None, "US"] * 10,
            "constant": ["x"] * 40,
            "email": [f"{n}@x.org" for n in range(40)],
        }
    )
    table = table_segments(users)
    assert list(table) == ["consent", "age", "few", "signup", "long_ago", "country"]
    assert table["consent"].tolist()[:2] == ["yes", "no"]
    assert table["age"].value_counts(sort=False).tolist() == [10, 10, 9, 10, 1]
    assert table["age"].cat.categories.tolist() == ["0 to 9", "10 to 19", "20 to 28", "29 to 38", "unknown"]
    assert table["few"].tolist()[:2] == ["1", "2"]
    assert table["signup"].iloc[0] == "2025-01"
    assert table["long_ago"].iloc[-1] == "2023 Q1"
    assert table["country"].cat.categories.tolist() == ["DE", "FR", "US", "unknown"]


def test_a_profile_adds_up_to_everybody(log, segmentation):
    for by in segmentation.frame:
        profile = profile_segments(log, segmentation, by)
        assert profile["users"].sum() == log.n_users
        assert profile["share"].sum() == pytest.approx(1)
        assert profile["value_share"].sum() == pytest.approx(1)
        assert (profile["users"] * profile["interactions_per_user"]).sum() == pytest.approx(len(log.interactions))


def test_taste_is_a_share_of_pairs_against_everybody(log, segmentation):
    taste = taste_by_category(log, segmentation, "plan")
    assert taste.groupby("segment")["share"].sum().tolist() == pytest.approx([1, 1])
    assert set(taste["category"]) == {"Action", "Comedy", "Drama"}
    assert (taste["lift"] * taste["share_everybody"]).to_numpy() == pytest.approx(taste["share"].to_numpy())


def test_without_categories_there_is_no_taste():
    log = random_log(n_rows=100)
    segmentation = segment_users(log)
    assert taste_by_category(log, segmentation, "lifecycle").empty
    assert set(profile_segments(log, segmentation, "lifecycle")["taste"]) == {""}


def test_an_unknown_grouping_is_one_sentence(log, segmentation):
    with pytest.raises(DataError, match="Did you mean 'lifecycle'"):
        profile_segments(log, segmentation, "lifecycl")
