"""Tea-tasting, statsmodels and scipy beside ours on random data: the same numbers from independent code."""

import numpy as np
import pandas as pd
import pytest
import tea_tasting as tt
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from experiments.cuped import Covariate, cuped
from experiments.effects import effects
from experiments.metrics import Metric
from experiments.moments import moments
from experiments.multiplicity import adjust
from experiments.noninferiority import non_inferiority
from experiments.quantiles import quantile_effects
from experiments.sample_ratio import chi_square_srm
from experiments.unit_tables import frame_moments
from tests.experiments.references import TWO_PROPORTIONS

QUANTITIES = ["revenue", "orders", "bought", "clicks", "views", "revenue_before", "clicks_before", "views_before"]
METRICS = (
    Metric(name="revenue", kind="mean", numerator="revenue"),
    Metric(name="orders", kind="count", numerator="orders"),
    Metric(name="bought", kind="proportion", numerator="bought"),
    Metric(name="click_through", kind="ratio", numerator="clicks", denominator="views"),
)
seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=12)


def log(seed, arms=2, most=1500):
    """Return skewed units of unequal arms, some with a true uplift, at a random scale."""
    rng = np.random.default_rng(seed)
    units = int(rng.integers(20 * arms, most))
    weights = rng.uniform(0.3, 1, arms)
    variant = np.concatenate(
        [np.repeat(np.arange(arms), 5), rng.choice(arms, units - 5 * arms, p=weights / sum(weights))]
    )
    # The first two units of every arm see to it that none has no conversion, or nothing else.
    early = np.arange(units) < 5 * arms
    first, second = (early & (np.arange(units) % 5 == place) for place in (0, 1))
    taste = rng.lognormal(0, rng.uniform(0.2, 1.2), units)
    scale, lift = 10 ** rng.uniform(-4, 6), 1 + rng.uniform(-0.1, 0.3) * variant
    views, earlier = 1 + rng.poisson(5 * taste), 1 + rng.poisson(5 * taste)
    columns = [
        scale * lift * taste * rng.exponential(1, units),
        rng.poisson(lift * taste) + first,
        (rng.random(units) < 0.2 * lift) & ~second | first,
        np.maximum(rng.binomial(views, 0.3), first),
        views,
        scale * taste * rng.exponential(1, units),
        rng.binomial(earlier, 0.3),
        earlier,
    ]
    return pd.DataFrame(dict(zip(QUANTITIES, columns, strict=True)), dtype=float).assign(variant=variant)


def ours(frame, arms):
    return frame_moments(frame, QUANTITIES, variant="variant", variants=list(range(arms)))


def theirs(level=0.95):
    return tt.Experiment(
        revenue=tt.Mean("revenue", confidence_level=level),
        orders=tt.Mean("orders", confidence_level=level),
        bought=tt.Proportion("bought", method="norm", correction=False, confidence_level=level),
        click_through=tt.RatioOfMeans("clicks", "views", confidence_level=level),
    )


def near(found, expected, tolerance=1e-7, **options):
    np.testing.assert_allclose(np.squeeze(found), expected, rtol=tolerance, **options)


@few
@given(seed=seeds, arms=st.integers(2, 4), alpha=st.sampled_from([0.01, 0.05, 0.1]))
def test_every_kind_of_metric_in_several_arms(seed, arms, alpha):
    frame, control = log(seed, arms), seed % arms
    known = theirs(1 - alpha).analyze(frame, control=control, all_variants=True)
    found = effects(ours(frame, arms), METRICS, control=control, alpha=alpha)
    for column, treatment in enumerate(found.treatments):
        for row, metric in enumerate(METRICS):
            expected, place = known[control, treatment][metric.name], (row, column)
            near(found.control_value[place], expected.control)
            near(found.treatment_value[place], expected.treatment)
            near(found.relative[place], expected.rel_effect_size, atol=1e-12)
            near(found.p_value[place], expected.pvalue)
            if metric.kind != "proportion":  # theirs has Wald's interval, ours Newcombe's
                near(found.statistic[place], expected.statistic, atol=1e-10)
                scale = abs(expected.effect_size_ci_upper - expected.effect_size_ci_lower)
                near(found.absolute_low[place], expected.effect_size_ci_lower, atol=1e-9 * scale)
                near(found.absolute_high[place], expected.effect_size_ci_upper, atol=1e-9 * scale)


