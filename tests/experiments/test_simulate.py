"""A simulated experiment: repeatable, true to its definition of truth, and complete."""

import json

import numpy as np
import pytest

from engine import store
from engine.errors import ExperimentError, LabError
from engine.loading import load
from experiments.arms import Arm
from experiments.metrics import SIMULATED
from experiments.simulate import simulate, task

SMALL = {"users": 400, "days": 5, "retrain_every": 3, "interference": False, "fidelity": None}


@pytest.fixture(scope="module")
def results(shop):
    return simulate(shop, control="random", treatments=["oracle", "popularity"], seed=3, **SMALL)


def without_clock(results):
    found = results.to_dict()
    del found["meta"]["computed"]
    return found


def test_the_same_seed_gives_the_same_numbers(shop, results):
    again = simulate(shop, control="random", treatments=["oracle", "popularity"], seed=3, **SMALL)
    assert without_clock(again) == without_clock(results)
    other = simulate(shop, control="random", treatments=["oracle", "popularity"], seed=4, **SMALL)
    assert without_clock(other)["effects"] != without_clock(results)["effects"]


def test_the_truth_of_a_policy_against_itself_is_zero(shop):
    results = simulate(shop, control="popularity", treatments=["popularity"], **SMALL)
    assert (results.truth["absolute"] == 0).all()
    assert results.plan.variants == ("popularity", "popularity_2")
    assert results.effects["absolute"].abs().max() > 0


def test_who_knows_the_truth_cannot_be_beaten(results):
    truth = results.truth.set_index(["metric", "variant"])["absolute"]
    for metric in ("click_through", "conversion", "revenue_per_user"):
        assert truth[metric, "oracle"] > 0
        assert truth[metric, "oracle"] > truth[metric, "popularity"]


def test_the_experiment_finds_the_truth_within_its_interval(results):
    # Eight 95% intervals, whose truth is another draw from the same units: at most two may miss.
    assert results.truth["inside"].sum() >= 6


def test_parts_agree_with_the_whole(results):
    last = results.cumulative[results.cumulative["day"] == SMALL["days"]].reset_index(drop=True)
    whole = results.effects
    for name in ("metric", "variant", "absolute", "relative", "p_value", "n_control"):
        np.testing.assert_array_equal(last[name], whole[name])
    np.testing.assert_allclose(last["true_absolute"], results.truth["absolute"])
    country = results.segments[results.segments["by"] == "country"]
    assert set(country["segment"]) == {"DE", "FR"}
    sums = country.groupby(["metric", "variant"], sort=False)[["n_control", "n_treatment"]].sum()
    np.testing.assert_array_equal(sums.to_numpy(), whole[["n_control", "n_treatment"]].to_numpy())


def test_small_segments_are_not_shown_and_no_member_of_the_family(results):
    hidden = results.segments[results.segments["suppressed"]]
    shown = results.segments[~results.segments["suppressed"]]
    assert len(hidden)
    assert len(shown)
    assert hidden[["absolute", "p_value", "p_value_adjusted", "relative_low"]].isna().all(axis=None)
    assert hidden["explanation"].str.startswith("Not shown: fewer than 50 units").all()
    assert (shown["p_value_adjusted"] >= shown["p_value"]).all()


def test_the_always_valid_interval_holds_the_single_look(results):
    table = results.cumulative.dropna(subset=["absolute_low"])
    mean = table[table["metric"] != "conversion"]
    assert (mean["absolute_low"] < mean["fixed_absolute_low"]).all()
    assert (mean["absolute_high"] > mean["fixed_absolute_high"]).all()


def test_everything_a_reader_expects_is_in_the_json(results):
    found = json.loads(results.to_json())
    assert found["simulated"] is True
    assert 0 <= found["health"]["srm"]["p_value"] <= 1
    assert {
        "metric", "variant", "control_value", "treatment_value", "absolute", "absolute_low", "absolute_high",
        "relative", "relative_low", "relative_high", "p_value",
    } <= found["effects"][0].keys()  # fmt: skip
    assert {"metric", "variant", "absolute", "relative"} <= found["truth"][0].keys()
    assert {"status", "reason"} <= found["verdict"].keys()
    assert {(row["metric"], row["variant"]) for row in found["effects"]} == {
        (metric.name, variant) for metric in SIMULATED for variant in ("oracle", "popularity")
    }
    assert "NaN" not in results.to_json()
    assert found["meta"]["seed"] == 3
    assert found["plan"]["hash"] == results.plan.hash


def test_the_primary_metric_can_be_chosen(shop):
    results = simulate(shop, control="random", treatments=["oracle"], primary="click_through", **SMALL)
    assert results.plan.primary.name == "click_through"
    assert results.effects["metric"][0] == "click_through"
    assert "Click-through rate went from" in results.verdict.reason


