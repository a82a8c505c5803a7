"""Splits: every row in one part, nothing learnt from the future, shares met."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dataset import Dataset
from engine.errors import DataError
from engine.splitting import split


def make_dataset(users, times=None):
    """A log of one item a row; ``times`` in days, None for a log without times."""
    n_rows = len(users)
    time = pd.Series(pd.NaT, index=range(n_rows), dtype="datetime64[s]")
    if times is not None:
        time = pd.Series((pd.Timestamp("2025-01-01") + pd.to_timedelta(times, unit="D")).astype("datetime64[s]"))
    interactions = pd.DataFrame(
        {
            "user": np.asarray(users, dtype=np.int32),
            "item": np.arange(n_rows, dtype=np.int32),
            "time": time,
            "event": pd.Categorical(["rating"] * n_rows),
            "rating": np.full(n_rows, 3.0),
        }
    )
    n_users = max(users) + 1
    return Dataset(
        name="tiny.csv",
        interactions=interactions,
        users=pd.DataFrame({"user_id": [f"u{code}" for code in range(n_users)]}),
        items=pd.DataFrame({"item_id": [f"i{code}" for code in range(n_rows)]}),
        feedback="explicit",
        rating_scale=(1.0, 5.0),
    )


logs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 30)), min_size=12, max_size=60).filter(
    lambda rows: len({day for _, day in rows}) > 1
)


@given(logs, st.sampled_from(["temporal", "random", "leave-last"]), st.integers(0, 5))
def test_the_parts_are_a_partition_of_the_rows(rows, how, seed):
    rows = sorted(rows, key=lambda row: row[1])
    dataset = make_dataset([user for user, _ in rows], [day for _, day in rows])
    parts = split(dataset, how, validation_share=0.2, test_share=0.3, seed=seed)
    assert (parts.train.astype(int) + parts.validation + parts.test == 1).all()
    assert (parts.fit_rows == ~parts.test).all()


@given(logs)
def test_a_temporal_split_never_learns_from_the_future(rows):
    rows = sorted(rows, key=lambda row: row[1])
    dataset = make_dataset([user for user, _ in rows], [day for _, day in rows])
    parts = split(dataset)
    time = dataset.interactions["time"]
    assert time[parts.fit_rows].max() < time[parts.test].min() == parts.test_from
    if parts.validation.any():
        assert time[parts.train].max() < time[parts.validation].min()


def test_a_temporal_split_is_70_15_15():
    parts = split(make_dataset([0] * 200, range(200)))
    assert [part.sum() for part in (parts.train, parts.validation, parts.test)] == [140, 30, 30]


@given(
    st.lists(st.integers(1, 12), min_size=2, max_size=40),
    st.floats(0.05, 0.6),
    st.floats(0, 0.35),
    st.integers(0, 9),
)
def test_a_random_split_meets_its_shares_for_each_user_and_overall(counts, test_share, validation_share, seed):
    users = np.repeat(np.arange(len(counts)), counts)
    try:
        parts = split(
            make_dataset(list(users)), "random", validation_share=validation_share, test_share=test_share, seed=seed
        )
    except DataError:
        assert len(users) * min(test_share, 1 - test_share - validation_share) < 3
        return
    held = np.bincount(users[~parts.train], minlength=len(counts))
    assert (np.abs(held - np.array(counts) * (test_share + validation_share)) < 1 + 1e-6).all()
    assert abs(parts.test.sum() - len(users) * test_share) <= 2 + 1e-6


def test_a_random_split_keeps_exact_shares_exact():
    parts = split(make_dataset([0] * 5 + [1] * 10), "random", test_share=0.2, seed=3)
    assert np.bincount(np.array([0] * 5 + [1] * 10)[parts.test]).tolist() == [1, 2]
    assert not parts.validation.any()


def test_the_seed_decides_a_random_split():
    dataset = make_dataset([0] * 50)
    one, same, other = (split(dataset, "random", seed=seed).test for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()
    assert one.sum() != np.trim_zeros(one).size, "the rows drawn lie side by side"


def test_leave_last_takes_the_latest_row_of_each_user():
    dataset = make_dataset([0, 1, 0, 1, 0, 2], [1, 2, 3, 4, 5, 6])
    parts = split(dataset, "leave-last")
    assert np.flatnonzero(parts.test).tolist() == [3, 4]
    assert np.flatnonzero(parts.validation).tolist() == [2]


def test_leave_last_breaks_equal_times_by_line():
    parts = split(make_dataset([0, 0, 0], [1, 1, 1]), "leave-last")
    assert parts.test.tolist() == [False, False, True]


@pytest.mark.parametrize("how", ["temporal", "leave-last"])
def test_a_log_without_times_is_sent_to_the_random_split(how):
    with pytest.raises(DataError, match=r"needs the time of every row, and 'tiny.csv' has none\..*random split"):
        split(make_dataset([0, 1, 0, 1]), how)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"test_share": 0.0}, "The test share was 0; it must lie between 0 and 1"),
        ({"test_share": 1.5}, "The test share was 1.5; it must lie"),
        ({"test_share": 0.9}, "together they must stay below 1"),
        ({"validation_share": -0.1}, "leave nothing to learn from"),
        ({"how": "tempral"}, "Did you mean 'temporal'"),
    ],
)
def test_impossible_requests_are_one_sentence(options, sentence):
    with pytest.raises(DataError, match=sentence):
        split(make_dataset([0] * 20, range(20)), **options)


def test_one_moment_cannot_be_split_by_time():
    with pytest.raises(DataError, match="leaves nothing to learn from"):
        split(make_dataset([0] * 20, [3] * 20))
