"""Two results side by side: shared metrics paired, differences with intervals where they are independent."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from experiments.comparing import compare
from experiments.effects import effects
from experiments.metrics import Metric
from experiments.moments import moments
from experiments.restoring import results_from
from experiments.simulate import simulate


@pytest.fixture(scope="module")
def first(shop):
    return simulate(shop, control="popularity", treatments=["random"], users=300, days=2, seed=1)


@pytest.fixture(scope="module")
def second(shop):
    return simulate(
        shop, control="popularity", treatments=["random"], users=400, days=3, seed=2, primary="click_through"
    )


def test_a_result_beside_itself_differs_in_nothing(first):
    found = compare(first, first)
    assert (found.planned, found.run, found.first_only, found.second_only) == ((), (), (), ())
    assert (found.uplifts[["absolute_difference", "relative_difference"]].abs().max() == 0).all()
    assert not found.independent
    assert "seed 1" in found.dependence
    assert found.uplifts["absolute_difference_low"].isna().all()
    assert set(found.uplifts["outcome"]) == {"missing"}


def test_shared_metrics_stand_side_by_side_the_firsts_primary_first(first, second):
    found = compare(first, second)
    table = found.uplifts
    assert list(table["metric"]) == ["conversion", "click_through", "revenue_per_user", "sessions"]
    for name in ("absolute", "relative_low", "p_value_adjusted"):
        for side, results in (("first", first), ("second", second)):
            by_metric = results.effects.set_index("metric")[name]
            np.testing.assert_array_equal(table[f"{side}_{name}"], by_metric[table["metric"]])
    np.testing.assert_allclose(table["absolute_difference"], table["second_absolute"] - table["first_absolute"])
    assert found.independent
    assert (table["absolute_difference_low"] < table["absolute_difference"]).all()
    assert (table["absolute_difference"] < table["absolute_difference_high"]).all()


def test_what_was_planned_and_run_otherwise_is_told(first, second):
    found = compare(first, second)
    planned = {each.what: (each.first, each.second) for each in found.planned}
    assert planned["Primary metric"] == ("Conversion", "Click-through rate")
    assert planned["Days planned"] == ("2", "3")
    assert planned["Conversion"][0].startswith("primary; share of units with purchased")
    assert "Power" not in planned
    run = {each.what: (each.first, each.second) for each in found.run}
    assert (run["Units"], run["Seed"]) == (("300", "400"), ("1", "2"))


def test_an_interval_of_means_is_that_of_the_four_samples(first, second):
    """Where both intervals are even, as with large samples of means, it is the usual z-interval."""
    rng = np.random.default_rng(4)
    metric = Metric(name="spend", kind="mean", numerator="spend", role="primary")
    sides, errors, estimates = [], [], []
    for results, uplift in ((first, 0.5), (second, 2.0)):
        codes = np.arange(40_000) % 2
        data = rng.normal(10 + uplift * codes, 3)
        found = effects(moments(data[:, None], codes, 2, quantities=("spend",)), (metric,))
        errors.append(float(found.standard_error[0, 0]))
        estimates.append(float(found.absolute[0, 0]))
        names = ("absolute", "absolute_low", "absolute_high")
        one = results.effects.head(1).assign(
            metric="spend", **{name: float(getattr(found, name)[0, 0]) for name in names}
        )
        sides.append(replace(results, plan=replace(results.plan, metrics=(metric,)), effects=one))
    row = compare(*sides).uplifts.iloc[0]
    half = stats.norm.ppf(0.975) * np.hypot(*errors)
    assert row["absolute_difference"] == pytest.approx(estimates[1] - estimates[0])
    assert row["absolute_difference_low"] == pytest.approx(estimates[1] - estimates[0] - half, rel=1e-4)
    assert row["absolute_difference_high"] == pytest.approx(estimates[1] - estimates[0] + half, rel=1e-4)


def test_a_clear_difference_is_named_by_the_metrics_direction(first, second):
    def moved(results, by):
        table = results.effects
        columns = ["relative", "relative_low", "relative_high"]
        return replace(results, effects=table.assign(**{name: table[name] + by for name in columns}))

    found = compare(moved(first, 0.0), moved(second, 50.0))
    assert set(found.uplifts["outcome"]) == {"better"}
    assert "the second's uplift of Conversion is better" in found.sentence
    found = compare(moved(first, 50.0), moved(second, 0.0))
    assert set(found.uplifts["outcome"]) == {"worse"}
    assert "the first's uplift of Conversion is better" in found.sentence
    lower = tuple(replace(metric, direction="lower") for metric in first.plan.metrics)
    sides = [replace(each, plan=replace(each.plan, metrics=lower)) for each in (moved(first, 50.0), second)]
    assert set(compare(*sides).uplifts["outcome"]) == {"better"}


def test_metrics_of_the_same_name_that_measure_something_else_are_not_subtracted(first, second):
    capped = tuple(
        replace(metric, cap=0.99) if metric.name == "revenue_per_user" else metric for metric in second.plan.metrics
    )
    table = compare(first, replace(second, plan=replace(second.plan, metrics=capped))).uplifts.set_index("metric")
    assert not table.loc["revenue_per_user", "comparable"]
    assert np.isnan(table.loc["revenue_per_user", "absolute_difference"])
    assert table.loc["conversion", "comparable"]


def test_different_levels_have_no_common_interval(first, second):
    strict = replace(second, plan=replace(second.plan, alpha=0.01))
    assert compare(first, strict).uplifts["absolute_difference_low"].isna().all()


def test_treatments_are_paired_by_name_and_the_rest_with_each_other(shop, first):
    several = simulate(shop, control="popularity", treatments=["random", "popularity"], users=300, days=2, seed=3)
    pairs = compare(first, several).uplifts[["first_variant", "second_variant"]].drop_duplicates().to_numpy().tolist()
    assert pairs == [["random", "random"]]
    renamed = results_from(
        first.to_dict()
        | {
            "plan": first.to_dict()["plan"] | {"variants": ["popularity", "other"], "titles": []},
            "effects": [row | {"variant": "other"} for row in first.to_dict()["effects"]],
        }
    )
    pairs = compare(renamed, several).uplifts[["first_variant", "second_variant"]].drop_duplicates().to_numpy().tolist()
    assert pairs == [["other", "random"], ["other", "popularity_2"]]


def test_real_experiments_are_independent_unless_they_are_the_same_export(first, second):
    real = replace(first, meta=replace(first.meta, simulated=False))
    assert "same export" in compare(real, real).dependence
    assert compare(real, replace(real, meta=replace(real.meta, fingerprint="f" * 16))).independent
    assert compare(real, first).independent


def test_nothing_shared_is_said(first):
    other = Metric(name="wait", kind="mean", numerator="wait", role="primary")
    effects_alone = first.effects.head(1).assign(metric="wait")
    alone = replace(first, plan=replace(first.plan, metrics=(other,)), effects=effects_alone)
    found = compare(first, alone)
    assert found.uplifts.empty
    assert found.sentence.endswith("they share no metric.")
    assert found.second_only == ("Wait",)
