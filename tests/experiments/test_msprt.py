import numpy as np
import pytest
from scipy import integrate, stats

from engine.errors import ExperimentError
from experiments.effects import effects
from experiments.metrics import Metric
from experiments.moments import moments
from experiments.msprt import msprt
from experiments.sequential import half_width

X = Metric(name="x", kind="mean", numerator="x")


def looked_at(seed, replications=1, units=400, uplift=0.0, step=20):
    rng = np.random.default_rng(seed)
    variant = np.arange(units) % 2
    values = rng.lognormal(0, 0.8, (replications, units, 1)) + uplift * variant[:, None]
    seen = np.arange(units) < np.arange(40, units + 1, step)[:, None]
    return effects(moments(values, np.where(seen, variant, -1), 2, quantities=["x"]), [X])


def test_the_ratio_is_the_mixture_of_likelihoods():
    found = looked_at(1)[-1, 0]
    gap, error = found.absolute.item(), found.standard_error.item()
    mixed = integrate.quad(lambda d: stats.norm.pdf(gap, d, error) * stats.norm.pdf(d, 0, 0.3), -3, 3)[0]
    seen = msprt(found, deviation=0.3)
    np.testing.assert_allclose(seen.ratio.item(), mixed / stats.norm.pdf(gap, 0, error), rtol=1e-6)
    np.testing.assert_allclose(seen.p_value.item(), min(1, 1 / seen.ratio.item()))


def test_its_interval_is_the_confidence_sequence_with_the_same_mixture():
    found = looked_at(2)[-1, 0]
    tuning_n, n = 5000, 400
    rho = 0.0398400668
    sigma = found.standard_error.item() * np.sqrt(n)
    width = half_width(sigma, n, tuning_n=tuning_n)
    seen = msprt(found, deviation=rho * sigma)
    np.testing.assert_allclose(seen.absolute_high - found.absolute, width, rtol=1e-7)


def test_the_interval_excludes_zero_where_the_look_alone_rejects():
    found = looked_at(3, replications=20, uplift=0.6)
    seen = msprt(found, deviation=0.3)
    excluded = (seen.absolute_low > 0) | (seen.absolute_high < 0)
    np.testing.assert_array_equal(excluded, seen.p_value < 0.05)
    assert excluded[-1].mean() > 0.5


def test_looks_never_mislead_more_often_than_promised():
    found = looked_at(4, replications=1000)
    seen = msprt(found, deviation=0.1, looks=True)
    assert (np.diff(seen.p_value, axis=0) <= 0).all()
    assert (seen.p_value[-1] < 0.05).mean() <= 0.05
    assert (found.p_value < 0.05).any(axis=0).mean() > 0.1, "naive peeking misleads"


def test_no_figure_without_data():
    constant = effects(moments(np.ones((6, 1)), np.arange(6) % 2, 2, quantities=["x"]), [X])
    assert np.isnan(msprt(constant, deviation=1).p_value).all()


def test_what_cannot_be_is_said():
    with pytest.raises(ExperimentError, match="numbers above 0"):
        msprt(looked_at(5), deviation=0)
    with pytest.raises(ExperimentError, match="no axis of looks"):
        msprt(looked_at(5)[-1, 0], deviation=1, looks=True)
