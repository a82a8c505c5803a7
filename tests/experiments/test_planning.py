"""Plans are held against simulated experiments of just that size, read by the functions that will read them."""

import numpy as np
import pytest
import tea_tasting as tt

from engine.errors import ExperimentError
from experiments.boundaries import lan_demets
from experiments.cuped import cuped
from experiments.design import sample_size
from experiments.effects import effects
from experiments.group_sequential import inflation, monitor
from experiments.metrics import Metric
from experiments.moments import moments
from experiments.noninferiority import non_inferiority
from experiments.planning import (
    Allowances,
    always_valid_inflation,
    measured,
    non_inferiority_power,
    non_inferiority_size,
    planned_effect,
    planned_power,
    planned_size,
)

X = Metric(name="x", kind="mean", numerator="x")
RATIO = Metric(name="ratio", kind="ratio", numerator="x", denominator="y")
REPLICATIONS = 1500


def near_power(rate, power=0.8):
    return abs(rate - power) < 4 * np.sqrt(power * (1 - power) / REPLICATIONS)


def test_without_allowances_it_is_the_plain_size():
    given = {"baseline": 0.2, "mde": 0.05}
    plain = planned_size("proportion", **given)
    assert plain.units == sample_size("proportion", **given).units
    assert plain.units[0] == pytest.approx(1030.219, abs=5e-4)


def test_each_allowance_counts():
    given = {"baseline": 10.0, "mde": 0.5, "variance": 40.0}
    plain = planned_size("mean", **given).units[0]
    everything = Allowances(explained=0.36, design_effect=1.5, inflation=1.1)
    assert planned_size("mean", **given, allowances=everything).units[0] == pytest.approx(plain * 0.64 * 1.5 * 1.1)
    three = planned_size("mean", **given, allowances=Allowances(comparisons=3))
    assert three.units == planned_size("mean", **given, alpha=0.05 / 3).units
    assert three.alpha == pytest.approx(0.05 / 3)


@pytest.mark.parametrize("kind", ["mean", "proportion", "ratio", "count"])
def test_size_power_and_effect_agree(kind):
    allowances = Allowances(explained=0.2, design_effect=2.0, comparisons=2)
    spread = {} if kind == "proportion" else {"variance": 3.0}
    size = planned_size(kind, baseline=0.3, mde=0.04, split=(2, 1), allowances=allowances, **spread)
    units = {"units_control": size.units[0], "units_treatment": size.units[1], "allowances": allowances}
    np.testing.assert_allclose(planned_power(kind, baseline=0.3, uplift=0.04, **units, **spread), 0.8, rtol=1e-6)
    np.testing.assert_allclose(planned_effect(kind, baseline=0.3, **units, **spread), 0.04, rtol=1e-6)


def test_a_plan_with_a_covariate_measured_before_keeps_its_power():
    rng = np.random.default_rng(1)

    def units(shape, uplift=0.0):
        x = rng.normal(0, 1, shape)
        return np.stack([5 + x + rng.normal(0, 0.7, shape) + uplift, x], axis=-1)

    past = measured(moments(units(5000), np.zeros(5000, int), 1, quantities=["x", "before"]), X, ["before"])
    np.testing.assert_allclose(past.explained, 1 / 1.49, atol=0.03)
    size = planned_size(
        "mean",
        baseline=float(past.baseline),
        mde=0.3,
        variance=float(past.variance),
        allowances=Allowances(explained=float(past.explained)),
    )
    n = round(size.units[0])
    variant = np.repeat([0, 1], n)
    values = np.concatenate([units((REPLICATIONS, n)), units((REPLICATIONS, n), 0.3)], axis=1)
    table = moments(values, variant, 2, quantities=["x", "before"])
    found = cuped(table, [X], {"x": ["before"]}).effects
    assert near_power((found.p_value < 0.05).mean())


