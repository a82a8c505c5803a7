"""Organic life, and who is around to live it."""

from dataclasses import replace

import numpy as np
import pytest

from engine.world.exposure import fit_exposure
from engine.world.life import live, organic_chances
from engine.world.population import (
    Population,
    Presence,
    Visits,
    chance_around,
    fit_population,
    newcomers,
    session_lengths_of,
)
from engine.world.sessions import lived_of, within
from engine.world.synthetic import Dials, draw_log, synthetic_world


@pytest.fixture(scope="module")
def made_up():
    return synthetic_world(Dials(users=300, items=50, rank=3, weeks=0, revisit=0.0, session_items=3))


def test_without_revisits_nothing_is_taken_twice_nor_what_was_had(made_up):
    had = synthetic_world(Dials(users=300, items=50, rank=3, weeks=2, revisit=0.0, session_items=3))
    lived = live(had, 21, 1)
    pair = lived.user.astype(np.int64) * 50 + lived.item
    assert len(np.unique(pair)) == len(pair) > 500
    assert not np.isin(pair, had.history.user.astype(np.int64) * 50 + had.history.item).any()
    assert not lived.repeat.any()


def test_a_revisit_of_one_draws_with_replacement(made_up):
    """Every pick is then as likely as any other to be any item: long lives show the chances themselves."""
    eager = replace(made_up.take(np.arange(6)), revisit=1.0, activity=np.full(6, 4.0))
    lived = live(eager, 400, 2)
    chance = organic_chances(eager, np.arange(6))
    shares = np.array([np.bincount(lived.item[lived.user == unit], minlength=50) for unit in range(6)])
    np.testing.assert_allclose(shares / shares.sum(axis=1, keepdims=True), chance, atol=0.025)
    pair = lived.user.astype(np.int64) * 50 + lived.item
    first = np.zeros(len(pair), dtype=bool)
    first[np.unique(pair, return_index=True)[1]] = True
    np.testing.assert_array_equal(lived.repeat, ~first)


def test_a_life_does_not_depend_on_who_else_there_is(made_up):
    eager = replace(made_up, revisit=0.5)
    whole, some = live(eager, 14, 3), live(eager.take(np.arange(100, 300)), 14, 3)
    kept = whole.user >= 100
    np.testing.assert_array_equal(whole.item[kept], some.item)
    np.testing.assert_array_equal(whole.second[kept], some.second)


def test_a_drawn_log_has_the_sessions_that_were_lived(made_up):
    lived = live(made_up, 28, 4)
    found = lived_of(draw_log(made_up, 28, 4), 30)
    np.testing.assert_array_equal(np.sort(found.item), np.sort(lived.item))
    assert found.session[-1] == pytest.approx(lived.session[-1], rel=0.01)
    assert within(found, 7, 14).days == 7
    assert set(within(found, 7, 14).day) <= set(range(7))


def test_presence_says_who_comes_when_and_how_often(made_up):
    three = made_up.take(np.arange(3))
    busy = replace(three, activity=np.full(3, 3.0))
    presence = Presence(
        since=np.array([0.0, 5.5, 0.0]), opens=np.array([0, 7, 0]), sessions=np.array([2, 100, 0])
    )  # fmt: skip
    lived = live(busy, 20, 1, presence=presence)
    assert len(np.unique(lived.session[lived.user == 0])) == 2
    second = lived.user == 1
    assert lived.day[second].min() == 5
    assert (lived.session[second] == lived.session[second][0]).sum() == 7
    assert not (lived.user == 2).any()


def test_who_was_away_long_has_probably_left():
    """By the formula of Batislam et al.: with one session and (a, b) = (1, 1), odds of leaving ((r + T) / r)^s."""
    rates = Population(shape=1.0, rate=2.0, leaving=1.0, staying=1.0, arrivals_per_day=0.0)
    visits = Visits(np.arange(2), more=np.array([0, 0]), recency=np.zeros(2), observed=np.array([2.0, 30.0]))
    np.testing.assert_allclose(chance_around(rates, visits), [1 / (1 + 4 / 2), 1 / (1 + 32 / 2)])


def test_the_populations_rates_come_back():
    """600 users over 120 days; errors are about twice the root mean squared ones over ten other seeds."""
    truth = Population(shape=1.2, rate=4.0, leaving=1.0, staying=4.0, arrivals_per_day=5.0)
    rng = np.random.default_rng(5)
    pace, presence = newcomers(truth, 120, np.array([1]), rng)
    base = synthetic_world(Dials(users=len(pace), items=50, rank=3, weeks=0, weekend=1.0))
    lived = live(replace(base, activity=pace), 120, 1, presence=presence)
    found = fit_population(lived, recent_days=60)
    assert found.shape / found.rate == pytest.approx(0.3, rel=0.13)
    assert found.leaving / (found.leaving + found.staying) == pytest.approx(0.2, abs=0.035)
    assert found.arrivals_per_day == pytest.approx(5.0, rel=0.11)
    first, later = session_lengths_of(lived)
    assert (first == 1).all()
    assert later.mean() == pytest.approx(4.0, rel=0.04)


def test_exposure_gives_every_item_its_users():
    rng = np.random.default_rng(0)
    liking, counts = rng.standard_normal((200, 30)), rng.integers(1, 20, 200)
    wanted = rng.permutation(30) + 1
    found = fit_exposure(liking, counts, wanted)
    np.testing.assert_allclose(found.chance.sum(axis=1), counts, rtol=0.01)
    got = found.chance.sum(axis=0)
    np.testing.assert_allclose(got / got.sum(), (wanted + 0.5) / (wanted + 0.5).sum(), rtol=0.05)
    assert found.exposure.sum() == pytest.approx(1)
