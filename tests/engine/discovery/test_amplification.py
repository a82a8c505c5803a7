import numpy as np
import pytest

from engine.discovery.amplification import history_popularity, lift, shown_popularity


def test_lift_is_popularity_shown_over_popularity_had():
    shown = shown_popularity(np.array([[0, 1], [1, -1], [-1, -1]], dtype=np.int32), np.array([10, 2, 7]))
    np.testing.assert_allclose(shown, [6, 2, np.nan])
    members = np.array([[1.0, 1, 1, 0], [0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 1]])
    found = lift(np.append(shown, 4.0), np.array([3.0, 4.0, 1.0, np.nan]), members)
    np.testing.assert_allclose(found, [8 / 7 - 1, 2 / 4 - 1, np.nan, 6 / 3 - 1])


def test_history_popularity_is_the_mean_over_what_each_had(world):
    history = world.history
    had = history_popularity(history)
    assert had[7] == pytest.approx(history.item_users[history.item[history.user == 7]].mean())
