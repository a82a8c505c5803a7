"""Each stopping rule reads its own interval and p-value, on each day and at the end."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.analysis import analyse
from experiments.bayesian import Prior, beliefs
from experiments.effects import effects
from experiments.log import Log
from experiments.looks import as_read, information, look_daily, look_days
from experiments.metrics import Metric
from experiments.msprt import msprt
from experiments.multiplicity import adjust
from experiments.plan import Plan
from experiments.sequential import always_valid_p_value

METRICS = (
    Metric(name="bought", kind="proportion", numerator="bought", role="primary"),
    Metric(name="spend", kind="mean", numerator="spend"),
)
PLAN = Plan(hypothesis="", variants=("old", "new"), metrics=METRICS, split=(1, 1), days=6)


def log(uplift=0.0, days=6, units=3000, seed=0):
    """Units that enter evenly over the days, each with all it does on its first."""
    rng = np.random.default_rng(seed)
    variant = rng.integers(0, 2, units)
    entered = np.arange(units) * days // units
    values = np.zeros((days, units, 2))
    values[entered, np.arange(units), 0] = rng.random(units) < 0.2 + uplift * variant
    spend = rng.gamma(2, 5, units)
    values[entered, np.arange(units), 1] = spend * (1 + uplift * variant)
    before = {"earlier": spend + rng.normal(0, 2, units)}
    return Log(("bought", "spend"), values, variant, ("old", "new"), entered=entered, covariates=before)


def by_day(**changes):
    return effects(log(**changes).by_day(), METRICS)


def under(stopping):
    return replace(PLAN, stopping=stopping)


def test_the_always_valid_p_value_is_the_mixture_tests():
    found = by_day(uplift=0.02)
    rho_squared = (-2 * np.log(0.05) + np.log(1 - 2 * np.log(0.05))) / 3000
    spread = found.standard_error * np.sqrt(found.n_control + found.n_treatment)
    expected = msprt(found, deviation=np.sqrt(rho_squared) * spread).p_value
    np.testing.assert_allclose(always_valid_p_value(found), expected, rtol=1e-12)


@pytest.mark.parametrize("uplift", [0.0, 0.04, 0.1])
def test_the_always_valid_p_value_agrees_with_its_interval(uplift):
    looks = look_daily(by_day(uplift=uplift), under("always-valid"))
    excludes = (looks.intervals.absolute_low > 0) | (looks.intervals.absolute_high < 0)
    np.testing.assert_array_equal(looks.p_value < 0.05, excludes)


def test_one_group_sequential_look_at_the_end_is_the_fixed_horizon():
    found = by_day(days=1, uplift=0.03)
    plan = replace(under("group-sequential"), days=1)
    read = as_read(found[0], look_daily(found, plan), plan, days_run=1)
    np.testing.assert_allclose(read.p_value, found[0].p_value, rtol=1e-9)
    np.testing.assert_allclose(read.absolute_low[1], found[0].absolute_low[1], rtol=1e-9)


def test_what_a_group_sequential_look_has_ruled_out_stays_ruled_out():
    looks = look_daily(by_day(uplift=0.15), under("group-sequential"))
    low = looks.intervals.absolute_low
    assert (np.diff(np.where(np.isfinite(low), low, -9), axis=0) >= 0).all()
    first = int(np.argmax(low[:, 0, 0] > 0))
    assert 0 < first < 5
    assert (np.diff(looks.p_value[:, 0, 0]) <= 0).all()
    np.testing.assert_array_equal(looks.p_value[:, 0, 0] < 0.05, low[:, 0, 0] > 0)


def test_between_two_looks_nothing_new_is_read():
    plan = replace(under("group-sequential"), looks=2, spending="pocock")
    np.testing.assert_array_equal(look_days(plan, 6), [2, 5])
    np.testing.assert_array_equal(look_days(plan, 5), [2])
    np.testing.assert_array_equal(look_days(plan, 8), [2, 5, 7])
    looks = look_daily(by_day(uplift=0.15), plan)
    assert np.isneginf(looks.intervals.absolute_low[:2]).all()
    assert np.isnan(looks.p_value[:2]).all()
    np.testing.assert_array_equal(looks.p_value[2], looks.p_value[4])
    np.testing.assert_array_equal(looks.intervals.relative_high[3], looks.intervals.relative_high[2])
    nothing_yet = analyse(log(uplift=0.15, days=2), replace(plan, days=6)).verdict
    assert nothing_yet.status == "keep_running"
    assert "no look is due yet" in nothing_yet.reason


def test_a_late_turn_does_not_take_back_what_was_ruled_out():
    early = log(uplift=0.3)
    turned = early.values.copy()
    turned[3:] = log(uplift=-0.3).values[3:]
    looks = look_daily(effects(replace(early, values=turned).by_day(), METRICS), under("group-sequential"))
    low = looks.intervals.absolute_low[:, 0, 0]
    assert low[2] > 0
    assert low[-1] == low[2]


def test_information_runs_no_faster_than_the_days_or_the_units():
    early = replace(log(), entered=np.minimum(log().entered, 2))
    np.testing.assert_allclose(information(effects(early.by_day(), METRICS), PLAN), np.arange(1, 7) / 6)
    late = log()
    few_first = replace(late, entered=np.where(np.arange(late.n_units) < 100, 0, np.maximum(late.entered, 1)))
    found = information(effects(few_first.by_day(), METRICS), PLAN)
    assert found[0] == pytest.approx(100 / 3000)
    assert (np.diff(found) > 0).all()


def test_information_goes_by_units_where_they_come_and_by_days_where_they_are_all_there():
    np.testing.assert_allclose(information(by_day(), PLAN), np.arange(1, 7) / 6)
    np.testing.assert_allclose(information(by_day(), replace(PLAN, days=12)), np.arange(1, 7) / 12)
    everybody = replace(log(), entered=None)
    np.testing.assert_allclose(information(effects(everybody.by_day(), METRICS), PLAN), np.arange(1, 7) / 6)


def test_bayesian_plans_read_credible_intervals():
    found = by_day(uplift=0.03)
    read = as_read(found[-1], look_daily(found, under("bayesian")), under("bayesian"), days_run=6)
    np.testing.assert_allclose(read.absolute_high, beliefs(found[-1], METRICS).absolute_high)
    np.testing.assert_array_equal(read.p_value, found[-1].p_value)


@pytest.mark.parametrize("stopping", ["fixed", "always-valid", "group-sequential", "bayesian"])
def test_the_verdict_follows_what_is_read(stopping):
    assert analyse(log(uplift=0.15), under(stopping)).verdict.status == "ship"
    assert analyse(log(), under(stopping)).verdict.status == "inconclusive"


def test_covariates_adjust_and_the_unadjusted_stands_beside():
    plain = analyse(log(), PLAN).effects.iloc[1]
    adjusted = (METRICS[0], replace(METRICS[1], covariates=("earlier",)))
    found = analyse(log(), replace(PLAN, metrics=adjusted)).effects.iloc[1]
    assert found["covariate_adjusted"]
    assert found["standard_error"] < 0.5 * plain["standard_error"]
    assert found["unadjusted_absolute"] == plain["absolute"]
    assert found["unadjusted_p_value"] == plain["p_value"]


def test_all_metrics_are_one_family():
    found = analyse(log(), PLAN).effects
    np.testing.assert_allclose(found["p_value_adjusted"], adjust(found["p_value"], "holm"))
    assert (found["p_value_adjusted"] > found["p_value"]).any()


def test_a_fixed_plan_is_read_through_the_always_valid_interval_before_its_end():
    early = analyse(log(uplift=0.02, seed=3), replace(PLAN, days=20)).effects
    at_the_end = analyse(log(uplift=0.02, seed=3), PLAN).effects
    assert (early["absolute_low"] < at_the_end["absolute_low"]).all()
    assert (early["p_value"] > at_the_end["p_value"]).all()


def test_a_bayesian_plan_reads_its_prior():
    sceptic = replace(under("bayesian"), prior=Prior(rate=(2000, 8000), relative_deviation=0.001))
    wide, narrow = analyse(log(uplift=0.15), under("bayesian")), analyse(log(uplift=0.15), sceptic)
    once = beliefs(effects(log(uplift=0.15).overall(), METRICS), METRICS, prior=sceptic.prior)
    np.testing.assert_allclose(narrow.effects["chance_to_win"], once.chance_to_win.ravel())
    np.testing.assert_allclose(narrow.effects["absolute"], once.absolute.ravel())
    shrunk = narrow.effects["absolute"] / wide.effects["absolute"]
    assert ((shrunk > 0) & (shrunk < 0.9)).all()
    for found in (wide.effects, narrow.effects, narrow.cumulative):
        assert found["absolute"].between(found["absolute_low"], found["absolute_high"]).all()
        assert found["relative"].between(found["relative_low"], found["relative_high"]).all()
    assert (narrow.effects["chance_to_win"] < wide.effects["chance_to_win"]).all()
    assert "chance to win" in wide.verdict.reason
    assert "p = " not in wide.verdict.reason
