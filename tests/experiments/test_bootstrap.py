import numpy as np
import pytest
from scipy import stats

from engine.errors import ExperimentError
from experiments.bootstrap import bootstrap_effects
from experiments.effects import NO_BASELINE, NO_SPREAD, TOO_FEW_UNITS, effects
from experiments.metrics import Metric
from experiments.moments import moments


def mean(samples):
    return samples[..., 0].mean(axis=-1)


def trimmed(samples):
    return stats.trim_mean(samples[..., 0], 0.1, axis=-1)


def found(values, variant, statistic=mean, n_variants=2, seed=0, **options):
    rng = np.random.default_rng(seed)
    return bootstrap_effects(values, variant, n_variants, statistic, rng=rng, **options)


def test_the_mean_comes_near_its_formula():
    rng = np.random.default_rng(1)
    values, variant = rng.gamma(4, 2, (600, 1)), np.arange(600) % 3
    seen = found(values, variant, n_variants=3, replications=4000)
    plain = effects(moments(values, variant, 3, quantities=["x"]), [Metric(name="x", kind="mean", numerator="x")])
    np.testing.assert_allclose(seen.absolute, plain.absolute)
    np.testing.assert_allclose(seen.standard_error, plain.standard_error, rtol=0.05)
    np.testing.assert_allclose(seen.absolute_low, plain.absolute_low, atol=0.06)
    np.testing.assert_allclose(seen.relative_high, plain.relative_high, atol=0.02)
    np.testing.assert_allclose(seen.p_value, plain.p_value, atol=0.06)


def test_a_trimmed_mean_agrees_with_scipy():
    rng = np.random.default_rng(2)
    values, variant = rng.standard_t(2, (300, 1)), np.arange(300) % 2
    seen = found(values, variant, trimmed, replications=3000)

    def gap(b, a, axis):
        return stats.trim_mean(b, 0.1, axis=axis) - stats.trim_mean(a, 0.1, axis=axis)

    known = stats.bootstrap(
        (values[variant == 1, 0], values[variant == 0, 0]), gap, n_resamples=3000, method="percentile", rng=3
    )
    np.testing.assert_allclose(seen.standard_error.item(), known.standard_error, rtol=0.08)
    np.testing.assert_allclose(seen.absolute_low.item(), known.confidence_interval.low, atol=0.06)


def test_the_same_seed_gives_the_same_bits_and_blocks_change_nothing(monkeypatch):
    values, variant = np.random.default_rng(4).normal(5, 1, (80, 1)), np.arange(80) % 2
    once, again = found(values, variant), found(values, variant)
    np.testing.assert_array_equal(once.p_value, again.p_value)
    monkeypatch.setattr("experiments.bootstrap._BLOCK_CELLS", 400)
    np.testing.assert_allclose(found(values, variant).absolute_low, once.absolute_low)


def test_intervals_hold_the_truth_as_often_as_promised():
    rng = np.random.default_rng(5)
    held = []
    for seed in range(150):
        values = rng.lognormal(0, 0.5, (200, 1))
        seen = found(values, np.arange(200) % 2, trimmed, seed=seed, replications=400)
        held.append(seen.absolute_low.item() <= 0 <= seen.absolute_high.item())
    assert abs(np.mean(held) - 0.95) < 4 * np.sqrt(0.05 * 0.95 / 150)


def test_what_does_not_exist_is_explained():
    assert found([[1.0], [2.0], [3.0]], [0, 0, 1]).status.item() == TOO_FEW_UNITS
    assert found(np.ones((6, 1)), np.arange(6) % 2).status.item() == NO_SPREAD
    none = found([[0.0], [0.0], [1.0], [2.0]], [0, 0, 1, 1])
    assert none.status.item() == NO_BASELINE
    assert np.isnan(none.relative_low).all()
    assert np.isfinite(none.absolute_low).all()


@pytest.mark.parametrize(
    ("given", "options", "sentence"),
    [
        (([[1.0]] * 4, [0, 1, 0, 1]), {"statistic": lambda s: s.mean()}, "expected one number a sample"),
        (([[1.0]] * 4, [0, 1, 0, 1]), {"statistic": lambda s: np.full(len(s), np.nan)}, "no finite number"),
        (([[1.0]] * 4, [0, 1, 0, 1]), {"replications": 5}, "5 replications"),
        (([[1.0]] * 4, [0, 1]), {}, "one code a unit"),
        (([[1.0]] * 4, [0, 1, 2, 1]), {}, "not among 2 variants"),
    ],
)
def test_what_cannot_be_is_said(given, options, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        found(*given, **options)
