"""Units, MDE and power of one comparison: known answers, and what a simulation finds."""

from dataclasses import replace

import numpy as np
import pytest
import tea_tasting as tt
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import NormalIndPower, TTestIndPower

from engine.errors import ExperimentError
from experiments.bayesian import Prior, beliefs
from experiments.clusters import cluster, per_unit
from experiments.comparison import Comparison, kish
from experiments.cuped import cuped
from experiments.design import detection_power, minimum_effect, sample_size, stopping_share
from experiments.effects import concatenate, effects
from experiments.group_sequential import monitor
from experiments.measured import measured
from experiments.metrics import Metric
from experiments.moments import moments
from experiments.monitoring import Monitoring, planned_boundaries
from experiments.multiplicity import adjust
from experiments.quantiles import quantile_effects
from experiments.sequential import always_valid_p_value

X = Metric(name="x", kind="mean", numerator="x")
REPLICATIONS = 1500
RATE = Comparison(kind="proportion", baseline=0.2)
MEAN = Comparison(kind="mean", baseline=10.0, variance=40.0)


def near_power(rate, power=0.8):
    return abs(rate - power) < 4 * np.sqrt(power * (1 - power) / REPLICATIONS)


@pytest.mark.parametrize(("baseline", "mde", "units"), [(0.20, 0.05, 1030.219), (0.05, 0.01, 7663.000)])
def test_evan_millers_formula(baseline, mde, units):
    size = sample_size(Comparison(kind="proportion", baseline=baseline), mde=mde)
    assert size.units[0] == pytest.approx(units, abs=5e-4)
    assert size.total == pytest.approx(2 * size.units[0])
    assert size.relative_mde == pytest.approx(mde / baseline)


def test_a_fall_below_a_low_share_needs_fewer_units():
    assert sample_size(RATE, mde=-0.05).units[0] < sample_size(RATE, mde=0.05).units[0]


@pytest.mark.parametrize(("d", "tolerance"), [(0.5, 1e-7), (0.1, 1e-6), (0.5 / 3910**0.5, 1e-7)])
def test_the_t_test_of_statsmodels(d, tolerance):
    expected = TTestIndPower().solve_power(d, power=0.8, alpha=0.05)
    size = sample_size(Comparison(kind="mean", baseline=1.0, variance=1.0), mde=d)
    assert size.units[0] == pytest.approx(expected, rel=tolerance)


def test_a_strict_level_and_a_large_effect_have_a_power():
    strict = replace(MEAN, alpha=0.001, power=0.96875)
    size = sample_size(strict, mde=40**0.5)
    n = size.units[0]
    upper = stats.nct.sf(stats.t.isf(0.0005, 2 * n - 2), 2 * n - 2, np.sqrt(n / 2))  # the lower tail holds nothing
    assert upper == pytest.approx(0.96875, rel=1e-9)
    powers = detection_power(MEAN, mde=np.arange(1, 40) * 40**0.5 / 2, units=100)
    assert (np.diff(powers) >= 0).all()
    assert powers[-1] == pytest.approx(1)


def test_the_published_t_test():
    assert sample_size(Comparison(kind="mean", baseline=1, variance=1), mde=0.5).units[0] == pytest.approx(
        63.7656, abs=5e-5
    )


def test_an_unequal_split_needs_more_units_and_meets_the_same_power():
    even = sample_size(MEAN, mde=1)
    uneven = sample_size(replace(MEAN, split=(9, 1)), mde=1)
    assert uneven.total > 2.5 * even.total
    assert uneven.units[0] == pytest.approx(9 * uneven.units[1])
    found = TTestIndPower().power(1 / 40**0.5, uneven.units[0], 0.05, ratio=1 / 9)
    assert found == pytest.approx(0.8, abs=1e-6)


def test_the_smallest_of_several_treatments_sets_the_total():
    size = sample_size(replace(RATE, split=(1, 1, 2)), mde=0.05)
    assert size.units[0] == pytest.approx(1030.219, abs=5e-4)
    assert size.units[2] == pytest.approx(2 * 1030.219, abs=1e-3)


