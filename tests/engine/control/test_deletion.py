"""Deleted means gone: from every file, model and result the Lab keeps, and not brought back by a load."""

import gzip
import json
import sqlite3
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine import deleted, jobs, store
from engine.control import Control, control_of, delete_user, keep_control
from engine.control.leaving import without_user
from engine.control.traces import holds, names
from engine.errors import DataError
from engine.jobs import child, folder
from engine.loading import load, opening
from tests.engine.logs import make_log

WHO = "zephyra-7731"
TASK = "engine.evaluation:fit_task"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "lab"))
    return tmp_path / "lab"


@pytest.fixture
def log(tmp_path):
    rng = np.random.default_rng(1)
    rows = [
        f"p{user},i{item},2025-01-{day:02d},view" for user, item, day in rng.integers([1] * 3, [9, 12, 28], (80, 3))
    ]
    rows += [f"{WHO},i3,2025-01-05,purchase", f"{WHO},only-hers,2025-01-06,view", f"{WHO},i4,sometime,view"]
    file = tmp_path / "shop.csv"
    file.write_text("\n".join(["user,item,time,event", *rows, "p2,i5,2025-01-07,view,too,many", f"{WHO},a,b,c,d,e"]))
    return file


def opened(path, **options):
    loaded = load(path, **options)
    return opening.keep(loaded.dataset, loaded.report)


def do(request, task=TASK):
    key = folder.key_of(task, request)
    folder.prepare(key, request)
    child.run(task, request, str(folder.path(key)))
    return key


def everything(home):
    """Every file below the Lab's folder, decompressed as far as it can be, by its place."""
    for file in sorted(home.rglob("*")):
        if not file.is_file():
            continue
        yield file, str(file).encode()
        yield file, file.read_bytes()
        if file.suffix == ".parquet":
            frame = pd.read_parquet(file)
            yield file, frame.to_csv().encode()
        if file.suffix in (".pickle", ".gz"):
            yield file, gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        if file.suffix == ".db":
            yield file, "\n".join(sqlite3.connect(file).iterdump()).encode()


def traces(home, user_id=WHO):
    return sorted({file.name for file, content in everything(home) if user_id.encode() in content})


def test_after_a_deletion_no_file_holds_the_id_and_models_learn_anew_without_them(home, log):
    old = opened(log)
    other_weights = opening.reweigh(store.get(old), {"view": 1.0, "purchase": 9.0})
    upload = opening.keep_upload(log.read_bytes(), "shop.csv")
    individual = home / "individual"
    individual.mkdir()
    pd.DataFrame({"user_id": [WHO, "p1"]}).to_parquet(individual / "0123456789abcdef.parquet")
    pd.DataFrame({"user_id": ["p1"]}).to_parquet(individual / "1123456789abcdef.parquet")
    keep_control("shop.csv", WHO, Control(personalisation=0))
    keep_control("shop.csv", "p1", Control(personalisation=0))
    fitted = do({"dataset": old, "model": "popularity"})
    loading = do({"source": str(upload)}, task="engine.loading.opening:task")
    unknown = "00112233445566aa"
    folder.prepare(unknown)
    elsewhere = store.put(replace(make_log([(0, 0), (1, 1)]), name="elsewhere.csv"))
    untouched = do({"dataset": elsewhere, "model": "popularity"})
    assert traces(home)

    deletion = delete_user(store.get(old), WHO)

    assert traces(home) == []
    assert deletion.interactions == 2
    assert set(deletion.datasets) == {old, other_weights}
    assert deletion.control
    assert {file.split("/")[0] for file in deletion.files} == {"uploads", "individual"}
    assert (individual / "1123456789abcdef.parquet").exists()
    for key in (fitted, loading, unknown):
        assert jobs.status(key).state == "unknown"
    assert deletion.jobs == 3
    assert jobs.status(untouched).state == "done"
    assert control_of("shop.csv", "p1").personalisation == 0
    with pytest.raises(DataError, match=f"No dataset with the fingerprint {old}"):
        store.get(old)
    new = store.get(deletion.datasets[old])
    assert new.user_code(WHO) is None
    again = jobs.result(do({"dataset": new.fingerprint, "model": "popularity"}))
    assert again.fitted.chosen_by.sum() == len(new.preferences)
    assert traces(home) == []


