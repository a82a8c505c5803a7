import numpy as np

from experiments.measured import measured
from experiments.metrics import Metric
from experiments.moments import moments


def test_variants_and_leading_axes_are_measured_at_once():
    rng = np.random.default_rng(3)
    values = rng.normal(5, 2, (4, 300, 2))
    metric = Metric(name="x", kind="mean", numerator="x")
    past = measured(moments(values, np.arange(300) % 3, 3, quantities=["x", "before"]), metric, ["before"])
    np.testing.assert_allclose(past.baseline, values[..., 0].mean(axis=1))
    np.testing.assert_allclose(past.variance, values[..., 0].var(axis=1, ddof=1))
    correlation = [np.corrcoef(part.T)[0, 1] ** 2 for part in values]
    np.testing.assert_allclose(past.explained, correlation, atol=1e-12)