def test_a_plan_with_looks_keeps_its_power():
    rng = np.random.default_rng(2)
    bounds = lan_demets([0.5, 0.75, 1.0], spending="pocock")
    size = planned_size("mean", baseline=5.0, mde=0.4, variance=1.0, allowances=Allowances(inflation=inflation(bounds)))
    n = 2 * round(size.units[0])
    variant = np.arange(n) % 2
    values = rng.normal(5 + 0.4 * variant, 1, (REPLICATIONS, n))[..., None]
    seen = np.arange(n) < np.rint(bounds.fractions[:, None] * n)
    found = monitor(effects(moments(values, np.where(seen, variant, -1), 2, quantities=["x"]), [X]), bounds)
    assert near_power((found.stopped >= 0).mean())


def test_a_ratio_is_measured_as_tea_tasting_does():
    data = tt.make_users_data(rng=1, n_users=2000, covariates=True)
    frame = data.to_pandas()
    names = ["x", "y", "a", "b"]
    values = frame[["orders", "sessions", "orders_covariate", "sessions_covariate"]].to_numpy(float)
    past = measured(moments(values, np.zeros(len(values), int), 1, quantities=names), RATIO)
    known = tt.RatioOfMeans("orders", "sessions", rel_effect_size=0.1, power=0.8).solve_power(data, "n_obs")[0].n_obs
    mine = planned_size(
        "ratio", baseline=float(past.baseline), mde=0.1 * float(past.baseline), variance=float(past.variance)
    )
    assert mine.total == pytest.approx(known, rel=0.01)


def test_variants_and_leading_axes_are_measured_at_once():
    rng = np.random.default_rng(3)
    values = rng.normal(5, 2, (4, 300, 2))
    past = measured(moments(values, np.arange(300) % 3, 3, quantities=["x", "before"]), X, ["before"])
    np.testing.assert_allclose(past.baseline, values[..., 0].mean(axis=1))
    np.testing.assert_allclose(past.variance, values[..., 0].var(axis=1, ddof=1))
    correlation = [np.corrcoef(part.T)[0, 1] ** 2 for part in values]
    np.testing.assert_allclose(past.explained, correlation, atol=1e-12)


def test_a_guardrail_plan_keeps_its_power():
    rng = np.random.default_rng(4)
    guardrail = Metric(name="x", kind="mean", numerator="x", role="guardrail", margin=0.05)
    size = non_inferiority_size(baseline=10, margin=0.05, variance=9.0, gain=-0.01)
    n = round(size.units[0])
    variant = np.repeat([0, 1], n)
    values = rng.normal(np.where(variant == 0, 10, 9.9), 3, (REPLICATIONS, 2 * n))[..., None]
    found = non_inferiority(effects(moments(values, variant, 2, quantities=["x"]), [guardrail]), [guardrail])
    assert near_power(found.non_inferior.mean())
    power = non_inferiority_power(
        baseline=10, margin=0.05, variance=9.0, gain=-0.01, units_control=size.units[0], units_treatment=size.units[1]
    )
    np.testing.assert_allclose(power, 0.8, rtol=1e-9)


def test_unequal_arms_cost_units():
    given = {"baseline": 10, "margin": 0.02, "variance": 9.0}
    assert non_inferiority_size(**given, split=(3, 1)).total > non_inferiority_size(**given).total


def test_always_valid_costs_more_than_a_few_looks():
    assert 1.2 < inflation(lan_demets(np.arange(1, 15) / 14, spending="pocock")) < always_valid_inflation() < 2.2


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Allowances(explained=1.0), "expected 0 to below 1"),
        (lambda: Allowances(comparisons=0), "0 comparisons"),
        (lambda: non_inferiority_size(baseline=0, margin=0.1, variance=1), "a baseline other than 0"),
        (lambda: non_inferiority_size(baseline=1, margin=0.1, variance=1, gain=-0.1), "a gain above -0.1"),
        (lambda: non_inferiority_size(baseline=1, margin=0.1, variance=1, split=(1,)), "a control and a treatment"),
    ],
)
def test_what_cannot_be_is_said(call, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        call()