def test_loading_the_file_again_does_not_bring_them_back_and_gives_the_same_data(home, log):
    before = load(log)
    old = opening.keep(before.dataset, before.report)
    deletion = delete_user(before.dataset, WHO)
    after = load(log)
    assert after.dataset.fingerprint == deletion.datasets[old] == deleted.replaced_by(old)
    assert after.report.sentences[0] == "81 rows read, 80 kept, 1 refused."
    assert "Users who were deleted are left out, and their rows are not counted." in after.report.sentences
    assert opened(log) == deletion.datasets[old]
    assert traces(home) == []


def test_the_same_log_under_another_name_does_not_bring_them_back(home, log):
    opened(log)
    copy = log.with_name("copy.csv")
    copy.write_bytes(log.read_bytes())
    keep_control("copy.csv", WHO, Control(personalisation=0))
    delete_user(load(log).dataset, WHO)
    again = load(copy, event_weights={"view": 2.0})
    assert again.dataset.user_code(WHO) is None
    assert "Users who were deleted are left out, and their rows are not counted." in again.report.sentences
    # From then on they are known under that name too, also when the log grows.
    copy.write_text(copy.read_text() + "\np1,i2,2025-02-01,view")
    assert load(copy).dataset.user_code(WHO) is None
    # Their name in another log is another person's.
    other = log.with_name("other.csv")
    other.write_text(f"user,item,time,event\n{WHO},i3,2024-01-05,view\n{WHO},i9,2024-01-06,view\np1,i9,2024-01-06,view")
    assert load(other).dataset.user_code(WHO) is not None


def test_what_is_stored_under_another_name_forgets_them_too(home, log):
    old = opened(log)
    grown = log.with_name("grown.csv")
    grown.write_text(log.read_text() + f"\n{WHO},i7,2025-02-01,view")
    longer = opened(grown)
    other = log.with_name("other.csv")
    other.write_text(f"user,item,time,event\n{WHO},i3,2024-01-05,view\n{WHO},i9,2024-01-06,view\np1,i9,2024-01-06,view")
    unlike = opened(other)
    keep_control("grown.csv", WHO, Control(personalisation=0))
    copy = log.with_name("copy.csv")
    copy.write_bytes(log.read_bytes())
    deletion = delete_user(load(copy).dataset, WHO)  # which is stored under its first name
    assert set(deletion.datasets) == {old, longer}
    assert deletion.control
    assert not control_of("grown.csv", WHO).decided
    assert load(log).dataset.user_code(WHO) is None
    assert load(grown).dataset.user_code(WHO) is None
    assert store.get(unlike).user_code(WHO) is not None


def test_without_times_the_same_few_numbers_are_not_the_same_person(home):
    few = store.put(replace(make_log([(0, 0), (0, 1), (1, 1)]), name="few.csv"))
    more = replace(make_log([(0, 0), (0, 1), (0, 2), (1, 2), (1, 3)]), name="more.csv")
    delete_user(more, "u0")
    assert store.get(few).user_code("u0") is not None


def test_the_report_kept_with_the_data_still_adds_up(home, log):
    old = opened(log)
    report = opening.report_of(delete_user(store.get(old), WHO).datasets[old])
    assert report.rows_read == report.rows_kept + report.rows_refused
    assert report.rows_refused == len(report.refused)
    assert report.sentences[0] == f"{report.rows_read} rows read, 80 kept, {report.rows_refused} refused."


def test_somebody_who_did_not_consent_can_be_deleted_too(home, log, tmp_path):
    table = tmp_path / "people.csv"
    people = [*(f"p{user}" for user in range(1, 9)), WHO]
    table.write_text("user,consent\n" + "\n".join(f"{who},{'no' if who in (WHO, 'p3') else 'yes'}" for who in people))
    loaded = load(log, users=table)
    old = opening.keep(loaded.dataset, loaded.report)
    assert loaded.dataset.user_code(WHO) is None
    assert traces(home)
    deletion = delete_user(loaded.dataset, WHO)
    assert traces(home) == []
    assert store.get(deletion.datasets[old]).withheld_users == 1
    assert "Users who did not consent: 1." in " ".join(opening.report_of(deletion.datasets[old]).sentences)
    assert load(log, users=table).dataset.fingerprint == deletion.datasets[old]


