import numpy as np
import pytest
from scipy import stats

from engine.errors import ExperimentError
from experiments.diagnostics import duplicated_units, missing_metrics, outlier_influence, pre_period_imbalance
from experiments.metrics import Metric
from experiments.moments import moments


def test_duplicates_are_counted():
    assert duplicated_units(["a", "b", "c"]).status == "ok"
    check = duplicated_units(["a", "b", "a", "a"])
    assert (check.status, check.value) == ("failed", 2)
    assert "1 of 2 units (50.00%) have more than one row: 2 rows too many" in check.sentence
    assert duplicated_units(["a", "a", "b"], [1, 2, 1]).status == "ok"
    assert duplicated_units(["a", "a", "b"], [1, 1, 1]).value == 1
    assert duplicated_units([*range(500), 0]).status == "warning"


def missing(rates, units=4000, seed=0):
    rng = np.random.default_rng(seed)
    variant = np.arange(units) % 2
    lacks = rng.random((units, 2)) < np.array(rates)[variant]
    return lacks, variant


def test_metrics_missing_in_one_variant_are_a_failure():
    lacks, variant = missing([[0.02, 0.01], [0.08, 0.01]])
    check = missing_metrics(lacks, variant, 2, names=["old", "new"], titles=["Revenue", "Clicks"])
    assert check.status == "failed"
    assert check.sentence.startswith("Revenue: missing more often")
    table = [[(lacks[variant == v, 0] == flag).sum() for v in (0, 1)] for flag in (True, False)]
    expected = stats.chi2_contingency(table, correction=False).pvalue
    np.testing.assert_allclose(check.p_value, 2 * expected, rtol=1e-9)


def test_metrics_missing_alike_are_told_where_many():
    lacks, variant = missing([[0.2, 0.01], [0.2, 0.01]], seed=1)
    check = missing_metrics(lacks, variant, 2, names=["old", "new"], titles=["Revenue", "Clicks"])
    assert check.status == "warning"
    assert "Revenue" in check.sentence
    assert "Clicks" not in check.sentence
    empty = missing_metrics(lacks[:0], variant[:0], 2, names=["old", "new"], titles=["Revenue", "Clicks"])
    assert (empty.status, empty.p_value) == ("ok", None)
    none = missing_metrics(lacks & False, variant, 2, names=["old", "new"], titles=["Revenue", "Clicks"])
    assert (none.status, none.value, none.p_value) == ("ok", 0, None)


def test_variants_alike_before_and_not():
    rng = np.random.default_rng(2)
    before, variant = rng.normal(10, 2, (900, 2)), np.arange(900) % 3
    metrics = [Metric(name=name, kind="mean", numerator=name) for name in ("earlier_orders", "earlier_visits")]
    names = [metric.name for metric in metrics]
    assert pre_period_imbalance(moments(before, variant, 3, quantities=names), metrics).status == "ok"
    before[variant == 2, 1] += 1
    check = pre_period_imbalance(moments(before, variant, 3, quantities=names), metrics)
    assert check.status == "failed"
    assert check.sentence.startswith("Earlier visits already differed")
    before[variant == 2, 1] -= 0.55
    assert pre_period_imbalance(moments(before, variant, 3, quantities=names), metrics).status == "warning"
    assert pre_period_imbalance(moments(before, variant, 3, quantities=names), []).status == "ok"
    constant = moments(before * 0, variant, 3, quantities=names)
    assert "Not enough data" in pre_period_imbalance(constant, metrics).sentence


def test_influence_is_what_leaving_the_unit_out_does():
    rng = np.random.default_rng(3)
    values, variant = rng.lognormal(0, 1, (60, 1)), np.arange(60) % 2
    check = outlier_influence(values, variant, 2, titles=["Revenue"])
    x = values[:, 0]
    gap = x[variant == 1].mean() - x[variant == 0].mean()
    error = np.sqrt(sum(x[variant == v].var(ddof=1) / 30 for v in (0, 1)))
    moved = []
    for unit in range(60):
        rest = np.arange(60) != unit
        moved.append(abs(x[rest & (variant == 1)].mean() - x[rest & (variant == 0)].mean() - gap) / error)
    np.testing.assert_allclose(check.value, max(moved))


def test_a_unit_that_decides_alone_is_told():
    rng = np.random.default_rng(4)
    values, variant = rng.normal(0, 1, (1000, 2)), np.arange(1000) % 2
    assert outlier_influence(values, variant, 2, titles=["Revenue", "Visits"]).status == "ok"
    values[5, 0] = 10_000
    check = outlier_influence(values, variant, 2, titles=["Revenue", "Visits"])
    assert check.status == "warning"
    assert check.sentence.startswith("Revenue: a single unit moves the uplift by 1.0 standard errors")
    assert outlier_influence(np.ones((4, 1)), [0, 0, 1, 1], 2, titles=["x"]).value == 0


def test_what_cannot_be_is_said():
    with pytest.raises(ExperimentError, match="2 rows have units, but 1 have days"):
        duplicated_units([1, 2], [1])
    with pytest.raises(ExperimentError, match="Missing flags of shape"):
        missing_metrics([[True]], [0, 1], 2, names=["a", "b"], titles=["x"])
    with pytest.raises(ExperimentError, match="Values of shape"):
        outlier_influence([[1.0]], [0, 1], 2, titles=["x"])
