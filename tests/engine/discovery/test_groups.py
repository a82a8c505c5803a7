from dataclasses import replace

import numpy as np

from engine.discovery.groups import BUILT_IN, groups_of, kinship, members


def test_minority_is_least_like_the_others_and_heavy_comes_most(world):
    active = replace(world, activity=np.linspace(0.1, 2, world.n_units))
    row = dict(zip((group.name for group in BUILT_IN), members(active, {}).astype(bool), strict=True))
    assert row["everybody"].all()
    assert row["minority"].sum() == row["heavy"].sum() == 50
    np.testing.assert_array_equal(row["mainstream"], ~row["minority"])
    assert kinship(active)[row["minority"]].max() <= kinship(active)[row["mainstream"]].min()
    assert active.activity[row["heavy"]].min() > active.activity[row["lighter"]].max()


def test_kinship_is_the_mean_cosine_with_everybody(world):
    unit = world.taste / np.linalg.norm(world.taste, axis=1, keepdims=True)
    np.testing.assert_allclose(kinship(world), (unit @ unit.T).mean(axis=1))


def test_who_wants_what_others_do_not_is_the_minority(world):
    few = np.arange(world.n_units) % 5 == 2
    turned = replace(world, taste=np.where(few[:, None], -world.taste[0], world.taste[0] + 0.3 * world.taste))
    np.testing.assert_array_equal(members(turned, {})[2], few)


def test_segments_follow_the_built_in_groups(world):
    few = np.arange(world.n_units) < 40
    assert groups_of({"few": few})[-1].title == "few"
    np.testing.assert_array_equal(members(world, {"few": few})[-1], few)
