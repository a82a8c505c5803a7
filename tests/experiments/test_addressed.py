"""Policies that address users by prediction: the discount reaches those foretold, in every world, and nobody else."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.errors import DataError, ModelError
from engine.people import Foretold, predict_people
from engine.policies import STAGES, make_policy, parse
from engine.uses import find_use
from engine.world import fit_world
from engine.world.policy import opening
from experiments.addressed import Addressed
from experiments.arms import Arm
from experiments.simulate import simulate
from experiments.worlds.resampling import resampled
from tests.engine.people.leaving import leaving_log


@pytest.fixture(scope="module")
def log():
    return leaving_log()


@pytest.fixture(scope="module")
def predictions(log):
    return predict_people(log)


@pytest.fixture(scope="module")
def results(log):
    return simulate(
        log,
        control="popularity",
        treatments=["popularity+discount_at_risk:0.5", "popularity+discount_valuable:0.5"],
        users=250,
        days=3,
        fidelity=None,
        interference=False,
        worlds=1,
    )


def test_the_effect_is_of_those_foretold_and_of_nobody_else(results):
    table = results.individual
    table = table[table["metric"] == "revenue_per_user"].set_index(["variant", "by", "segment"]).sort_index()
    for variant, by, group in zip(
        results.plan.variants[1:], ("churn_risk", "expected_value"), ("High risk", "High expected value"), strict=True
    ):
        for segment, row in table.loc[variant, by].iterrows():
            moved = row["helped"] + row["harmed"]
            assert (moved > 0) == (segment == group), (variant, segment)


def test_the_groups_are_there_to_be_read(results):
    assert {"churn_risk", "expected_value"} < set(results.segments["by"])
    assert results.meta.settings["foretell"] is True
    assert results.plan.titles[1:] == (
        "Popularity + 50% off for those at risk", "Popularity + 50% off for the valuable",
    )  # fmt: skip
    assert any("are foretold from the log before the test" in note for note in results.notes)
    assert len(results.worlds.truths) > 0


def test_groups_are_there_without_such_a_policy_where_asked_for(log):
    options = {"users": 120, "days": 1, "fidelity": None, "interference": False}
    asked = simulate(log, control="popularity", treatments=["random"], foretell=True, **options)
    assert {"churn_risk", "expected_value"} < set(asked.segments["by"])


def test_users_drawn_anew_are_the_same_people(log, predictions):
    addressed = Addressed.of(log, predictions)
    again = resampled(log, np.random.default_rng(0))
    found = addressed.among(again)
    name = again.users["user_id"].str.partition("~")[0]
    at_risk = set(log.users["user_id"][addressed.groups.at_risk])
    np.testing.assert_array_equal(found.at_risk, name.isin(at_risk))
    assert addressed.among(log) is addressed.groups
    assert found.at_risk.any()
    assert found.valuable.sum() != found.at_risk.sum() or not np.array_equal(found.valuable, found.at_risk)


def test_a_price_is_lower_for_them_alone(log):
    world = fit_world(log, np.random.default_rng(0), users=40)
    policy = make_policy("popularity+discount_valuable:0.2").refit(world.history)
    units, items = np.arange(40), np.zeros((40, 2), dtype=np.int32)
    with pytest.raises(ModelError, match=r"discount_valuable goes by predictions of the log, and none were made"):
        policy.price_factors(opening(world, 0), units, items)
    valuable = np.arange(log.n_users) % 3 == 0
    known = replace(world, foretold=Foretold(~valuable, valuable))
    factors = policy.price_factors(opening(known, 0), units, items)
    np.testing.assert_allclose(factors[:, 0], np.where(valuable[world.user], 0.8, 1.0))


def test_who_cannot_be_foretold_is_said_before_anything_runs(log):
    timeless = replace(log, interactions=log.interactions.assign(time=pd.NaT))
    with pytest.raises(DataError, match="This log has no times, so nothing can be foretold"):
        simulate(timeless, control="popularity", treatments=["popularity+discount_at_risk"], users=50, days=1)


def test_they_are_described_and_offered_with_promotions():
    also = find_use("promotions").also
    assert [parse(spec).stages[0].name for spec in also] == ["discount_at_risk", "discount_valuable"]
    for spec in also:
        assert Arm.of(spec).foretold
        assert "from the log before" in STAGES[parse(spec).stages[0].name].description
    assert not Arm.of("ease+discount:0.1+mmr:0.2").foretold
