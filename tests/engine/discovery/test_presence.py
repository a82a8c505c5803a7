"""Who comes back, and what satisfaction does to it."""

from dataclasses import replace

import numpy as np
import pytest

from engine.discovery.presence import comes
from engine.world.policy import opening


@pytest.fixture(scope="module")
def seldom(world):
    return replace(world, activity=np.full(world.n_units, 0.1))


def felt(world, satisfaction):
    """Whether each unit comes in forty weeks, with that satisfaction throughout."""
    state = replace(opening(world, 4), satisfaction=np.full(world.n_units, satisfaction))
    return np.array([comes(state.at(7 * number, 0), 7) for number in range(40)])


def test_as_many_come_as_a_poisson_rate_says(seldom):
    assert felt(seldom, 0.0).mean() == pytest.approx(1 - np.exp(-0.7), abs=0.02)


def test_the_satisfied_come_more_often_and_nobody_else_does(seldom):
    low, high = felt(seldom, -1.0), felt(seldom, 1.0)
    assert (high >= low).all()
    assert high.mean() > low.mean()
    off = seldom.without("satisfaction")
    np.testing.assert_array_equal(felt(off, -1.0), felt(off, 1.0))


def test_who_has_left_never_comes(world):
    state = opening(world, 4)
    left = replace(state, stays=np.arange(world.n_units) > 5)
    assert not comes(left, 1e9)[:6].any()
    assert comes(left, 1e9)[6:].all()
