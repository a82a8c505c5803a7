"""Children do the work: joined when identical, reused when done, stopped at once, and never a traceback."""

import os
import time
from datetime import UTC, datetime, timedelta

import pytest

from engine import jobs
from engine.errors import LabError

TASKS = "tests.engine.jobs.tasks:"


@pytest.fixture(autouse=True)
def _board(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    yield
    jobs.shutdown()


def wait(key, *states, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        now = jobs.status(key)
        if now.state in states:
            return now
        time.sleep(0.05)
    raise AssertionError(f"still {jobs.status(key)}")


def test_work_runs_in_another_process_that_gives_way(tmp_path):
    key = jobs.submit(TASKS + "where", {"log": str(tmp_path / "log")}, "ann")
    wait(key, "done")
    outcome = jobs.result(key)
    assert outcome["pid"] != os.getpid()
    assert outcome["nice"] >= 10


def test_a_finished_result_is_reused_and_a_different_request_is_not(tmp_path):
    log = tmp_path / "log"
    key = jobs.submit(TASKS + "where", {"log": str(log)}, "ann")
    wait(key, "done")
    assert jobs.submit(TASKS + "where", {"log": str(log)}, "bob") == key
    assert log.read_text() == "ran\n"
    assert jobs.submit(TASKS + "where", {"log": str(log), "seed": 1}, "bob") != key


def test_an_identical_request_joins_and_stops_only_when_everyone_has_cancelled(tmp_path):
    log = tmp_path / "pid"
    key = jobs.submit(TASKS + "slow", {"log": str(log)}, "ann")
    assert jobs.submit(TASKS + "slow", {"log": str(log)}, "bob") == key
    now = wait(key, "running")
    while now.stage != "Waiting":
        now = wait(key, "running")
    assert now.total == 600
    assert jobs.cancel(key, "ann") is False
    assert jobs.status(key).state == "running"
    assert jobs.cancel(key, "bob") is True
    wait(key, "cancelled")
    pid = int(log.read_text())
    end = time.monotonic() + 10
    while _alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _alive(pid)
    with pytest.raises(LabError, match="cancelled"):
        jobs.result(key)


def test_a_cancelled_job_can_start_again(tmp_path):
    key = jobs.submit(TASKS + "slow", {"log": str(tmp_path / "pid")}, "ann")
    wait(key, "running")
    jobs.cancel(key, "ann")
    wait(key, "cancelled")
    assert jobs.submit(TASKS + "slow", {"log": str(tmp_path / "pid")}, "ann") == key
    assert wait(key, "queued", "running").active


def test_our_errors_arrive_as_their_sentence():
    key = jobs.submit(TASKS + "refuse", {}, "ann")
    assert wait(key, "failed").error == "k must be at least 1; 0 was given."


def test_a_child_that_dies_is_told_in_a_sentence():
    key = jobs.submit(TASKS + "crash", {}, "ann")
    assert "exit code 7" in wait(key, "failed").error


def test_a_fault_of_ours_is_named_and_not_raised():
    key = jobs.submit(TASKS + "fault", {}, "ann")
    assert "KeyError" in wait(key, "failed").error


def test_when_a_job_finished_is_known(tmp_path):
    before = datetime.now(UTC) - timedelta(seconds=2)
    key = jobs.submit(TASKS + "where", {"log": str(tmp_path / "log")}, "ann")
    wait(key, "done")
    assert before <= jobs.finished(key) <= datetime.now(UTC) + timedelta(seconds=2)
    with pytest.raises(LabError, match="not finished"):
        jobs.finished("0123456789abcdef")


def test_an_unknown_key_is_unknown():
    assert jobs.status("0123456789abcdef").state == "unknown"
    with pytest.raises(LabError, match="not finished"):
        jobs.result("0123456789abcdef")


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "0123", "0123456789ABCDEF"])
def test_a_key_that_is_not_ours_never_reaches_the_disk(key):
    with pytest.raises(LabError, match="names no result"):
        jobs.status(key)


def test_a_result_of_another_version_is_refused_in_a_sentence(tmp_path):
    key = jobs.submit(TASKS + "where", {"log": str(tmp_path / "log")}, "ann")
    wait(key, "done")
    (tmp_path / "home" / "jobs" / key / "result.pickle").write_bytes(b"cmissing_module\nThing\n.")
    with pytest.raises(LabError, match="another version"):
        jobs.result(key)


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rsplit(")", 1)[1].split()[0] != "Z"
