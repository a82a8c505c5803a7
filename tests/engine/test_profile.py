"""The profile of a Dataset, on logs small enough to count by hand."""

from datetime import datetime

import numpy as np
import pytest

from engine.loading import load
from engine.profile import profile
from tests.engine.logs import make_log


def test_counts_by_hand():
    log = make_log(
        [(0, 0, 0, 4.0, "rating"), (0, 0, 1, None, "view"), (1, 0, 3, 5.0, "rating"), (1, 1, 3.5, None, "view")],
        n_users=3,
        n_items=4,
    )
    found = profile(log)
    assert (found.users, found.items, found.interactions, found.pairs) == (3, 4, 4, 3)
    assert found.density == pytest.approx(3 / 12)
    assert (found.active_users, found.touched_items) == (2, 2)
    assert found.user_counts.tolist() == [2, 2, 0]
    assert found.item_counts.tolist() == [3, 1, 0, 0]
    assert (found.first, found.last) == (datetime(2025, 1, 1), datetime(2025, 1, 4, 12))
    assert found.span_days == pytest.approx(3.5)
    assert dict(found.events) == {"rating": 2, "view": 2}
    assert dict(found.ratings) == {4.0: 1, 5.0: 1}
    assert found.mean_rating == pytest.approx(4.5)
    assert found.per_day.tolist() == [1, 1, 0, 2]
    # A quarter of the items holds three of four interactions.
    share = dict(zip(found.long_tail[:, 0].round(2).tolist(), found.long_tail[:, 1].tolist(), strict=True))
    assert (share[0.0], share[1.0]) == (0.0, 1.0)
    assert share[0.25] == pytest.approx(0.75)
    assert share[0.5] == pytest.approx(1.0)
    assert found.sentence.startswith("2 of 3 users and 2 of 4 items met in 4 interactions over 4 days; ")


def test_a_log_without_times_or_ratings():
    found = profile(make_log([(0, 0), (0, 1)]))
    assert (found.first, found.last, found.span_days, found.per_day, found.mean_rating) == (None,) * 5
    assert found.ratings == {}
    assert found.sentence.startswith("1 user and 2 items met in 2 interactions; ")


def test_movielens_100k_has_its_published_figures(ml_100k):
    found = profile(load(ml_100k).dataset)
    assert (found.users, found.items, found.interactions) == (943, 1682, 100_000)
    assert found.density == pytest.approx(0.0630, abs=5e-5)
    assert found.ratings == {1.0: 6110, 2.0: 11370, 3.0: 27145, 4.0: 34174, 5.0: 21201}
    assert np.diff(found.long_tail[:, 1]).min() >= 0