def test_a_variant_without_units_has_no_figures_and_says_so(shop):
    results = simulate(shop, control="random", treatments=["oracle"], split=(1, 0), **SMALL)
    assert results.effects["p_value"].isna().all()
    assert results.effects["explanation"].str.startswith("Not enough data").all()
    assert results.verdict.status == "inconclusive"
    assert (results.truth.set_index("metric")["absolute"]["conversion"]) > 0
    assert json.loads(results.to_json())["effects"][0]["p_value"] is None


def test_progress_counts_every_simulated_day(shop):
    told = []
    simulate(
        shop, control="random", treatments=["random", "popularity"], report=lambda *what: told.append(what), **SMALL
    )
    counted = [(done, total) for _, done, total in told if total]
    # One experiment and two different policies, for the treatment 'random' is the control's twin.
    assert counted == [(day, 3 * SMALL["days"]) for day in range(3 * SMALL["days"])]
    stages = [stage for stage, _, _ in told]
    assert stages[0] == "Fitting the simulated users"
    assert any(stage.startswith("Truth, everybody under popularity") for stage in stages)


def test_the_job_runner_gets_the_same_from_plain_data(shop, results):
    request = {
        "dataset": store.put(shop),
        "control": {"model": "random", "params": {}},
        "treatments": [{"model": "oracle", "params": {}}, {"model": "popularity"}],
        "seed": 3,
        **SMALL,
    }
    found = task(json.loads(json.dumps(request)), lambda *_: None)
    assert without_clock(found)["effects"] == without_clock(results)["effects"]


def test_movielens(ml_100k):
    results = simulate(
        load(ml_100k).dataset, control="random", treatments=["popularity"], users=500, days=2, fidelity=None
    )
    truth = results.truth.set_index("metric")["absolute"]
    assert truth["click_through"] > 0
    assert {"gender", "occupation", "lifecycle"} <= set(results.segments["by"])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"treatments": ["svdd"]}, "Policy 'svdd' was not found.*Did you mean 'svd'"),
        ({"treatments": [Arm("svd", {"n_factor": 3})]}, "n_factor"),
        ({"treatments": []}, "at least one treatment"),
        ({"primary": "clicks"}, "Metric 'clicks' was not found"),
        ({"split": (1, 1, 1)}, "3 weights, but there are 2 variants"),
        ({"users": 1}, "at least 2"),
        ({"days": 0}, "at least 1"),
        ({"retrain_every": 0}, "expected 1 day or more"),
        ({"slate_size": 0}, "expected 1 or more"),
        ({"seed": -1}, "Seed -1 was given; expected a whole number from 0"),
        ({"worlds": -1}, "-1 plausible worlds were given; expected 0 to 200"),
        ({"treatments": ["svd+mmrr:0.3"]}, "mmr"),
        ({"users": 3_000_000}, "3,000,000 users for 14 days were given; users times days may be up to"),
    ],
)
def test_what_cannot_be_simulated_is_said(shop, changes, sentence):
    with pytest.raises(LabError, match=sentence):
        simulate(shop, **({"control": "popularity", "treatments": ["random"]} | changes))


def test_errors_of_the_plan_are_the_readers(shop):
    with pytest.raises(ExperimentError):
        simulate(shop, control="popularity", treatments=["random"], alpha=2)


def test_what_users_did_in_the_log_adjusts_the_metrics(shop):
    found = simulate(
        shop, control="random", treatments=["oracle"], users=300, days=3, covariates=["purchases before"],
        fidelity=None, stopping="group-sequential", looks=3, spending="pocock", primary="purchases_per_user",
    )  # fmt: skip
    assert found.effects["covariate_adjusted"].all()
    assert found.effects["unadjusted_absolute"].notna().all()
    assert found.plan.primary.covariates == ("purchases before",)
    assert found.check("pre_period_imbalance").sentence
    with pytest.raises(ExperimentError, match="Did you mean 'purchases before'"):
        simulate(shop, control="random", treatments=["oracle"], covariates=["purchases befor"])


def test_behaviours_can_be_switched_off_everywhere_at_once(shop):
    asked = {"control": "popularity", "treatments": ["random"], "users": 100, "days": 2, "interference": False}
    held = []
    found = simulate(
        shop,
        **asked,
        worlds=2,
        without=("boredom", "leaving"),
        fidelity=lambda _data, _tell, params: held.append(params),
    )
    assert found.meta.settings["without"] == ["leaving", "boredom"]
    assert held[0].switched_off == ("leaving", "boredom")
    assert "Switched off in all simulated users: leaving and boredom." in found.notes
    drawn = {each.name for each in found.worlds.parameters}
    assert "novelty_strength" in drawn
    assert not drawn & {"boredom_strength", "leaving_strength"}
    whole = simulate(shop, **asked, fidelity=None)
    assert "without" not in whole.meta.settings
    assert (whole.truth["treatment_value"] != found.truth["treatment_value"]).any()
    with pytest.raises(LabError, match=r"Behaviour 'boredem' was not found.*Did you mean 'boredom'"):
        simulate(shop, **asked, without=["boredem"])
