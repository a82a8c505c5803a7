"""Datasets on disk: what goes in comes out, whole, under its fingerprint."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from engine import store
from engine.errors import DataError
from engine.loading import load
from tests.engine.logs import make_log


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path))


@pytest.fixture
def log():
    return make_log(
        [(0, 1, 0.0, 4.0, "rating"), (1, 0, 1.5, None, "view"), (1, 2, 2.0, None, "view")],
        users={"vip": [True, False], "since": pd.to_datetime(["2024-01-01", None]).astype("datetime64[s]")},
        items={"title": ["nan", None, "Tea"], "price": [1.5, float("nan"), 3.0]},
    )


def test_a_stored_dataset_comes_back_equal(log):
    fingerprint = store.put(log)
    back = store.get(fingerprint)
    assert fingerprint == log.fingerprint == back.fingerprint
    for table in ("interactions", "users", "items"):
        pd.testing.assert_frame_equal(getattr(back, table), getattr(log, table))
    assert (back.name, back.feedback, back.rating_scale) == (log.name, log.feedback, log.rating_scale)
    assert dict(back.event_weights) == dict(log.event_weights)


def test_the_sample_comes_back_equal():
    sample = load("sample").dataset
    back = store.get(store.put(sample))
    pd.testing.assert_frame_equal(back.interactions, sample.interactions)
    pd.testing.assert_frame_equal(back.users, sample.users)
    assert back.withheld_users == sample.withheld_users > 0


def test_putting_twice_keeps_one_and_leaves_nothing_beside_it(log):
    assert store.put(log) == store.put(log)
    assert [entry.name for entry in (store.home() / "datasets").iterdir()] == [log.fingerprint]


def test_a_copy_that_another_process_finished_first_is_taken(log, monkeypatch):
    real = Path.rename

    def overtaken(self, target):
        real(self, target)
        self.mkdir()
        raise OSError("Directory not empty")

    monkeypatch.setattr(Path, "rename", overtaken)
    assert store.get(store.put(log)).fingerprint == log.fingerprint
    assert [entry.name for entry in (store.home() / "datasets").iterdir()] == [log.fingerprint]


def test_known_lists_what_is_stored_the_newest_first(log):
    assert store.known() == []
    first, second = store.put(log), store.put(make_log([(0, 0)]))
    about = store.home() / "datasets" / first / "dataset.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"saved": "2020-01-01T00:00:00+00:00"}))
    found = store.known()
    assert [one.fingerprint for one in found] == [second, first]
    assert found[1] == store.Stored(first, "small.csv", datetime(2020, 1, 1, tzinfo=UTC))


def test_an_unknown_fingerprint_is_told_in_a_sentence():
    with pytest.raises(DataError, match=r"No dataset with the fingerprint 0123456789abcdef .* Load its file again\."):
        store.get("0123456789abcdef")


@pytest.mark.parametrize("wrong", ["", "../../etc", "0123456789ABCDEF", "0123456789abcdef/x", "short"])
def test_what_is_no_fingerprint_names_no_folder(wrong):
    with pytest.raises(DataError, match="is no fingerprint"):
        store.get(wrong)


@pytest.mark.parametrize("damage", ["missing", "other rows", "not json"])
def test_a_damaged_dataset_is_told_in_a_sentence(log, damage):
    folder = store.home() / "datasets" / store.put(log)
    if damage == "missing":
        (folder / "items.parquet").unlink()
    elif damage == "other rows":
        log.interactions.iloc[:1].to_parquet(folder / "interactions.parquet", index=False)
    else:
        (folder / "dataset.json").write_text("{")
    with pytest.raises(DataError, match="is damaged"):
        store.get(log.fingerprint)


def test_home_follows_the_environment(tmp_path, monkeypatch):
    assert store.home() == tmp_path
    monkeypatch.delenv("LAB_HOME")
    assert store.home().name == "personalization-lab"
