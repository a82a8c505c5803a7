import numpy as np
import pytest
import statsmodels.api as sm

from engine.errors import ExperimentError
from experiments.clusters import CLUSTER_UNITS, cluster, design_effect, per_unit
from experiments.effects import effects
from experiments.metrics import Metric
from experiments.moments import moments

X = Metric(name="x", kind="mean", numerator="x")
CONVERTED = Metric(name="converted", kind="proportion", numerator="converted")
RATIO = Metric(name="ratio", kind="ratio", numerator="x", denominator="y")
METRICS = (X, CONVERTED, RATIO)
NAMES = ("x", "converted", "y")


def log(seed=0, clusters=120, shape=()):
    rng = np.random.default_rng(seed)
    size = rng.integers(1, 12, clusters)
    of = np.repeat(np.arange(clusters), size)
    variant = (np.arange(clusters) % 2)[of]
    shared = rng.normal(0, 1, (*shape, clusters))[..., of]
    x = 5 + shared + rng.normal(0, 1, (*shape, len(of)))
    y = rng.integers(1, 5, (*shape, len(of)))
    return np.stack([x, x > 5, y], axis=-1).astype(float), variant, of


def test_a_mean_has_statsmodels_cluster_robust_error():
    values, variant, of = log(1)
    seen = effects(cluster(values, variant, of, quantities=NAMES).moments(2), per_unit(METRICS))
    for code in (0, 1):
        here = variant == code
        fitted = sm.OLS(values[here, 0], np.ones(here.sum())).fit(
            cov_type="cluster", cov_kwds={"groups": of[here], "use_correction": False}
        )
        groups = len(np.unique(of[here]))
        value = seen.control_value if code == 0 else seen.treatment_value
        np.testing.assert_allclose(value[0, 0], fitted.params[0])
        if code == 0:
            control = fitted.bse[0] ** 2 * groups / (groups - 1)
        else:
            error = np.sqrt(control + fitted.bse[0] ** 2 * groups / (groups - 1))
    np.testing.assert_allclose(seen.standard_error[0, 0], error)


def test_clusters_of_one_unit_are_the_units():
    values, variant, of = log(2)
    alone = np.arange(len(of))
    seen = effects(cluster(values, variant, alone, quantities=NAMES).moments(2), per_unit(METRICS))
    plain = effects(moments(values, variant, 2, quantities=NAMES), METRICS)
    np.testing.assert_allclose(seen.p_value[[0, 2]], plain.p_value[[0, 2]])
    np.testing.assert_allclose(seen.absolute, plain.absolute)


def test_ignoring_clusters_misleads_and_counting_them_does_not():
    values, variant, of = log(3, shape=(1000,))
    seen = effects(cluster(values, variant, of, quantities=NAMES).moments(2), per_unit(METRICS))
    plain = effects(moments(values, variant, 2, quantities=NAMES), METRICS)
    assert ((plain.p_value < 0.05).mean(axis=(0, 2)) > 0.1)[:2].all()
    rate = (seen.p_value < 0.05).mean(axis=(0, 2))
    assert (np.abs(rate - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 1000)).all(), rate


def test_the_design_effect_is_kishs():
    rng = np.random.default_rng(4)
    of = np.repeat(np.arange(4000), 5)
    values = (rng.normal(0, 1, 4000)[of] + rng.normal(0, 1, len(of)))[:, None]
    variant = np.zeros(len(of), dtype=int)
    found = design_effect(
        moments(values, variant, 1, quantities=["x"]),
        cluster(values, variant, of, quantities=["x"]).moments(1),
        "x",
    )
    np.testing.assert_allclose(found, 1 + 4 * 0.5, rtol=0.05)


def test_units_left_out_and_labels_of_any_kind():
    found = cluster([[1.0], [2.0], [4.0]], [0, 0, -1], ["b", "a", "a"], quantities=["x"])
    np.testing.assert_array_equal(found.values, [[2, 1], [1, 1]])
    assert found.quantities == ("x", CLUSTER_UNITS)


def test_what_cannot_be_is_said():
    with pytest.raises(ExperimentError, match="1 clusters have units in two variants"):
        cluster([[1.0], [2.0]], [0, 1], ["a", "a"], quantities=["x"])
    with pytest.raises(ExperimentError, match="one code and cluster a unit"):
        cluster([[1.0], [2.0]], [0, 1], ["a"], quantities=["x"])
    with pytest.raises(ExperimentError, match="one code and cluster a unit"):
        cluster([[1.0], [2.0]], [0], ["a"], quantities=["x"])
