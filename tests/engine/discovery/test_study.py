"""The feedback study: arms that can be subtracted, bands over seeds, and what random and oracle must show."""

from dataclasses import replace

import numpy as np
import pytest

from engine.discovery.bands import band
from engine.discovery.measures import NAMES
from engine.discovery.study import study as run_study
from engine.errors import ExperimentError
from engine.policies import make_policy


def policy(spec):
    return {spec: lambda luck: make_policy(spec, seed=luck)}


def test_the_band_is_the_t_interval_of_the_mean_over_seeds():
    found = band(np.array([[1.0, np.nan], [2.0, np.nan], [4.0, 5.0]]))
    half = 4.302652729911275 * np.std([1, 2, 4], ddof=1) / np.sqrt(3)
    np.testing.assert_allclose([found.value[0], found.low[0], found.high[0]], [7 / 3, 7 / 3 - half, 7 / 3 + half])
    assert found.value[1] == 5
    assert np.isnan(found.low[1])


def test_references_and_groups_are_always_there(study):
    names = [arm.name for arm in study.arms]
    assert names[-3:] == ["random", "oracle", "none"]
    assert [arm.role for arm in study.arms] == ["policy"] * 4 + ["reference"] * 3
    assert [group.name for group in study.groups] == ["everybody", "mainstream", "minority", "heavy", "lighter", "few"]
    assert study.rounds.shape == (3, 7, 8, 6, len(NAMES))
    assert np.isfinite(study.rounds).all()
    assert np.isfinite(study.blocked).all()
    assert study.sizes[:3].tolist() == [200, 160, 40]


def test_arms_share_their_users_and_luck_and_seeds_do_not(study):
    come = study.rounds[..., 0, 0, NAMES.index("retention")]
    assert (come == come[:, :1]).all()
    assert len(set(study.seeds)) == 3
    assert len(set(study.rounds[:, 0, 0, 0, 0])) == 3


def test_an_arm_beside_itself_is_exactly_zero(study):
    for against in ("none", "popularity"):
        at = study.arm(against)
        found = study.by_block("diversity", against=against)
        assert not found.value[at].any()
        assert not found.high[at].any()


def test_equal_policies_do_exactly_the_same(world):
    twins = {"one": lambda luck: make_policy("popularity"), "two": lambda luck: make_policy("popularity")}
    found = run_study(world, twins, rounds=2, users=60, seeds=2, seed=5)
    np.testing.assert_array_equal(found.rounds[:, 0], found.rounds[:, 1])
    again = run_study(world, twins, rounds=2, users=60, seeds=2, seed=5)
    np.testing.assert_array_equal(found.rounds, again.rounds)
    np.testing.assert_array_equal(found.blocked, again.blocked)


def test_random_shows_no_bubble_beyond_no_recommender(study):
    """Random neither learns nor prefers: what it leaves of diversity is what users' own taste leaves."""
    at = study.arm("random")
    level = study.by_block("diversity").value[study.arm("none"), -1]
    gap = study.by_block("diversity", against="none").value[at, -1]
    assert (-gap < 0.05 * level).all()
    assert abs(study.change("diversity", against="none").value[at, 0]) < 0.05


def test_oracle_is_never_beaten_on_welfare(world):
    """With boredom, novelty and drift off, what it knows is what users want; nothing is used up in the first round."""
    calm = world.without("boredom", "novelty", "drift")
    found = run_study(calm, policy("popularity") | policy("als"), rounds=2, users=120, seeds=2)
    welfare = found.rounds[:, :, 0, :, NAMES.index("welfare")]
    assert (welfare.argmax(axis=1) == found.arm("oracle")).all()


def test_taste_moves_only_where_drift_is_on(world):
    still = run_study(world.without("drift"), {}, rounds=2, users=50, seeds=2)
    assert np.abs(still.rounds[..., NAMES.index("taste_drift")]).max() < 1e-12
    assert still.drift == 0
    assert "drift" in still.switched_off
    wild = replace(world, params=replace(world.params, drift_strength=0.2))
    moved = run_study(wild, {}, rounds=3, users=50, seeds=2).by_round("taste_drift").value
    assert (np.diff(moved[..., 0], axis=1) > 0).all()


def test_training_once_is_another_life_than_training_each_round(world):
    asked = {"rounds": 3, "users": 60, "seeds": 2}
    every, once = (run_study(world, policy("popularity"), **asked, retrain_every=often) for often in (1, None))
    np.testing.assert_array_equal(every.rounds[:, :, 0], once.rounds[:, :, 0])
    assert (every.rounds[:, 0, -1] != once.rounds[:, 0, -1]).any()
    np.testing.assert_array_equal(every.rounds[:, 1:], once.rounds[:, 1:])


def test_frame_is_long_and_bands_hold_their_value(study):
    frame = study.frame()
    assert list(frame.columns) == ["arm", "round", "group", "measure", "value", "low", "high"]
    assert len(frame) == 7 * 8 * 6 * len(NAMES)
    assert ((frame["low"] <= frame["value"]) & (frame["value"] <= frame["high"])).all()
    one = frame.query("arm == 'none' and round == 3 and group == 'minority' and measure == 'welfare'")
    found = study.by_round("welfare").value[study.arm("none"), 2, study.group("minority")]
    assert one["value"].item() == pytest.approx(found)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"rounds": 1}, "1 rounds"),
        ({"seeds": 1}, "1 seeds"),
        ({"users": 251}, "251 simulated users were asked for. Ask for 2 to 250"),
        ({"slate_size": 5, "choices": 7}, "7 choices from a slate of 5"),
        ({"round_days": 0}, "Rounds of 0 days"),
        ({"retrain_every": 0}, "every 0 rounds"),
    ],
)
def test_errors_name_what_was_given(world, asked, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        run_study(world, {}, **asked)


def test_unknown_arms_and_groups_are_told(study):
    with pytest.raises(ExperimentError, match="popularty"):
        study.arm("popularty")
    with pytest.raises(ExperimentError, match="minorty"):
        study.group("minorty")
