"""Quality by segment: the parts of the whole, with their own intervals."""

import numpy as np
import pytest

from engine.evaluation import evaluate
from engine.segments import quality_by_segment, segment_users
from engine.splitting import split
from tests.engine.logs import random_log


@pytest.fixture(scope="module")
def measured():
    log = random_log(n_users=80, n_rows=1500, users={"plan": ["free", "free", "free", "paid"] * 20})
    evaluation = evaluate(log, split(log, "random", test_share=0.25), "svd", {"n_epochs": 2})
    return evaluation, segment_users(log)


def test_segments_average_to_everybody(measured):
    evaluation, segmentation = measured
    table = quality_by_segment(evaluation, segmentation, "plan")
    for metric in ("ndcg", "precision", "novelty"):
        part = table[table["metric"] == metric]
        together = np.average(part["value"].astype(float), weights=part["users"])
        assert together == pytest.approx(evaluation.metrics[metric].value)


def test_rmse_of_a_segment_is_over_its_own_pairs(measured):
    evaluation, segmentation = measured
    table = quality_by_segment(evaluation, segmentation, "plan").set_index(["metric", "segment"])
    users = evaluation.per_user[(segmentation.frame["plan"] == "paid").to_numpy()]
    rmse = np.sqrt(users["squared_error"].sum() / users["ratings"].sum())
    assert table.loc[("rmse", "paid"), "value"] == pytest.approx(rmse)
    assert table.loc[("rmse", "paid"), "low"] < rmse < table.loc[("rmse", "paid"), "high"]


def test_small_segments_are_flagged(measured):
    table = quality_by_segment(*measured, "plan").query("metric == 'ndcg'")
    assert dict(zip(table["segment"], table["small"], strict=True)) == {"free": False, "paid": True}


def test_two_datasets_do_not_mix(measured):
    evaluation, _ = measured
    with pytest.raises(ValueError, match="different datasets"):
        quality_by_segment(evaluation, segment_users(random_log(seed=9)), "lifecycle")
