"""Every metric of a plan is estimated its own way, and all stand side by side in the plan's order."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.errors import ExperimentError
from experiments.capping import cap
from experiments.clusters import cluster, per_unit
from experiments.cuped import Covariate, cuped
from experiments.effects import effects
from experiments.estimating import estimate, linearised
from experiments.log import Log
from experiments.metrics import Metric
from experiments.moments import moments
from experiments.plan import Plan
from experiments.quantiles import quantile_effects

UNITS, DAYS = 1200, 4
METRICS = (
    Metric(name="latency", kind="quantile", numerator="latency", quantile=0.9, direction="lower"),
    Metric(name="bought", kind="proportion", numerator="orders", role="primary"),
    Metric(name="spend", kind="mean", numerator="spend", cap=0.95),
    Metric(name="orders", kind="count", numerator="orders", covariates=("orders",)),
    Metric(name="basket", kind="ratio", numerator="spend", denominator="orders", covariates=("spend/orders",)),
)
PLAN = Plan(hypothesis="", variants=("old", "new"), metrics=METRICS, split=(1, 1), days=DAYS)


@pytest.fixture(scope="module")
def log():
    rng = np.random.default_rng(3)
    taste = rng.gamma(2, 0.4, UNITS)
    orders = rng.poisson(taste, (DAYS, UNITS)).astype(float)
    values = np.stack([orders, orders * rng.gamma(2, 10, (DAYS, UNITS)), rng.gamma(3, 50, (DAYS, UNITS))], axis=-1)
    before = rng.poisson(3 * taste).astype(float)
    return Log(
        quantities=("orders", "spend", "latency"),
        values=values,
        variant=np.arange(UNITS) // 4 % 2,
        variants=("old", "new"),
        segments=pd.DataFrame({"half": pd.Categorical(np.where(np.arange(UNITS) < 600, "first", "second"))}),
        indicators={"any orders": "orders"},
        covariates={"orders": before + 1, "spend": 20 * before},
    )


def test_each_is_what_its_own_way_gives(log):
    found = estimate(log, PLAN).overall
    assert found.metrics == ("latency", "bought", "spend", "orders", "basket")
    total = log.values.sum(axis=0)
    ranked = quantile_effects(total[:, [2]], log.variant, 2, names=["latency"], levels=[0.9])
    np.testing.assert_array_equal(found.p_value[0], ranked.p_value[0])
    bought = moments((total[:, [0]] > 0).astype(float), log.variant, 2, quantities=("bought",))
    share = effects(bought, [Metric(name="bought", kind="proportion", numerator="bought")])
    np.testing.assert_allclose(found.absolute_low[1], share.absolute_low[0], rtol=1e-12)
    capped = cap(total[:, [1]], upper=0.95)
    assert capped.n_high[0] > 0
    mean = effects(
        moments(capped.values, log.variant, 2, quantities=("spend",)),
        [Metric(name="spend", kind="mean", numerator="spend")],
    )
    np.testing.assert_allclose(found.standard_error[2], mean.standard_error[0], rtol=1e-9)
    every = np.column_stack([total, log.covariates["orders"], log.covariates["spend"]])
    beside = moments(every, log.variant, 2, quantities=("orders", "spend", "latency", "orders before", "spend before"))
    adjusted = cuped(
        beside,
        METRICS[3:],
        {"orders": ["orders before"], "basket": [Covariate("spend before", "orders before")]},
    ).effects
    np.testing.assert_allclose(found.absolute[3:], adjusted.absolute, rtol=1e-9)
    np.testing.assert_allclose(found.standard_error[3:], adjusted.standard_error, rtol=1e-9)


def test_the_unadjusted_differ_only_where_there_are_covariates(log):
    found = estimate(log, PLAN)
    np.testing.assert_array_equal(found.overall.p_value[:3], found.unadjusted.p_value[:3])
    assert (found.overall.standard_error[3:] < found.unadjusted.standard_error[3:]).all()


def test_the_last_day_and_all_segments_together_are_the_whole(log):
    found = estimate(log, PLAN)
    np.testing.assert_allclose(found.by_day.absolute[-1], found.overall.absolute, rtol=1e-9)
    np.testing.assert_allclose(found.by_day.p_value[-1], found.overall.p_value, rtol=1e-7)
    assert found.by_segment.absolute.shape == (2, 5, 1)
    np.testing.assert_allclose(found.by_segment.n_control.sum(axis=0), found.overall.n_control)
    half = log.values.sum(axis=0)[:600]
    first = quantile_effects(half[:, [2]], log.variant[:600], 2, names=["latency"], levels=[0.9])
    np.testing.assert_allclose(found.by_segment.absolute[0, 0], first.absolute[0])


def test_units_count_from_the_day_they_entered(log):
    entered = np.arange(UNITS) % DAYS
    seen = np.arange(DAYS)[:, None] >= entered
    late = replace(log, values=log.values * seen[..., None], entered=entered)
    found = estimate(late, PLAN).by_day
    np.testing.assert_array_equal(found.n_control[:, 0, 0], [150, 300, 450, 600])
    np.testing.assert_array_equal(found.n_control[:, 2, 0], [150, 300, 450, 600])


def test_clustered_metrics_have_cluster_robust_errors(log):
    shops = np.arange(UNITS) // 4
    clustered = replace(log, clusters=shops)
    found = estimate(clustered, PLAN)
    total = log.values.sum(axis=0)
    bought = cluster((total[:, [0]] > 0).astype(float), log.variant, shops, quantities=("bought",))
    share = Metric(name="bought", kind="proportion", numerator="bought")
    expected = effects(bought.moments(2), per_unit([share]))
    np.testing.assert_allclose(found.overall.standard_error[1], expected.standard_error[0], rtol=1e-9)
    np.testing.assert_array_equal(found.overall.n_control, np.full((5, 1), 150))
    assert found.by_segment.absolute.shape == (2, 5, 1)
    np.testing.assert_allclose(found.by_day.absolute[-1], found.overall.absolute, rtol=1e-9)


def test_units_that_are_all_alike_in_a_cluster_widen_a_quantile(log):
    shops = np.arange(UNITS) // 4
    alike = log.values.copy()
    alike[..., 2] = alike[:, ::4, 2].repeat(4, axis=1)
    plain = estimate(replace(log, values=alike), PLAN).overall.standard_error[0, 0]
    robust = estimate(replace(log, values=alike, clusters=shops), PLAN).overall.standard_error[0, 0]
    assert robust / plain == pytest.approx(2.0, abs=0.25)


def test_what_the_log_lacks_is_told(log):
    def asking(metric):
        return replace(PLAN, metrics=(replace(metric, role="primary"),))

    with pytest.raises(ExperimentError, match=r"Covariate 'age' is not known .* known are: orders, spend"):
        estimate(log, asking(replace(METRICS[3], covariates=("age",))))
    with pytest.raises(ExperimentError, match="Quantity 'clicks' was not found"):
        estimate(log, asking(replace(METRICS[2], numerator="clicks")))


def test_linearised_values_average_to_no_difference_from_the_ratio(log):
    values = linearised(log, METRICS[4])
    assert values.sum() == pytest.approx(0, abs=1e-8)
    np.testing.assert_array_equal(
        linearised(log, METRICS[2]), cap(log.values.sum(axis=0)[:, [1]], upper=0.95).values[:, 0]
    )
