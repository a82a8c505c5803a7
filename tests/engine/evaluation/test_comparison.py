"""Which model is best is said only where the same users tell it apart."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from engine.errors import ModelError
from engine.evaluation import Estimate, Evaluation
from engine.evaluation.comparison import compare, reading
from engine.models.ranking import Ranking
from engine.splitting import Split


def measured(model, ndcg, *, k=10, test=(False, True)):
    """An evaluation of which only what a comparison reads is filled in."""
    test = np.array(test)
    value = float(np.nanmean(ndcg)) if np.isfinite(ndcg).any() else None
    return Evaluation(
        model=model,
        title=model.title(),
        params={},
        k=k,
        metrics={"ndcg": Estimate(value)},
        per_user=pd.DataFrame({"user": np.arange(len(ndcg), dtype=np.int32), "ndcg": ndcg}),
        ranking=Ranking(np.zeros((0, k), np.int32), np.zeros((0, k))),
        split=Split(~test, np.zeros_like(test), test, "random", 0.0, 0.5, 0),
        users_evaluated=len(ndcg),
        users_cold=0,
        users_nothing_to_find=0,
        seed=0,
        fingerprint="0" * 16,
    )


def test_a_small_gain_for_everybody_is_found_though_the_models_own_intervals_overlap():
    ease = np.random.default_rng(1).uniform(size=400)
    better = measured("svd", ease + np.random.default_rng(2).normal(0.01, 0.02, 400))
    found = compare([measured("popularity", ease), better])
    gain = found.against_reference["svd"]
    assert found.best == "svd"
    assert reading(gain) == "better"
    # The spread of users is thirty times the gain: unpaired intervals would have drowned it.
    assert stats.ttest_ind(better.per_user["ndcg"], ease).pvalue > 0.5
    assert found.lead == gain


def test_the_interval_agrees_with_the_paired_t_test():
    rng = np.random.default_rng(3)
    base, other = rng.uniform(size=500), rng.uniform(size=500)
    gain = compare([measured("popularity", base), measured("svd", other)]).against_reference["svd"]
    low, high = stats.ttest_rel(other, base).confidence_interval(0.95)
    assert gain.value == pytest.approx((other - base).mean())
    assert (gain.low, gain.high) == pytest.approx((low, high), abs=0.1 * (high - low))


def test_the_more_models_the_wider_each_interval():
    rng = np.random.default_rng(5)
    base, other = rng.uniform(size=500), rng.uniform(size=500)
    names = ["svd", "nmf", "slope_one", "knn_basic", "random"]
    gains = compare([measured("popularity", base), *(measured(name, other) for name in names)]).against_reference
    low, high = stats.ttest_rel(other, base).confidence_interval(0.99)
    assert (gains["svd"].low, gains["svd"].high) == pytest.approx((low, high), abs=0.1 * (high - low))


def test_no_difference_is_not_told_apart_and_a_loss_is_worse():
    rng = np.random.default_rng(4)
    base = rng.uniform(size=300)
    found = compare(
        [measured("random", base - 0.2), measured("popularity", base), measured("svd", rng.permutation(base))]
    )
    assert reading(found.against_reference["random"]) == "worse"
    assert reading(found.against_reference["svd"]) == "not told apart"
    assert found.order[-1] == "random"


def test_users_a_metric_does_not_concern_do_not_count():
    base = np.array([0.0, np.nan, 1.0])
    found = compare([measured("popularity", base), measured("svd", base + 0.5)])
    assert found.users == 2
    assert found.against_reference["svd"].value == pytest.approx(0.5)


def test_without_anything_to_find_there_is_no_difference_and_no_crash():
    nothing = np.full(3, np.nan)
    found = compare([measured("popularity", nothing), measured("svd", nothing)])
    assert found.against_reference["svd"].value is None
    assert reading(found.lead) == "not told apart"


def test_one_model_alone_has_no_lead():
    found = compare([measured("popularity", np.ones(3))])
    assert (found.best, found.lead.value) == ("popularity", None)
    assert "no second" in found.lead.reason


@given(st.permutations(["popularity", "svd", "random"]))
def test_the_order_models_come_in_changes_nothing(names):
    values = {"popularity": [0.2, 0.4, 0.6], "svd": [0.5, 0.5, 0.9], "random": [0.0, 0.1, 0.0]}
    found = compare([measured(name, np.array(values[name])) for name in names])
    assert found.order == ("svd", "popularity", "random")
    assert found.against_reference["svd"].value == pytest.approx((0.3 + 0.1 + 0.3) / 3)


def test_errors_say_what_to_do():
    base = measured("popularity", np.ones(3))
    with pytest.raises(ModelError, match=r"Ranking metric 'ndgc' was not found.*Did you mean 'ndcg'"):
        compare([base], "ndgc")
    with pytest.raises(ModelError, match="The model to compare with 'popularity' was not found"):
        compare([measured("svd", np.ones(3))])
    with pytest.raises(ModelError, match="not measured on the same dataset, split and k"):
        compare([base, measured("svd", np.ones(3), k=5)])
    with pytest.raises(ModelError, match="not measured on the same dataset, split and k"):
        compare([base, measured("svd", np.ones(3), test=(True, False))])