def test_each_allowance_counts():
    plain = sample_size(MEAN, mde=0.5).units[0]
    less = replace(MEAN, explained=0.36, design_effect=1.5)
    assert sample_size(less, mde=0.5).units[0] == pytest.approx(plain * 0.64 * 1.5)
    three = sample_size(replace(MEAN, comparisons=3), mde=0.5)
    assert three.units == sample_size(replace(MEAN, alpha=0.05 / 3), mde=0.5).units
    assert three.alpha == pytest.approx(0.05 / 3)


LOOKING = [
    Monitoring(),
    Monitoring(stopping="group-sequential", looks=4),
    Monitoring(stopping="group-sequential", looks=3, spending="pocock"),
    Monitoring(stopping="always-valid", looks=10),
    Monitoring(stopping="bayesian", looks=7),
]


@pytest.mark.parametrize("monitoring", LOOKING)
@pytest.mark.parametrize("kind", ["mean", "proportion", "ratio", "count", "quantile"])
def test_size_power_and_effect_agree(kind, monitoring):
    comparison = Comparison(
        kind=kind,
        baseline=0.3,
        variance=None if kind == "proportion" else 3.0,
        split=(2, 1),
        explained=0.2,
        design_effect=2.0,
        comparisons=2,
        monitoring=monitoring,
        prior=Prior(rate=(5, 20), relative_deviation=0.5),
    )
    size = sample_size(comparison, mde=0.04)
    np.testing.assert_allclose(detection_power(comparison, mde=0.04, units=size.total), 0.8, rtol=1e-7)
    np.testing.assert_allclose(minimum_effect(comparison, units=size.total), 0.04, rtol=1e-6)


@given(
    base=st.floats(0.02, 0.9),
    part=st.floats(0.05, 0.9),
    share=st.floats(0.1, 0.9),
    power=st.floats(0.5, 0.99),
)
def test_a_size_has_the_power_it_was_asked_for(base, part, share, power):
    comparison = Comparison(kind="proportion", baseline=base, split=(share, 1 - share), power=power)
    mde = part * (1 - base)
    size = sample_size(comparison, mde=mde)
    if size.total > 2.1:  # two units are the least there are
        np.testing.assert_allclose(detection_power(comparison, mde=mde, units=size.total), power, rtol=1e-6)


def test_the_minimum_effect_falls_with_the_units_in_one_call():
    units = np.array([100, 1000, 10_000, 100_000])
    comparison = Comparison(kind="proportion", baseline=[0.05, 0.05, 0.05, 0.04])
    assert (np.diff(minimum_effect(comparison, units=units)) < 0).all()
    assert np.isnan(minimum_effect(Comparison(kind="proportion", baseline=0.9), units=10))
    falls = minimum_effect(RATE, units=2000, downward=True)
    assert falls < minimum_effect(RATE, units=2000)


def test_a_normal_test_with_many_units_is_that_of_statsmodels():
    found = detection_power(replace(MEAN, alpha=0.01), mde=0.2, units=40_000)
    assert found == pytest.approx(NormalIndPower().power(0.2 / 40**0.5, 20_000, 0.01), abs=1e-4)


def test_a_flat_prior_needs_as_many_as_the_normal_test_and_a_sceptical_one_more():
    bayes = replace(MEAN, monitoring=Monitoring(stopping="bayesian", looks=14))
    flat = sample_size(bayes, mde=0.5)
    assert flat.units[0] == pytest.approx(NormalIndPower().solve_power(0.5 / 40**0.5, power=0.8, alpha=0.05), rel=1e-4)
    assert sample_size(replace(bayes, prior=Prior(relative_deviation=0.05)), mde=0.5).total > 1.05 * flat.total
    assert sample_size(replace(bayes, comparisons=5), mde=0.5).total == flat.total
    assert flat.expected_share < 0.6


def test_an_adjusted_proportion_is_believed_as_a_mean():
    bayes = Comparison(kind="proportion", baseline=0.2, explained=0.5, monitoring=Monitoring(stopping="bayesian"))
    mean = Comparison(kind="mean", baseline=0.2, variance=0.16, explained=0.5, monitoring=bayes.monitoring)
    assert sample_size(bayes, mde=0.05).total == pytest.approx(sample_size(mean, mde=0.05).total)
    sceptical = Prior(relative_deviation=0.1)
    assert sample_size(replace(bayes, prior=sceptical), mde=0.05).total > sample_size(bayes, mde=0.05).total


