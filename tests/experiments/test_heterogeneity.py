import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from engine.errors import ExperimentError
from experiments.effects import effects
from experiments.heterogeneity import heterogeneity
from experiments.metrics import Metric
from experiments.moments import moments

X = Metric(name="x", kind="mean", numerator="x")


def by_segment(seed=0, shape=(), segments=5, units=1000, gaps=0.0):
    rng = np.random.default_rng(seed)
    cell, variant = np.arange(units) % segments, rng.integers(0, 2, units)
    values = rng.normal(10 + cell, 2, (*shape, units)) + gaps * cell * variant
    return effects(moments(values[..., None], variant, 2, quantities=["x"], cell=cell, n_cells=segments), [X])


@pytest.mark.parametrize("scale", ["absolute", "relative"])
def test_it_is_statsmodels_meta_analysis(scale):
    found = by_segment(1, gaps=0.2)
    seen = heterogeneity(found, scale=scale)
    uplift, error = (
        (found.absolute, found.standard_error)
        if scale == "absolute"
        else (found.relative, found.relative_standard_error)
    )
    known = combine_effects(uplift[:, 0, 0], error[:, 0, 0] ** 2)
    np.testing.assert_allclose(seen.statistic.item(), known.q)
    np.testing.assert_allclose(seen.p_value.item(), known.test_homogeneity().pvalue)
    np.testing.assert_allclose(seen.common.item(), known.mean_effect_fe)
    np.testing.assert_allclose(seen.standard_error.item(), known.sd_eff_w_fe)
    np.testing.assert_allclose(seen.inconsistency.item(), max(known.i2, 0))


def test_equal_segments_are_called_different_as_rarely_as_promised():
    found = by_segment(2, shape=(2000,))
    seen = heterogeneity(found, axis=0)
    assert seen.p_value.shape == (2000, 1, 1)
    assert abs((seen.p_value < 0.05).mean() - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 2000)


def test_segments_without_figures_are_left_out():
    found = by_segment(3)
    cut = effects(
        moments(np.arange(8.0)[:, None], np.arange(8) % 2, 2, quantities=["x"], cell=np.zeros(8, int), n_cells=2), [X]
    )
    assert np.isnan(heterogeneity(cut).p_value).all()
    assert heterogeneity(cut).degrees_of_freedom.item() == 0
    assert heterogeneity(found).degrees_of_freedom.item() == 4


def test_what_cannot_be_is_said():
    with pytest.raises(ExperimentError, match="leading axes"):
        heterogeneity(by_segment()[0])
    with pytest.raises(ExperimentError, match="Axis 1"):
        heterogeneity(by_segment(), axis=1)
