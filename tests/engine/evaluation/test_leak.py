"""A random split says how much of the future it lets models learn from."""

import numpy as np
import pytest

from engine.evaluation.leak import leak_warning, leaked_share
from engine.splitting import Split, split
from tests.engine.logs import make_log, random_log


@pytest.fixture(scope="module")
def log():
    return random_log(3, n_rows=600)


def test_it_is_counted_row_by_row(log):
    parts = split(log, "random", test_share=0.3, seed=1)
    rows = log.interactions.assign(test=parts.test)
    later = [
        ((rows["user"] == row.user) & ~rows["test"] & (rows["time"] > row.time)).any()
        for row in rows[rows["test"]].itertuples()
    ]
    assert leaked_share(log, parts) == pytest.approx(np.mean(later))
    assert f"leaks the future: for {np.mean(later):.0%} of the test rows" in leak_warning(log, parts)


def test_a_split_by_time_leaks_nothing(log):
    parts = split(log, "temporal")
    assert leaked_share(log, parts) == 0
    assert leak_warning(log, parts) == ""


def test_a_random_split_that_happens_to_be_by_time_is_not_warned_of(log):
    by_time = split(log, "temporal")
    assert leak_warning(log, Split(by_time.train, by_time.validation, by_time.test, "random", 0, 0.15, 0)) == ""


def test_each_users_last_row_is_a_test_among_others_future(log):
    parts = split(log, "leave-last")
    assert leaked_share(log, parts) == 0
    assert "models learn from what other users did later" in leak_warning(log, parts)


def test_without_times_it_says_that_nobody_can_tell():
    log = make_log([(n % 7, n % 11) for n in range(60)])
    assert "nobody can tell" in leak_warning(log, split(log, "random"))
