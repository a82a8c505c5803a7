from dataclasses import dataclass, replace

import numpy as np
import pytest

from engine import store
from engine.discovery.bubble import bubble, task
from engine.discovery.consumption import MEASURES, measure
from engine.errors import ExperimentError, LabError
from engine.metrics.gini import gini
from engine.models.ranking import Ranking
from engine.policies import RandomPolicy, make_policy
from engine.world import Consumed, fit_world
from tests.engine.world.logs import small_log


@pytest.fixture(scope="module")
def world():
    return fit_world(small_log(items=60), np.random.default_rng(1), users=250)


@pytest.fixture(scope="module")
def study(world):
    return bubble(world, [make_policy("popularity"), Narrow(), RandomPolicy(9)], rounds=6, slate_size=6, seed=2)


@dataclass(frozen=True)
class Narrow:
    """Random at first, then only what lies near one taste: a bubble by construction."""

    title = "Narrow"
    each_session = True

    def refit(self, preferences, report=None):
        return self

    def slates(self, state, users, k):
        if state.day < 2:
            return RandomPolicy().slates(state, users, k)
        near = np.argsort(-(state.world.vectors @ state.world.taste[0]))
        items = np.tile(near[:k].astype(np.int32), (len(users), 1))
        return Ranking(items=items, scores=np.zeros(items.shape))


def consumed_of(unit, item, utility=0.0):
    unit, item = np.array(unit, dtype=np.int32), np.array(item, dtype=np.int32)
    flat = np.zeros(len(unit))
    return Consumed(flat.astype(np.int32), unit, item, flat.astype(bool), flat.astype(bool), flat + utility)


def test_measures_by_brute_force(world):
    rng = np.random.default_rng(0)
    unit = np.repeat(np.arange(world.n_units), 3)
    item = np.concatenate([rng.choice(world.n_items, 3, replace=False) for _ in range(world.n_units)])
    utility = rng.normal(size=len(unit))
    turned = replace(world, taste=np.roll(world.taste, 1, axis=1))
    weights = np.vstack([np.ones(world.n_units), rng.integers(0, 3, world.n_units)])
    rows = measure(turned, world, consumed_of(unit, item, utility), weights)
    unit_vectors = world.vectors / np.linalg.norm(world.vectors, axis=1, keepdims=True)
    lists = item.reshape(-1, 3)
    cosines = np.einsum("uar,ubr->uab", unit_vectors[lists], unit_vectors[lists])
    apart = 1 - cosines[:, [0, 0, 1], [1, 2, 2]].mean(axis=1)
    differ = world.category[lists][:, [0, 0, 1]] != world.category[lists][:, [1, 2, 2]]
    profile = unit_vectors[lists].sum(axis=1)
    profile /= np.linalg.norm(profile, axis=1, keepdims=True)
    distance = 1 - profile @ profile.T
    drift = 1 - (turned.taste * world.taste).sum(axis=1) / (np.linalg.norm(world.taste, axis=1) ** 2)
    for row, weight in zip(rows, weights, strict=True):
        pairs = np.outer(weight, weight) * (1 - np.eye(len(weight)))
        exposure = np.bincount(item, np.repeat(weight, 3), world.n_items)
        expected = {
            "diversity": np.average(apart, weights=weight),
            "category_diversity": np.average(differ.mean(axis=1), weights=weight),
            "distance_between_users": np.average(distance, weights=pairs),
            "taste_drift": np.average(drift, weights=weight),
            "gini": gini(exposure),
            "coverage": (exposure > 0).mean(),
            "welfare": np.average(utility, weights=np.repeat(weight, 3)),
        }
        np.testing.assert_allclose(row, [expected[name] for name in MEASURES])


def test_what_cannot_be_measured_is_nan(world):
    plain = replace(world, categories=())
    row = measure(plain, plain, consumed_of([0, 1], [3, 4]), np.ones((1, world.n_units)))[0]
    found = dict(zip(MEASURES, row, strict=True))
    assert np.isnan(found["diversity"])
    assert np.isnan(found["category_diversity"])
    assert found["taste_drift"] == pytest.approx(0)
    nothing = measure(plain, plain, consumed_of([], []), np.ones((1, world.n_units)))[0]
    assert np.isnan(dict(zip(MEASURES, nothing, strict=True))["welfare"])


def test_a_bubble_that_is_there_is_found(study):
    arm = study.arms.index("Narrow")
    assert study.narrowing.high[arm] < 0
    assert study.against_random.high[arm, MEASURES.index("distance_between_users")] < 0
    reading = study.readings()[arm]
    assert reading.startswith("Narrow: a filter bubble exists. What a user consumes is ")
    assert "Over 6 rounds it narrows" in reading


def test_random_against_random_shows_none(study):
    """Another random policy, of the same title as the reference arm."""
    arm = 2
    assert study.arms[arm] == "Random"
    band = study.against_random
    at = MEASURES.index("diversity")
    assert abs(band.value[arm, at]) < 0.05
    np.testing.assert_array_equal(band.value[3], 0)
    np.testing.assert_array_equal(band.high[3], 0)


def test_oracle_is_never_beaten_on_welfare_in_the_first_round(study):
    welfare = study.by_round.value[:, 0, MEASURES.index("welfare")]
    assert welfare.argmax() == study.arms.index("Oracle")


def test_frame_is_long_and_bands_hold_their_value(study):
    frame = study.frame()
    assert list(frame.columns) == ["arm", "round", "measure", "value", "low", "high"]
    assert len(frame) == 5 * 6 * len(MEASURES)
    assert ((frame["low"] <= frame["value"]) & (frame["value"] <= frame["high"])).all()
    assert frame["value"].notna().all()


def test_same_seed_same_bits(world):
    one, two = (bubble(world, [make_policy("popularity")], rounds=2, seed=5) for _ in range(2))
    np.testing.assert_array_equal(one.by_round.value, two.by_round.value)
    np.testing.assert_array_equal(one.by_round.low, two.by_round.low)


def test_without_drift_taste_stays(world):
    still = bubble(world, [], rounds=3, drift=0.0, seed=5)
    np.testing.assert_allclose(still.by_round.value[..., MEASURES.index("taste_drift")], 0, atol=1e-12)
    moving = bubble(world, [], rounds=3, drift=0.2, seed=5).by_round.value[..., MEASURES.index("taste_drift")]
    assert (np.diff(moving, axis=1) > 0).all()


def test_task_runs_a_request_for_the_job_runner():
    dataset = small_log(feedback="implicit")
    fingerprint = store.put(dataset)
    told = []
    request = {"dataset": fingerprint, "policies": [{"model": "popularity"}, {"model": "random"}], "rounds": 2}
    study = task(request | {"users": 40, "seed": 1}, lambda *step: told.append(step))
    assert study.arms == ("Popularity", "Random", "Oracle")
    assert (study.users, study.fingerprint) == (40, fingerprint)
    assert told[0] == ("Fitting simulated users", None, None)
    assert told[-1] == ("Round 2 under Oracle", 6, 6)
    with pytest.raises(LabError, match="popularty"):
        task(request | {"policies": [{"model": "popularty"}]}, lambda *_: None)


def test_errors_name_what_was_given(world):
    with pytest.raises(ExperimentError, match="1 rounds"):
        bubble(world, [], rounds=1)
    with pytest.raises(ExperimentError, match="7 choices from a slate of 5"):
        bubble(world, [], slate_size=5, choices=7)
