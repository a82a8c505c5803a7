"""Tea-tasting, statsmodels and scipy beside our plans and boundaries, on random parameters."""

import numpy as np
import pandas as pd
import pytest
import tea_tasting as tt
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from statsmodels.stats.power import TTestIndPower, normal_power_het, normal_sample_size_one_tail, zt_ind_solve_power

from experiments.boundaries import classical, first_crossing, lan_demets
from experiments.comparison import Comparison
from experiments.cuped import cuped
from experiments.design import detection_power, minimum_effect, sample_size
from experiments.effects import effects
from experiments.metrics import Metric
from experiments.moments import moments
from experiments.monitoring import Monitoring
from experiments.msprt import msprt

few = settings(max_examples=20)
alphas = st.floats(0.001, 0.2)
powers = st.floats(0.5, 0.99)
ratios = st.floats(0.2, 5)
Y = Metric(name="y", kind="mean", numerator="y")


def near(found, expected, tolerance=1e-6, **options):
    np.testing.assert_allclose(found, expected, rtol=tolerance, **options)


@few
@given(d=st.floats(0.05, 1), alpha=alphas, power=powers, ratio=ratios, spread=st.floats(1e-6, 1e6))
def test_the_t_test_of_statsmodels(d, alpha, power, ratio, spread):
    comparison = Comparison(
        kind="mean", baseline=3 * spread, variance=spread**2, split=(1, ratio), alpha=alpha, power=power
    )
    size = sample_size(comparison, mde=d * spread)
    units = size.units[0]
    assume(min(size.units) > 2)
    reached = TTestIndPower().power(d, units, alpha, ratio=ratio)
    if np.isfinite(reached):  # it loses itself in the far tail
        near(reached, power)
    near(minimum_effect(comparison, units=size.total) / spread, d)


@few
@given(d=st.floats(0.01, 0.04), alpha=alphas, power=powers, ratio=st.floats(0.5, 2))
def test_the_z_test_of_statsmodels_with_many_units(d, alpha, power, ratio):
    comparison = Comparison(kind="count", baseline=1.0, variance=1.0, split=(1, ratio), alpha=alpha, power=power)
    expected = zt_ind_solve_power(d, alpha=alpha, power=power, ratio=ratio)
    near(sample_size(comparison, mde=d).units[0], expected, 6 / expected)  # the t-test needs a few more


@few
@given(base=st.floats(0.02, 0.9), part=st.floats(0.02, 0.5), alpha=alphas, power=powers, ratio=ratios)
def test_shares_are_the_normal_power_of_statsmodels(base, part, alpha, power, ratio):
    other = base + part * (1 - base)
    comparison = Comparison(kind="proportion", baseline=base, split=(1, ratio), alpha=alpha, power=power)
    size = sample_size(comparison, mde=other - base)
    assume(min(size.units) > 2)
    null = np.sqrt(base * (1 - base) * (1 + 1 / ratio))
    alternative = np.sqrt(base * (1 - base) + other * (1 - other) / ratio)
    spreads = {"std_null": null, "std_alternative": alternative}
    expected = normal_sample_size_one_tail(other - base, power, alpha / 2, **spreads)
    near(size.units[0], expected)
    found = detection_power(comparison, mde=other - base, units=2 * size.total)
    near(found, normal_power_het(other - base, 2 * expected, alpha / 2, alternative="larger", **spreads))


@settings(max_examples=6)
@given(seed=st.integers(0, 10_000), ratio=st.sampled_from([0.5, 1, 3]), lift=st.floats(0.02, 0.3))
def test_means_are_planned_as_tea_tasting_plans_them(seed, ratio, lift):
    rng = np.random.default_rng(seed)
    y = rng.lognormal(0, 0.8, 500)
    given_ = {"ratio": ratio, "equal_var": True, "rel_effect_size": lift, "power": 0.8}
    past = pd.DataFrame({"y": y})
    comparison = Comparison(kind="mean", baseline=y.mean(), variance=y.var(ddof=1), split=(1, ratio))
    try:
        known = tt.Mean("y", **given_).solve_power(past, "n_obs")[0]
    except ValueError:  # its solver starts where scipy's non-central t has no value
        reject()
    near(np.ceil(sample_size(comparison, mde=lift * y.mean()).total), known.n_obs)
    found = detection_power(comparison, mde=lift * y.mean(), units=500)
    near(found, tt.Mean("y", **given_ | {"n_obs": 500}).solve_power(past, "power")[0].power)
    least = tt.Mean("y", ratio=ratio, equal_var=True, power=0.8, n_obs=500).solve_power(past, "rel_effect_size")[0]
    near(minimum_effect(comparison, units=500), least.effect_size)


