"""What stands beside a simulated result: many worlds, interference, everybody's own effect; asserted on one run."""

import json
from dataclasses import replace

import numpy as np
import pytest

from experiments.bias import bias_parts, bias_sentence
from experiments.individual import EVERYBODY, distribution, individual_metrics
from experiments.restoring import results_from
from experiments.simulate import simulate

ASKED = {"users": 240, "days": 4, "retrain_every": 2, "seed": 3, "fidelity": None}


@pytest.fixture(scope="module")
def results(shop):
    return simulate(shop, control="popularity", treatments=["ease", "random"], worlds=2, split=(2.0, 1.0, 1.0), **ASKED)


@pytest.fixture(scope="module")
def alike(shop):
    """Equal policies, each learning from its own units alone."""
    return simulate(shop, control="popularity", treatments=["popularity"], worlds=1, shared_training=False, **ASKED)


def test_the_estimate_is_the_truth_and_interference_and_chance(results):
    table = results.interference
    assert list(zip(table["metric"], table["variant"], strict=True)) == list(
        zip(results.truth["metric"], results.truth["variant"], strict=True)
    )
    for name in ("absolute", "relative"):
        np.testing.assert_allclose(table[f"inside_{name}"], results.truth[name] + table[name])
        np.testing.assert_allclose(results.effects[name], table[f"inside_{name}"] + table[f"chance_{name}"])
    known = table["absolute_low"].notna()
    assert known.all()
    assert ((table["absolute_low"] <= table["absolute"]) & (table["absolute"] <= table["absolute_high"])).all()


def test_models_that_learn_from_all_variants_bias_the_test(results):
    table = results.interference.set_index(["metric", "variant"])["absolute"]
    assert table["click_through", "ease"] != 0
    said = bias_sentence(results, "click_through", "ease")
    assert said.startswith("Because all variants learn from the same clicks, this test would on average show ")
    assert " where the truth is " in said
    assert said.endswith("of this estimate is chance: who happened to be assigned where.")


def test_equal_policies_have_no_true_effect_no_interference_and_no_world_with_uplift(alike):
    assert (alike.truth["absolute"] == 0).all()
    assert (alike.interference[["absolute", "relative", "inside_absolute"]] == 0).all(axis=None)
    assert (alike.units[["conversion", "revenue_per_user", "sessions"]] == 0).all(axis=None)
    assert (alike.individual["unchanged"] == 1).all()
    assert all((each.better, each.worlds) == (0, 1) for each in alike.worlds.conclusions)
    assert alike.worlds.conclusions[0].sentence.startswith("Uplift in 0 of 1 plausible worlds")
    assert "each variant learns from its own users alone makes no difference" in bias_sentence(
        alike, "conversion", "popularity_2"
    )


def test_where_nothing_is_learned_interference_is_exactly_zero(shop):
    found = simulate(shop, control="popularity", treatments=["ease"], **(ASKED | {"retrain_every": 4}))
    assert (found.interference[["absolute", "relative"]] == 0).all(axis=None)
    assert (found.truth["absolute"] != 0).any()
    assert bias_sentence(found, "conversion", "ease").startswith("Nothing is learned while the test runs")


def test_policies_that_learn_nothing_are_not_biased_by_retraining(shop):
    found = simulate(shop, control="random", treatments=["oracle"], **ASKED)
    assert (found.interference["absolute"] == 0).all()
    assert (found.truth["absolute"] != 0).any()


def test_interference_that_was_not_measured_is_not_told(results):
    bare = replace(results, interference=results.interference.head(0))
    assert bias_sentence(bare, "conversion", "ease") == ""
    assert bias_parts(bare).empty


def test_individual_effects_add_up_to_the_truth(results):
    truth = results.truth.set_index(["variant", "metric"])["absolute"]
    means = results.units.groupby("variant")[["conversion", "revenue_per_user", "sessions"]].mean()
    for variant in ("ease", "random"):
        for metric in means:
            assert means.loc[variant, metric] == pytest.approx(truth[variant, metric], abs=1e-12)
    assert len(results.units) == 2 * ASKED["users"]
    assert set(results.units["user"]) <= {f"u{code}" for code in range(160)}
    assert set(results.units["conversion"]) <= {-1.0, 0.0, 1.0}
    assert "click_through" not in results.units  # a ratio belongs to a group


def test_who_is_helped_is_told_by_segment(results):
    table = results.individual
    np.testing.assert_allclose(table[["helped", "unchanged", "harmed"]].sum(axis=1), 1)
    everybody = table[table["by"] == EVERYBODY]
    assert (everybody["units"] == ASKED["users"]).all()
    country = table[(table["by"] == "country") & (table["metric"] == "conversion") & (table["variant"] == "ease")]
    assert country["units"].sum() == ASKED["users"]
    rows = results.units[results.units["variant"] == "ease"]
    for _, row in country.iterrows():
        mine = rows.loc[rows["segment_country"] == row["segment"], "conversion"]
        assert row["helped"] == pytest.approx((mine > 0).mean())
        assert row["harmed"] == pytest.approx((mine < 0).mean())
        assert row["mean"] == pytest.approx(mine.mean())
    assert (table.loc[table["by"] != EVERYBODY, "units"] >= 50).all()
    true = results.segments.set_index(["by", "segment", "metric", "variant"])["true_absolute"]
    for _, row in country.iterrows():
        assert true["country", row["segment"], "conversion", "ease"] == pytest.approx(row["mean"])


def test_the_spread_of_individual_effects_keeps_the_unchanged_apart(results):
    for metric in individual_metrics(results.plan):
        spread = distribution(results.units, metric, "ease")
        assert spread["share"].sum() == pytest.approx(1)
        still = spread[(spread["low"] < 0) & (spread["high"] > 0)]
        assert len(still) == 1
        assert len(spread) % 2 == 1
    by = distribution(results.units, individual_metrics(results.plan)[0], "random", "country")
    assert by.groupby("segment")["share"].sum().tolist() == pytest.approx([1, 1])


def test_each_world_has_a_fit_parameters_and_a_truth_of_its_own(results):
    worlds = results.worlds
    assert (len(worlds), worlds.users, worlds.log_users) == (2, 240, 160)
    assert len(worlds.truths) == 2 * 4 * 2
    assert all(len(set(each.values)) > 1 for each in worlds.parameters)
    uplifts = [each.absolute for each in worlds.truths if (each.metric, each.variant) == ("click_through", "ease")]
    assert len(set(uplifts)) == 2
    table = worlds.table()
    assert list(table["world"].unique()) == [1, 2]
    assert {each.name for each in worlds.parameters} < set(table)
    told = worlds.conclusion("click_through", "ease")
    assert told.better == sum(each > 0 for each in uplifts)


def test_the_same_seed_gives_the_same_bits(shop):
    asked = ASKED | {"users": 60, "days": 2, "retrain_every": 1, "worlds": 1}
    one, other = (simulate(shop, control="popularity", treatments=["random"], **asked) for _ in range(2))
    assert one.worlds == other.worlds
    assert one.units.equals(other.units)
    assert one.interference.equals(other.interference)


def test_all_of_it_comes_back_from_json_but_the_units(results):
    data = json.loads(results.to_json())
    restored = results_from(data)
    assert restored.to_json() == results.to_json()
    assert restored.worlds == results.worlds
    assert restored.interference.equals(results.interference)
    assert restored.units is None
    assert "units" not in data
    bare = results_from({name: part for name, part in data.items() if name not in ("worlds", "individual")})
    assert bare.worlds is None
    assert bare.individual.empty
