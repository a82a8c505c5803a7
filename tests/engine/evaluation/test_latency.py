from itertools import count

import numpy as np
import pytest
from scipy import sparse

from engine.evaluation import latency

SEEN = sparse.csr_array(np.eye(4, 6))


class Asked:
    def __init__(self):
        self.users = []

    def score(self, users):
        self.users.extend(users.tolist())
        return np.zeros((len(users), SEEN.shape[1]))


def waited(monkeypatch, tick, **options):
    """Return the waits and the users asked, with a clock on which every list takes ``tick`` seconds."""
    model, clock = Asked(), count(step=tick)
    monkeypatch.setattr(latency, "perf_counter", lambda: next(clock))
    rng = np.random.default_rng(0)
    return latency.latency_ms(model, np.array([1, 3]), 2, exclude=SEEN, rng=rng, **options), model.users


def test_times_as_many_lists_as_asked_for_after_a_few_that_warm_up(monkeypatch):
    milliseconds, asked = waited(monkeypatch, 0.001, requests=100)
    assert milliseconds == pytest.approx(np.ones(100))
    assert len(asked) == 100 + latency.WARM_UP
    assert set(asked) == {1, 3}


@pytest.mark.parametrize(("tick", "made", "timed"), [(0.125, 9, 5), (30, 5, 3)])
def test_slow_lists_are_timed_for_a_second_and_some_always(monkeypatch, tick, made, timed):
    milliseconds, asked = waited(monkeypatch, tick)
    assert len(asked) == made
    assert milliseconds == pytest.approx(np.full(timed, 1000 * tick))
