"""The Dataset and its fingerprint: every cell counts, how pandas holds it does not."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.dataset import Dataset


def big_log(rows=200_000):
    rng = np.random.default_rng(0)
    interactions = pd.DataFrame(
        {
            "user": rng.integers(0, 500, rows).astype(np.int32),
            "item": rng.integers(0, 90, rows).astype(np.int32),
            "time": pd.Series(np.sort(rng.integers(1_600_000_000, 1_700_000_000, rows)).astype("datetime64[s]")),
            "event": pd.Categorical.from_codes(rng.integers(0, 2, rows), categories=["buy", "view"]),
            "rating": np.where(rng.random(rows) < 0.5, np.nan, rng.integers(1, 6, rows).astype(float)),
        }
    )
    return Dataset(
        name="big",
        interactions=interactions,
        users=pd.DataFrame({"user_id": [f"u{n}" for n in range(500)], "vip": rng.random(500) < 0.5}),
        items=pd.DataFrame(
            {"item_id": [f"i{n}" for n in range(90)], "price": rng.random(90), "title": ["nan", None, "x"] * 30}
        ),
        feedback="implicit",
        event_weights={"view": 1.0, "buy": 5.0},
        rating_scale=(1.0, 5.0),
    )


@pytest.fixture(scope="module")
def log():
    return big_log()


def changed(log, table, row, column, value):
    frame = getattr(log, table).copy()
    frame.loc[row, column] = value
    return replace(log, **{table: frame})


@pytest.mark.parametrize(
    ("table", "row", "column", "value"),
    [
        ("interactions", 123_456, "user", 499),
        ("interactions", 199_999, "item", 89),
        ("interactions", 77, "time", pd.Timestamp("2001-01-01")),
        ("interactions", 0, "rating", 2.5),
        ("users", 499, "user_id", "someone"),
        ("items", 0, "title", None),
        ("items", 1, "title", "nan"),
        ("items", 89, "price", 0.123),
    ],
)
def test_one_changed_cell_changes_the_fingerprint(log, table, row, column, value):
    assert changed(log, table, row, column, value).fingerprint != log.fingerprint


@pytest.mark.parametrize("row", np.random.default_rng(1).integers(0, 200_000, 10).tolist())
def test_one_changed_event_of_two_hundred_thousand_changes_the_fingerprint(log, row):
    other = "buy" if log.interactions["event"].iloc[row] == "view" else "view"
    assert changed(log, "interactions", row, "event", other).fingerprint != log.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"feedback": "explicit"},
        {"event_weights": {"view": 1.0, "buy": 4.0}},
        {"rating_scale": (0.0, 5.0)},
        {"rating_scale": None},
        {"withheld_users": 1},
    ],
)
def test_the_fingerprint_covers_what_is_beside_the_tables(log, change):
    assert replace(log, **change).fingerprint != log.fingerprint


def test_the_fingerprint_covers_names_and_order_of_columns_and_rows(log):
    renamed = replace(log, items=log.items.rename(columns={"price": "cost"}))
    shorter = replace(log, interactions=log.interactions.iloc[:-1])
    swapped = replace(log, interactions=log.interactions.iloc[::-1].reset_index(drop=True))
    assert len({one.fingerprint for one in (log, renamed, shorter, swapped)}) == 4


def test_how_pandas_holds_the_content_does_not_count(log):
    events = log.interactions["event"].cat.set_categories(["view", "never", "buy"])
    interactions = log.interactions.assign(event=events, time=log.interactions["time"].astype("datetime64[ns]"))
    interactions.index = interactions.index + 7
    items = log.items.assign(title=log.items["title"].astype(object))
    weights = {"buy": 5, "view": 1}
    other = replace(
        log, interactions=interactions, items=items, event_weights=weights, rating_scale=(1, 5), name="other name"
    )
    assert other.fingerprint == log.fingerprint


def test_the_fingerprint_is_the_same_in_every_run():
    log = big_log(1000)
    assert log.fingerprint == big_log(1000).fingerprint
    assert len(log.fingerprint) == 16
    assert int(log.fingerprint, 16) >= 0


def test_counts_codes_and_preferences(log):
    assert (log.n_users, log.n_items, log.has_time) == (500, 90, True)
    assert log.user_code("u17") == 17
    assert log.user_code("nobody") is None
    some = np.zeros(len(log.interactions), dtype=bool)
    some[:10] = True
    assert len(log.preferences_of(some)) <= 10 < len(log.preferences)


def test_a_log_without_times_says_so(log):
    assert not replace(log, interactions=log.interactions.assign(time=np.datetime64("NaT", "s"))).has_time
