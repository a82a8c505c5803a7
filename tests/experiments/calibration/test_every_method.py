"""Every kind of metric by every way of looking, in thousands of re-randomisations of the same units.

Seeds are fixed. A rate over R replications has a Monte-Carlo standard error of sqrt(p (1 - p) / R): 0.4
percentage points at 5% of 3,000. Rates that should be equal to their target may be 4 of them away, rates that
should not exceed it 3 of them above.
"""

import numpy as np
import pandas as pd
import pytest

from experiments.boundaries import peeking_error
from experiments.calibration import calibrate, population
from experiments.plan import Plan
from tests.experiments.calibration.units import EVERY_KIND, METRICS, QUANTILES, around, at_most, drawn, log_of, meta_of

REPLICATIONS, UNITS, LOOKS = 3000, 3000, 7
ROOMY = ("always-valid",)
GROUPED = ("obrien-fleming", "pocock")


def studied(units, metrics, *, seed, replications=REPLICATIONS):
    """Return the rates of a study with a true uplift of 4%, by metric and way of looking."""
    plan = Plan(hypothesis="", variants=("control", "treatment"), metrics=metrics, split=(1, 1), days=LOOKS)
    study = calibrate(units, plan, meta_of(units, seed), uplift=0.04, replications=replications)
    return study.rates.set_index(["metric", "method"])


@pytest.fixture(scope="module")
def found():
    values, before = drawn(np.random.default_rng(1), UNITS)
    return studied(population(log_of(values, before), EVERY_KIND, looks=LOOKS), EVERY_KIND, seed=2)


@pytest.fixture(scope="module")
def quantiles():
    """Quantiles of 20 draws of units: the rates of one draw depend on how densely it lies around the quantile.

    Their standard error is that of the mean over draws, and the first of five looks has 200 units an arm.
    """
    rates = []
    for seed in range(20):
        values, _ = drawn(np.random.default_rng([3, seed]), 2000)
        units = population(log_of(values), QUANTILES, looks=5)
        rates.append(studied(units, QUANTILES, seed=seed, replications=100))
    return pd.concat(rates).groupby(["metric", "method"])[["false_positive_rate", "coverage", "coverage_none"]]


@pytest.mark.parametrize("metric", [metric.name for metric in EVERY_KIND])
class TestEveryMetric:
    def test_one_look_finds_a_difference_in_one_of_twenty_a_a_tests(self, found, metric):
        row = found.loc[metric, "fixed"]
        assert around(row["false_positive_rate"], 0.05, row["replications"])
        assert around(row["coverage_none"], 0.95, row["replications"])

    def test_one_look_holds_a_true_uplift_nineteen_times_in_twenty(self, found, metric):
        row = found.loc[metric, "fixed"]
        assert around(row["coverage"], 0.95, row["replications"])

    @pytest.mark.parametrize("method", GROUPED)
    def test_planned_looks_find_no_more_than_one_in_twenty_over_all_of_them(self, found, metric, method):
        row = found.loc[metric, method]
        assert at_most(row["false_positive_rate"], 0.05, row["replications"])
        assert at_most(1 - row["coverage"], 0.05, row["replications"])
        assert at_most(1 - row["coverage_none"], 0.05, row["replications"])

    @pytest.mark.parametrize("method", ROOMY)
    def test_looking_at_will_never_finds_more_than_one_in_twenty(self, found, metric, method):
        row = found.loc[metric, method]
        assert row["false_positive_rate"] <= 0.05
        assert row["coverage"] >= 0.95
        assert row["coverage_none"] >= 0.95

    @pytest.mark.parametrize("method", ["peeking", "bayesian"])
    def test_peeking_misleads_as_often_as_theory_says(self, found, metric, method):
        row = found.loc[metric, method]
        # Early looks rest on few units, whose t and binomial tails are not quite normal.
        assert abs(row["false_positive_rate"] - peeking_error(LOOKS)) < 0.035


def test_credible_intervals_under_flat_priors_hold_the_truth_at_one_look():
    values, before = drawn(np.random.default_rng(4), UNITS)
    units = population(log_of(values, before), EVERY_KIND, looks=1)
    rates = studied(units, EVERY_KIND, seed=5).xs("bayesian", level="method")
    assert around(rates["coverage"], 0.95, REPLICATIONS).all()
    assert around(rates["coverage_none"], 0.95, REPLICATIONS).all()


def test_every_method_holds_where_shops_are_randomised_rather_than_customers():
    values, _ = drawn(np.random.default_rng(6), 4 * UNITS)
    shop = np.random.default_rng(7).integers(0, UNITS, len(values))
    values[:, 0] += np.random.default_rng(8).normal(0, 3, UNITS)[shop]
    units = population(log_of(values, clusters=shop), METRICS, looks=LOOKS)
    rates = studied(units, METRICS, seed=9)
    fixed = rates.xs("fixed", level="method")
    assert around(fixed["false_positive_rate"], 0.05, REPLICATIONS).all()
    assert around(fixed["coverage"], 0.95, REPLICATIONS).all()
    for method in GROUPED:
        rows = rates.xs(method, level="method")
        assert at_most(rows["false_positive_rate"], 0.05, REPLICATIONS).all()
        assert at_most(1 - rows["coverage"], 0.05, REPLICATIONS).all()
    at_will = rates.xs("always-valid", level="method")
    assert (at_will["false_positive_rate"] <= 0.05).all()
    assert (at_will["coverage"] >= 0.95).all()


@pytest.mark.parametrize("metric", [metric.name for metric in QUANTILES])
class TestQuantiles:
    def test_one_look_finds_a_difference_in_one_of_twenty_a_a_tests(self, quantiles, metric):
        mean, error = quantiles.mean().loc[metric, "fixed"], quantiles.sem().loc[metric, "fixed"]
        assert (np.abs(mean - [0.05, 0.95, 0.95]) < 4 * error).all()

    @pytest.mark.parametrize("method", GROUPED)
    def test_planned_looks_find_no_more_than_one_in_twenty_over_all_of_them(self, quantiles, metric, method):
        mean, error = quantiles.mean().loc[metric, method], quantiles.sem().loc[metric, method]
        assert mean["false_positive_rate"] <= 0.05 + 3 * error["false_positive_rate"]
        assert mean["coverage"] >= 0.95 - 3 * error["coverage"]

    def test_looking_at_will_never_finds_more_than_one_in_twenty(self, quantiles, metric):
        row = quantiles.mean().loc[metric, "always-valid"]
        assert row["false_positive_rate"] <= 0.05
        assert row["coverage"] >= 0.95


def test_a_known_uplift_is_found_as_often_as_its_standard_error_says(found):
    """Covariates find more, and a capped mean more than one with its outliers."""
    power = found.xs("fixed", level="method")["power"]
    assert power["normal_adjusted"] > power["normal"] + 0.01
    assert power["click_through_adjusted"] > power["click_through"] + 0.02
    assert power["revenue_capped"] > power["revenue"]


def test_early_stopping_exaggerates_and_saves_units(found):
    rows = found.loc["orders"]
    assert rows.loc["fixed", "type_m"] < rows.loc["obrien-fleming", "type_m"] < rows.loc["peeking", "type_m"]
    assert rows.loc["pocock", "stopping_share"] < rows.loc["obrien-fleming", "stopping_share"] < 1
    assert rows.loc["fixed", "type_s"] < rows.loc["peeking", "type_s"]