@few
@given(seed=seeds)
def test_standard_errors_absolute_and_relative(seed):
    """With normal quantiles their intervals are plain multiples of it: of the logarithm for relative ones."""
    frame = log(seed)
    known = {
        "revenue": tt.Mean("revenue", use_t=False),
        "orders": tt.Mean("orders", use_t=False),
        "bought": tt.Proportion("bought", method="norm", correction=False, equal_var=False),
        "click_through": tt.RatioOfMeans("clicks", "views", use_t=False),
    }
    known, found = tt.Experiment(known).analyze(frame), effects(ours(frame, 2), METRICS)
    z = stats.norm.ppf(0.975)
    for row, metric in enumerate(METRICS):
        expected = known[metric.name]
        near(found.standard_error[row], (expected.effect_size_ci_upper - expected.effect_size) / z)
        relative = np.log1p(expected.rel_effect_size_ci_upper) - np.log1p(expected.rel_effect_size)
        near(found.relative_standard_error[row] / (1 + found.relative[row]), relative / z)


@few
@given(seed=seeds)
def test_means_and_ratios_with_covariates(seed):
    frame = log(seed)
    known = {
        "revenue": tt.Mean("revenue", "revenue_before"),
        "orders": tt.Mean("orders", "revenue_before"),
        "bought": tt.Mean("bought", "revenue_before"),
        "click_through": tt.RatioOfMeans("clicks", "views", "clicks_before", "views_before"),
    }
    covariates = {metric.name: [Covariate("revenue_before")] for metric in METRICS[:3]}
    covariates["click_through"] = [Covariate("clicks_before", "views_before")]
    known = tt.Experiment(known).analyze(frame)
    found = cuped(ours(frame, 2), METRICS, covariates).effects
    for row, metric in enumerate(METRICS):
        expected = known[metric.name]
        near(found.control_value[row], expected.control)
        near(found.treatment_value[row], expected.treatment)
        near(found.relative[row], expected.rel_effect_size, atol=1e-12)
        near(found.statistic[row], expected.statistic, atol=1e-9)
        near(found.p_value[row], expected.pvalue, 1e-6)
        scale = abs(expected.effect_size_ci_upper - expected.effect_size_ci_lower)
        near(found.absolute_low[row], expected.effect_size_ci_lower, atol=1e-9 * scale)


@few
@given(seed=seeds)
def test_a_ratio_with_a_covariate_that_is_a_mean(seed):
    frame = log(seed)
    expected = tt.Experiment(x=tt.RatioOfMeans("clicks", "views", "revenue_before")).analyze(frame)["x"]
    found = cuped(ours(frame, 2), METRICS[3:], {"click_through": ["revenue_before"]}).effects
    near(found.absolute, expected.effect_size, atol=1e-12)
    near(found.p_value, expected.pvalue, 1e-6)


@few
@given(seed=seeds)
def test_several_covariates_are_the_regression_of_statsmodels(seed):
    frame = log(seed)
    names = ["revenue_before", "clicks_before", "views_before"]
    x = frame[names].to_numpy()
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    theta = np.linalg.lstsq(np.column_stack([np.ones(len(x)), x]), frame["revenue"], rcond=None)[0][1:]
    left = frame["revenue"] - x @ theta
    apart = [DescrStatsW(left[frame["variant"] == variant]) for variant in (1, 0)]
    t, p, freedom = CompareMeans(*apart).ttest_ind(usevar="unequal")
    found = cuped(ours(frame, 2), METRICS[:1], {"revenue": names}).effects
    near(found.statistic, t, 1e-6, atol=1e-9)
    near(found.p_value, p, 1e-6)
    near(found.degrees_of_freedom, freedom, 1e-6)


@few
@given(seed=seeds, ratio=st.floats(0.2, 5))
def test_the_sample_ratio(seed, ratio):
    frame = log(seed)
    expected = tt.Experiment(n=tt.SampleRatio(ratio, method="norm", correction=False)).analyze(frame)["n"]
    _, p = chi_square_srm([expected.control, expected.treatment], [1, ratio])
    if np.isfinite(p):  # too few are expected otherwise
        near(p, expected.pvalue, 1e-6)


@few
@given(seed=seeds, weights=st.lists(st.floats(0.5, 3), min_size=2, max_size=6))
def test_the_sample_ratio_of_several_arms_is_that_of_scipy(seed, weights):
    counts = np.random.default_rng(seed).multinomial(4000, np.array(weights) / sum(weights))
    statistic, p = chi_square_srm(counts, weights)
    expected = stats.chisquare(counts, 4000 * np.array(weights) / sum(weights))
    near(statistic, expected.statistic)
    near(p, expected.pvalue, 1e-6)


