"""Who comes back, and what satisfaction does to it."""

from dataclasses import replace

import numpy as np
import pytest

from engine.discovery.presence import Presence, clicks


def felt(world, satisfaction):
    return replace(Presence.opening(world), satisfaction=np.full(world.n_units, satisfaction))


def test_as_many_come_as_a_poisson_rate_says(world):
    some = replace(world, activity=np.full(world.n_units, 0.1))
    shares = [Presence.opening(some).comes(some, 4, number, 7).mean() for number in range(40)]
    assert np.mean(shares) == pytest.approx(1 - np.exp(-0.7), abs=0.02)


def test_the_satisfied_come_more_often_and_nobody_else_does(world):
    some = replace(world, activity=np.full(world.n_units, 0.1))
    low, high = (np.array([felt(some, s).comes(some, 4, n, 7) for n in range(40)]) for s in (-1.0, 1.0))
    assert (high >= low).all()
    assert high.mean() > low.mean()
    off = replace(some, params=some.params.without("satisfaction"))
    np.testing.assert_array_equal(felt(off, -1.0).comes(off, 4, 1, 7), felt(off, 1.0).comes(off, 4, 1, 7))


def test_satisfaction_is_clicks_against_the_usual(world):
    usual = 10 * world.params.click_through
    units, luck = np.array([0, 1, 2]), np.ones(3)
    after = Presence.opening(world).after(world, units, usual * np.array([0.0, 1.0, 5.0]), 10, luck)
    np.testing.assert_allclose(after.satisfaction[:4], (1 - world.params.satisfaction_memory) * np.array([-1, 0, 1, 0]))


def test_the_unsatisfied_may_leave_for_good(world):
    units = np.arange(world.n_units)
    luck = np.linspace(0, 1, world.n_units, endpoint=False)
    gone = felt(world, -1.0).after(world, units, np.zeros(world.n_units), 10, luck)
    assert (~gone.stays).mean() == pytest.approx(world.params.strength("leaving"), abs=0.01)
    assert not gone.comes(world, 4, 1, 1e6)[~gone.stays].any()
    stay = replace(world, params=world.params.without("leaving"))
    assert felt(stay, -1.0).after(stay, units, np.zeros(world.n_units), 10, luck).stays.all()


def test_better_slates_and_better_places_are_worth_more_clicks(world):
    best = np.argsort(-world.utility_block(np.arange(5)), axis=1)[:, :6].astype(np.int32)
    worth = clicks(world, np.arange(5), best)
    assert (worth > clicks(world, np.arange(5), best[:, ::-1].copy())).all()
    assert (worth > clicks(world, np.arange(5), np.where(np.arange(6) < 3, best, -1).astype(np.int32))).all()
