from dataclasses import replace

import numpy as np

from engine.discovery.groups import BUILT_IN, groups_of, lean, members


def test_minority_leans_least_toward_the_popular_and_heavy_comes_most(world):
    active = replace(world, activity=np.linspace(0.1, 2, world.n_units))
    row = dict(zip((group.name for group in BUILT_IN), members(active, {}).astype(bool), strict=True))
    assert row["everybody"].all()
    assert row["minority"].sum() == row["heavy"].sum() == 50
    np.testing.assert_array_equal(row["mainstream"], ~row["minority"])
    assert lean(active)[row["minority"]].max() <= lean(active)[row["mainstream"]].min()
    assert active.activity[row["heavy"]].min() > active.activity[row["lighter"]].max()


def test_who_loves_the_popular_leans_toward_it(world):
    popular = world.vectors.T @ (world.history.item_users - world.history.item_users.mean())
    turned = replace(world, taste=np.vstack([popular, -popular, world.taste[2:]]))
    assert lean(turned)[0] > 0 > lean(turned)[1]
    assert members(turned, {})[2, :2].tolist() == [0, 1]


def test_segments_follow_the_built_in_groups(world):
    few = np.arange(world.n_units) < 40
    assert groups_of({"few": few})[-1].title == "few"
    np.testing.assert_array_equal(members(world, {"few": few})[-1], few)