@few
@given(seed=seeds, arms=st.integers(2, 4))
def test_corrections_over_all_metrics_and_arms(seed, arms):
    frame = log(seed, arms)
    known = theirs().analyze(frame, control=0, all_variants=True)
    found = effects(ours(frame, arms), METRICS).p_value
    for method, corrected in (
        ("bh", tt.adjust_fdr(known)),
        ("holm", tt.adjust_fwer(known, arbitrary_dependence=True, method="bonferroni")),
    ):
        expected = [[corrected[0, arm][metric.name]["pvalue_adj"] for arm in range(1, arms)] for metric in METRICS]
        near(adjust(found, method), np.squeeze(np.minimum(expected, 1)))
    bonferroni = multipletests(found.ravel(), method="bonferroni")[1].reshape(found.shape)
    near(adjust(found, "bonferroni"), np.squeeze(bonferroni))


@pytest.mark.parametrize(("seed", "level"), [(1, 0.5), (2, 0.9)])
def test_quantiles_come_near_their_bootstrap(seed, level):
    frame = log(seed, most=1600)
    frame = pd.concat([log(seed + part, most=1600) for part in range(3)])[["variant", "orders", "revenue"]]
    frame["revenue"] = stats.rankdata(frame["revenue"]) ** 1.5
    expected = tt.Experiment(x=tt.Quantile("revenue", level, n_resamples=2000, rng=3)).analyze(frame)["x"]
    found = quantile_effects(frame[["revenue"]].to_numpy(), frame["variant"].to_numpy(), 2, names=["x"], levels=[level])
    near(found.control_value, expected.control)
    near(found.treatment_value, expected.treatment)
    width = expected.effect_size_ci_upper - expected.effect_size_ci_lower
    near(found.absolute_high - found.absolute_low, width, 0.2)


@few
@given(seed=seeds, margin=st.floats(0.01, 0.3), better=st.sampled_from(["higher", "lower"]))
def test_non_inferiority_is_the_shifted_test_of_statsmodels(seed, margin, better):
    """A ratio of means by the delta method is a difference of means of each unit's share in it."""
    frame = log(seed)
    guardrail = Metric(
        name="orders", kind="mean", numerator="orders", role="guardrail", margin=margin, direction=better
    )
    a, b = (frame.loc[frame["variant"] == variant, "orders"].to_numpy() for variant in (0, 1))
    lift = CompareMeans(DescrStatsW(b / a.mean() - 1), DescrStatsW(b.mean() / a.mean() ** 2 * (a - a.mean())))
    sign = 1 if better == "higher" else -1
    side = "larger" if better == "higher" else "smaller"
    t, _, _ = lift.ttest_ind(alternative=side, usevar="unequal", value=-sign * margin)
    plain = effects(ours(frame, 2), [guardrail])
    found = non_inferiority(plain, [guardrail])
    near(found.statistic, sign * t, 1e-6, atol=1e-9)
    near(found.p_value, stats.t.sf(sign * t, plain.degrees_of_freedom.item()), 1e-6)


@few
@given(seed=seeds, cut=st.floats(0, 1))
def test_aggregates_that_were_added_up_are_theirs(seed, cut):
    frame = log(seed)
    edge = int(cut * len(frame))
    read = {"has_count": True, "mean_cols": QUANTITIES, "var_cols": QUANTITIES, "cov_cols": [("clicks", "views")]}
    known = tt.aggr.read_aggregates(frame, "variant", **read)
    values, variant = frame[QUANTITIES].to_numpy(), frame["variant"].to_numpy()
    whole = moments(values[:edge], variant[:edge], 2, quantities=QUANTITIES) + moments(
        values[edge:], variant[edge:], 2, quantities=QUANTITIES
    )
    clicks, views = whole.index("clicks"), whole.index("views")
    for variant, expected in known.items():
        assert whole.n[variant] == expected.count()
        near(whole.mean[variant], [expected.mean(name) for name in QUANTITIES])
        near(np.diag(whole.covariance[variant]), [expected.var(name) for name in QUANTITIES])
        near(whole.covariance[variant, clicks, views], expected.cov("clicks", "views"), atol=1e-12)


def test_the_published_wald_interval_and_chi_square():
    found = effects(TWO_PROPORTIONS, [Metric(name="converted", kind="proportion", numerator="converted")])
    reach = stats.norm.ppf(0.975) * found.standard_error.item()
    near(found.absolute.item() + np.array([-reach, reach]), [0.0015040591, 0.0184959409])
    near(chi_square_srm([1000, 1200], [0.5, 0.5])[0], 18.18181818)
