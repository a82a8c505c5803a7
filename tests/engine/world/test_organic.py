from dataclasses import replace

import numpy as np
import pytest

from engine.policies.organic import NonePolicy
from engine.world import run
from engine.world.organic import organic_slates
from engine.world.policy import opening

UNITS = np.arange(90)


def test_nothing_comes_up_twice_nor_what_was_had(world):
    state = opening(world, 3)
    items = organic_slates(state, UNITS, 12).items
    assert (items >= 0).all()
    assert all(len(np.unique(row)) == 12 for row in items)
    had = state.seen.toarray() > 0
    assert not np.take_along_axis(had, items, axis=1).any()


def test_asking_for_everything_gives_all_that_is_left(world):
    state = opening(world, 3)
    items = organic_slates(state, UNITS, world.n_items).items
    np.testing.assert_array_equal((items >= 0).sum(axis=1), world.n_items - world.history.user_items)
    assert all(len(np.unique(row[row >= 0])) == (row >= 0).sum() for row in items)


def test_the_first_items_do_not_depend_on_how_many_are_asked_for_nor_on_who_else_is(world):
    state = opening(world, 3)
    few, many = organic_slates(state, UNITS, 5).items, organic_slates(state, UNITS, world.n_items).items
    np.testing.assert_array_equal(few, many[:, :5])
    np.testing.assert_array_equal(organic_slates(state, UNITS[40:45], 5).items, few[40:45])
    other = organic_slates(state.at(0, 1), UNITS, 5).items
    assert (other != few).any()


def test_items_come_up_as_often_as_they_are_exposed(world):
    """The first item of many sessions of a unit that has had nothing follows the exposure itself."""
    nobody = replace(opening(world, 3), seen_pairs=np.zeros(0, dtype=np.int64))
    first = np.concatenate([organic_slates(nobody.at(day, 0), UNITS, 3).items[:, 0] for day in range(200)])
    share = np.bincount(first, minlength=world.n_items) / len(first)
    assert share == pytest.approx(world.exposure, abs=0.006)


def test_no_recommender_runs_like_any_policy(world):
    outcomes = run(world, [NonePolicy()], np.zeros(world.n_units, int), days=8, seed=3)
    assert outcomes.policies == ("No recommender",)
    assert outcomes.total().sum(axis=0)[2] > 0