def test_covariates_save_what_tea_tasting_says():
    rng = np.random.default_rng(5)
    x = rng.lognormal(0, 0.8, 3000)
    y = x + rng.exponential(1, 3000)
    table = moments(np.stack([y, x], axis=1), np.arange(3000) % 2, 2, quantities=["y", "x"])
    explained = cuped(table, [Y], {"y": ["x"]}).explained.item()
    comparison = Comparison(kind="mean", baseline=y.mean(), variance=y.var(ddof=1), explained=explained)
    expected = tt.Mean("y", "x", rel_effect_size=0.03, power=0.8).solve_power(pd.DataFrame({"y": y, "x": x}), "n_obs")
    near(sample_size(comparison, mde=0.03 * y.mean()).total, expected[0].n_obs, 5e-4)


def inside(z, fractions, drift):
    """Return the chance to stay within all boundaries, by scipy's multivariate normal."""
    root = np.sqrt(fractions)
    between = np.minimum.outer(root, root) / np.maximum.outer(root, root)
    walk = stats.multivariate_normal(drift * root, between, maxpts=500_000, abseps=1e-9, releps=1e-9)
    return float(walk.cdf(z, lower_limit=-z, rng=np.random.default_rng(1)))


@settings(max_examples=10)
@given(
    steps=st.lists(st.floats(0.1, 1), min_size=2, max_size=3),
    alpha=st.floats(0.01, 0.2),
    spending=st.sampled_from(["obrien-fleming", "pocock"]),
    drift=st.floats(0, 4),
)
def test_boundaries_hold_in_the_multivariate_normal(steps, alpha, spending, drift):
    fractions = np.cumsum(steps) / np.sum(steps)
    found = lan_demets(fractions, alpha=alpha, spending=spending)
    near(1 - inside(found.z, fractions, 0.0), alpha, 2e-5)
    stopped = first_crossing(found.z, fractions, drift=[drift, -drift]).sum()
    near(1 - inside(found.z, fractions, drift), stopped, 2e-5)


@pytest.mark.parametrize("shape", ["obrien-fleming", "pocock"])
@pytest.mark.parametrize("looks", [2, 3, 4])
def test_classical_boundaries_hold_in_the_multivariate_normal(looks, shape):
    found = classical(looks, alpha=0.03, shape=shape)
    near(1 - inside(found.z, found.fractions, 0.0), 0.03, 2e-5)


@settings(max_examples=8)
@given(looks=st.integers(2, 3), spending=st.sampled_from(["obrien-fleming", "pocock"]), alpha=st.floats(0.01, 0.1))
def test_sequential_sizes_have_their_power_in_the_multivariate_normal(looks, spending, alpha):
    monitoring = Monitoring(stopping="group-sequential", looks=looks, spending=spending)
    comparison = Comparison(kind="mean", baseline=1, variance=1, alpha=alpha, monitoring=monitoring)
    total = sample_size(comparison, mde=0.02).total
    found = lan_demets(np.arange(1, looks + 1) / looks, alpha=alpha, spending=spending)
    near(1 - inside(found.z, found.fractions, 0.02 * np.sqrt(total / 4)), comparison.power, 5e-4)


@few
@given(seed=st.integers(0, 10_000), deviation=st.floats(0.01, 3))
def test_the_mixture_ratio_is_its_integral(seed, deviation):
    rng = np.random.default_rng(seed)
    variant = np.arange(200) % 2
    table = moments(rng.gamma(2, 1, (200, 1)) + 0.3 * variant[:, None], variant, 2, quantities=["y"])
    fixed = effects(table, [Y])
    gap, error = fixed.absolute.item(), fixed.standard_error.item()

    def likelihood(truth):
        return np.exp((gap**2 - (gap - truth) ** 2) / (2 * error**2)) * stats.norm.pdf(truth, 0, deviation)

    points = [gap - 5 * error, gap, gap + 5 * error, 0.0]
    mixed = integrate.quad(likelihood, -30, 30, points=points, epsabs=0, epsrel=1e-10, limit=500)[0]
    near(msprt(fixed, deviation=deviation).ratio.item(), mixed)