def test_deleting_again_finishes_what_was_left(home, log):
    old = opened(log)
    dataset = store.get(old)
    delete_user(dataset, WHO)
    late = home / "uploads" / "f00d"
    late.mkdir(parents=True)
    (late / "copy.csv").write_text(f"user,item\n{WHO},i1\n")
    assert delete_user(load(log).dataset, WHO).files == ("uploads/f00d/copy.csv",)
    assert traces(home) == []


def test_the_last_user_takes_the_data_with_them(home):
    old = store.put(replace(make_log([(0, 0), (0, 1)]), name="alone.csv"))
    deletion = delete_user(store.get(old), "u0")
    assert deletion.datasets == {old: None}
    assert not store.known()


def test_a_job_at_work_is_stopped_and_leaves_nothing(home, log, tmp_path):
    old = opened(log)
    begun = tmp_path / "begun"
    key = jobs.submit("tests.engine.jobs.tasks:slow", {"dataset": old, "log": str(begun)}, "me")
    try:
        while not begun.exists():
            assert jobs.status(key).active
            time.sleep(0.05)
        delete_user(store.get(old), WHO)
        assert jobs.status(key).state == "unknown"
        assert not folder.path(key).exists()
    finally:
        jobs.shutdown()


def test_nobody_of_that_name_is_one_sentence_with_the_nearest(home, log):
    with pytest.raises(DataError, match=f"User 'zephyra-773' was not found among 9 users. Did you mean '{WHO}'"):
        delete_user(load(log).dataset, "zephyra-773")
    assert not deleted.anybody()


def test_the_bundled_sample_forgets_too(home):
    sample = load("sample").dataset
    who = str(sample.users["user_id"].iloc[7])
    delete_user(sample, who)
    again = load("sample").dataset
    assert again.user_code(who) is None
    assert again.fingerprint == without_user(sample, 7).fingerprint
    assert again.n_users == sample.n_users - 1


def test_without_a_user_codes_close_up():
    dataset = make_log([(0, 0), (1, 1), (2, 2), (2, 0)], items={"title": ["a", "b", None]})
    left = without_user(dataset, 1)
    assert left.users["user_id"].tolist() == ["u0", "u2"]
    assert left.interactions["user"].tolist() == [0, 1, 1]
    assert left.items["item_id"].tolist() == ["i0", "i1", "i2"]  # a known item stays in the catalogue
    gone = without_user(make_log([(0, 0), (1, 1), (2, 2), (2, 0)]), 1)
    assert gone.items["item_id"].tolist() == ["i0", "i2"]
    assert gone.interactions["item"].tolist() == [0, 1, 0]


def test_an_id_is_found_as_a_whole_word_only(tmp_path):
    text = tmp_path / "log.csv"
    text.write_text("user,item\n15,2005\n")
    assert holds(text, "15")
    assert not holds(text, "5")
    numbers = tmp_path / "log.parquet"
    pd.DataFrame({"user": [15, 7], "name": pd.Categorical(["x", "y"])}).to_parquet(numbers)
    assert holds(numbers, "7")
    assert holds(numbers, "y")
    assert not holds(numbers, "5")


def test_a_request_names_data_by_value_or_by_path():
    assert names({"a": [{"dataset": "f1"}]}, {"f1"})
    assert names({"source": "/x/shop.csv"}, {"shop.csv"})
    assert not names({"source": "/x/my shop.csv", "k": 3}, {"shop.csv"})


def test_of_a_deleted_id_only_a_keyed_hash_is_kept(home):
    deleted.remember("a.csv", WHO)
    assert deleted.was_deleted("a.csv", WHO)
    assert not deleted.was_deleted("b.csv", WHO)
    assert deleted.deleted_among("a.csv", ["x", WHO]).tolist() == [WHO]
    (kept,) = (home / "deleted" / "people").iterdir()
    assert len(kept.name) == 32
    assert json.dumps(WHO) not in kept.read_text()


def test_a_link_to_data_that_was_replaced_twice_leads_to_the_last(home):
    before = deleted.version()
    deleted.replace("aa", "bb")
    deleted.replace("bb", "cc")
    assert deleted.replaced_by("aa") == deleted.replaced_by("bb") == "cc"
    assert deleted.replaced_by("cc") is None
    assert deleted.version() > before
