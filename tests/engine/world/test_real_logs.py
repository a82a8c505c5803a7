"""The worlds of the bundled sample and of MovieLens 100K are plausible."""

import numpy as np
import pytest

from engine.loading import load
from engine.policies import make_policy
from engine.world import fit_world, run


def check(dataset):
    world = fit_world(dataset, np.random.default_rng(1), users=800)
    assert 0.05 < world.activity.mean() < 1
    assert 0.2 < (world.taste**2).sum(axis=1).mean() < 0.95
    had = world.history
    assert world.utility(had.user, had.item).mean() > 1  # users like what they took, by a standard deviation
    click_through = []
    for name in ("random", "popularity", "oracle"):
        total = run(world, [make_policy(name)], np.zeros(800, int), days=14, seed=3).total().sum(axis=0)
        click_through.append(total[2] / total[1])
    assert click_through[0] < click_through[1] < click_through[2] < 0.5
    assert click_through[1] == pytest.approx(0.05, abs=0.015)


def test_sample():
    check(load("sample").dataset)


def test_movielens(ml_100k):
    check(load(ml_100k).dataset)