def assigned(n):
    return np.repeat([0, 1], n)


def test_a_t_test_has_the_planned_power():
    rng = np.random.default_rng(0)
    size = sample_size(Comparison(kind="mean", baseline=5, variance=1), mde=0.5)
    n = round(size.units[0])
    values = rng.normal(5 + 0.5 * assigned(n), 1, (REPLICATIONS, 2 * n))[..., None]
    found = effects(moments(values, assigned(n), 2, quantities=["x"]), [X])
    assert near_power((found.p_value < 0.05).mean())


def test_one_of_several_proportions_has_the_planned_power():
    rng = np.random.default_rng(1)
    metric = Metric(name="x", kind="proportion", numerator="x")
    size = sample_size(Comparison(kind="proportion", baseline=0.2, split=(2, 1, 1), comparisons=2), mde=0.1)
    counts = np.rint(size.units).astype(int)
    variant = np.repeat([0, 1, 2], counts)
    rate = np.array([0.2, 0.3, 0.2])[variant]
    values = (rng.random((REPLICATIONS, len(variant))) < rate).astype(float)[..., None]
    found = effects(moments(values, variant, 3, quantities=["x"]), [metric])
    corrected = np.array([adjust(each, "bonferroni") for each in found.p_value[:, 0]])
    assert near_power((corrected[:, 0] < 0.05).mean())


def test_a_covariate_measured_before_keeps_the_power():
    rng = np.random.default_rng(1)

    def units(shape, uplift=0.0):
        x = rng.normal(0, 1, shape)
        return np.stack([5 + x + rng.normal(0, 0.7, shape) + uplift, x], axis=-1)

    past = measured(moments(units(5000), np.zeros(5000, int), 1, quantities=["x", "before"]), X, ["before"])
    np.testing.assert_allclose(past.explained, 1 / 1.49, atol=0.03)
    comparison = Comparison(
        kind="mean", baseline=past.baseline, variance=past.variance, explained=float(past.explained)
    )
    n = round(sample_size(comparison, mde=0.3).units[0])
    values = np.concatenate([units((REPLICATIONS, n)), units((REPLICATIONS, n), 0.3)], axis=1)
    found = cuped(moments(values, assigned(n), 2, quantities=["x", "before"]), [X], {"x": ["before"]}).effects
    assert near_power((found.p_value < 0.05).mean())


def test_clusters_randomised_whole_keep_the_power():
    rng = np.random.default_rng(6)
    size, shared = 5, 0.2
    comparison = Comparison(kind="mean", baseline=5.0, variance=1.0, design_effect=kish(size, shared))
    groups = 2 * round(sample_size(comparison, mde=0.3).units[0] / size)
    of_group = np.arange(groups * size) // size
    variant = of_group % 2
    found = []
    for _ in range(600):
        common = np.sqrt(shared) * rng.normal(size=groups)
        values = 5 + 0.3 * variant + common[of_group] + np.sqrt(1 - shared) * rng.normal(size=groups * size)
        table = cluster(values[:, None], variant, of_group, quantities=["x"]).moments(2)
        found.append(effects(table, per_unit([X])).p_value[0, 0] < 0.05)
    assert abs(np.mean(found) - 0.8) < 4 * np.sqrt(0.16 / 600)


@pytest.mark.parametrize("monitoring", LOOKING[1:4])
def test_looks_keep_the_power_and_stop_as_early_as_expected(monitoring):
    rng = np.random.default_rng(2)
    comparison = Comparison(kind="mean", baseline=5.0, variance=1.0, monitoring=monitoring)
    size = sample_size(comparison, mde=0.4)
    n = 2 * round(size.units[0])
    variant = np.arange(n) % 2
    values = rng.normal(5 + 0.4 * variant, 1, (REPLICATIONS, n))[..., None]
    bounds = planned_boundaries(monitoring, 0.05, 0.05)
    seen = np.arange(n) < np.rint(bounds.fractions[:, None] * n)
    # One look after the other: all of them at once would fill a GB.
    found = [effects(moments(values, np.where(each, variant, -1), 2, quantities=["x"]), [X]) for each in seen]
    if monitoring.stopping == "always-valid":
        crossed = np.stack([always_valid_p_value(each, tuning_n=n) < 0.05 for each in found])
    else:
        crossed = np.stack([each.p_value for each in found]) <= bounds.nominal_alpha[:, None, None, None]
    crossed = crossed[..., 0, 0]
    assert near_power(crossed.any(axis=0).mean())
    share = np.where(crossed.any(axis=0), bounds.fractions[crossed.argmax(axis=0)], 1.0)
    assert abs(share.mean() - size.expected_share) < 0.03
    assert stopping_share(comparison, uplift=False) > size.expected_share


