import numpy as np
import pytest

from engine.errors import ExperimentError
from experiments.comparison import Comparison, kish
from experiments.monitoring import Monitoring


def test_the_level_is_shared_by_all_comparisons_but_not_by_beliefs():
    assert Comparison(kind="proportion", baseline=0.1, comparisons=4).level == 0.0125
    bayes = Comparison(kind="proportion", baseline=0.1, comparisons=4, monitoring=Monitoring(stopping="bayesian"))
    assert bayes.level == 0.05


def test_units_are_worth_less_in_clusters_and_more_with_covariates():
    comparison = Comparison(
        kind="mean", baseline=1, variance=1, split=(2, 1, 1), explained=0.5, design_effect=kish(11, 0.1)
    )
    control, treatment = comparison.effective([400.0, 800.0])
    np.testing.assert_allclose(control, [200, 400])
    np.testing.assert_allclose(treatment, [100, 200])
    np.testing.assert_allclose(comparison.plain().effective(400)[0], 100)


def test_a_proportion_has_its_own_spread():
    np.testing.assert_allclose(Comparison(kind="proportion", baseline=[0.1, 0.5]).spread, [0.09, 0.25])
    np.testing.assert_allclose(Comparison(kind="mean", baseline=[1, 2], variance=3).spread, [3, 3])


GOOD = {"kind": "mean", "baseline": 1.0, "variance": 1.0}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"kind": "median"}, "Metric kind 'median' was not found"),
        ({"variance": None}, "A mean needs the variance of one unit's value, above 0; given: none"),
        ({"variance": -2}, "given: -2"),
        ({"kind": "proportion", "baseline": 4.3}, "such as 0.043 for 4.3%"),
        ({"baseline": float("nan")}, "expected a number"),
        ({"power": 1.2}, r"Power 1\.2 was given"),
        ({"power": 0.04}, r"between alpha \(0\.05\) and 1"),
        ({"split": (1, 0)}, "each above 0"),
        ({"split": (1,)}, "a control and a treatment"),
        ({"alpha": 2}, "alpha 2 was given"),
        ({"comparisons": 0}, "0 comparisons"),
        ({"explained": 1.0}, "expected 0 to below 1"),
        ({"design_effect": 0.0}, "design effect of 0"),
    ],
)
def test_what_cannot_be_is_said(changed, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        Comparison(**{**GOOD, **changed})


def test_clusters_that_cannot_be_are_said():
    assert kish(1, 0.5) == 1
    with pytest.raises(ExperimentError, match="a correlation of 2"):
        kish(10, 2)
