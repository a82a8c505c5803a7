"""Rank agreement between offline quality and simulated uplift."""

import numpy as np
import pytest
from scipy.stats import kendalltau, spearmanr

from engine.errors import ExperimentError
from engine.fidelity.agreement import _kendall, _spearman, agreement
from tests.engine.world.logs import small_log


def test_correlations_are_scipys():
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 6, (5, 8)).astype(float), rng.integers(0, 6, (5, 8)).astype(float)
    for row, (rho, tau) in enumerate(zip(_spearman(one, other), _kendall(one, other), strict=True)):
        assert rho == pytest.approx(spearmanr(one[row], other[row]).statistic)
        assert tau == pytest.approx(kendalltau(one[row], other[row]).statistic)


def test_models_are_put_in_the_order_of_ndcg_with_intervals():
    found = agreement(small_log(users=120, per_user=16), ["random", "item_knn", "ease", "als"], days=7, seed=1)
    assert list(found.ndcg) == sorted(found.ndcg, reverse=True)
    assert found.models[-1] == "random"
    assert found.uplift[-1] == min(found.uplift)
    assert found.spearman_low <= found.spearman <= found.spearman_high
    assert found.kendall_low <= found.kendall <= found.kendall_high
    assert f"rank correlation {found.spearman:.2f}" in found.sentence


def test_too_few_models_have_no_order():
    with pytest.raises(ExperimentError, match="2 models were given beside popularity"):
        agreement(small_log(), ["popularity", "ease", "als"])