def test_monitoring_reads_the_planned_boundaries():
    rng = np.random.default_rng(5)
    bounds = planned_boundaries(Monitoring(stopping="group-sequential", looks=3, spending="pocock"), 0.05, 0.05)
    variant = np.arange(300) % 2
    values = rng.normal(variant * 0.3, 1, (200, 300))[..., None]
    seen = np.arange(300) < np.rint(bounds.fractions[:, None] * 300)
    table = [moments(values, np.where(each, variant, -1), 2, quantities=["x"]) for each in seen]
    each = [effects(part, [X]) for part in table]
    stopped = np.stack([part.p_value <= level for part, level in zip(each, bounds.nominal_alpha, strict=True)])
    together = concatenate([part[None] for part in each])
    np.testing.assert_array_equal(monitor(together, bounds).crossed, stopped)


def test_a_quantile_has_the_planned_power():
    rng = np.random.default_rng(3)
    # The 90th percentile of an exponential is ln 10, its density there 0.1.
    comparison = Comparison(kind="quantile", baseline=np.log(10), variance=0.9 * 0.1 / 0.1**2)
    size = sample_size(comparison, mde=0.6)
    n = round(size.units[0])
    found = []
    for _ in range(400):
        values = rng.exponential(1, 2 * n) + 0.6 * assigned(n)
        found.append(quantile_effects(values[:, None], assigned(n), 2, names=["x"], levels=[0.9]).p_value[0, 0] < 0.05)
    # The density is estimated by the test, which costs it a little of the power it was planned with.
    assert 0.72 < np.mean(found) < 0.86


def test_a_bayesian_reading_has_the_planned_power():
    rng = np.random.default_rng(4)
    metric = Metric(name="x", kind="proportion", numerator="x")
    prior = Prior(rate=(20, 80))
    comparison = Comparison(kind="proportion", baseline=0.2, monitoring=Monitoring(stopping="bayesian"), prior=prior)
    n = round(sample_size(comparison, mde=0.1).units[0])
    values = (rng.random((600, 2 * n)) < 0.2 + 0.1 * assigned(n)).astype(float)[..., None]
    found = beliefs(effects(moments(values, assigned(n), 2, quantities=["x"]), [metric]), [metric], prior=prior)
    assert abs((found.chance_to_win > 0.975).mean() - 0.8) < 0.07


def test_a_ratio_is_measured_as_tea_tasting_does():
    data = tt.make_users_data(rng=1, n_users=2000, covariates=True)
    frame = data.to_pandas()
    names = ["x", "y", "a", "b"]
    values = frame[["orders", "sessions", "orders_covariate", "sessions_covariate"]].to_numpy(float)
    ratio = Metric(name="ratio", kind="ratio", numerator="x", denominator="y")
    past = measured(moments(values, np.zeros(len(values), int), 1, quantities=names), ratio)
    known = tt.RatioOfMeans("orders", "sessions", rel_effect_size=0.1, power=0.8).solve_power(data, "n_obs")[0].n_obs
    mine = sample_size(
        Comparison(kind="ratio", baseline=past.baseline, variance=past.variance), mde=0.1 * float(past.baseline)
    )
    assert mine.total == pytest.approx(known, rel=0.01)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: sample_size(RATE, mde=5), "Is the MDE meant to be relative"),
        (lambda: sample_size(RATE, mde=0), "MDE of 0 needs endless units"),
        (lambda: sample_size(MEAN, mde=1e-9), "more than 1e\\+12 units"),
        (lambda: detection_power(MEAN, mde=1, units=0), "0 units were given"),
        (lambda: minimum_effect(MEAN, units=-1), "-1 units were given"),
    ],
)
def test_what_cannot_be_is_said(call, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        call()
