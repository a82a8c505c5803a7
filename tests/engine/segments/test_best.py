"""A model is called best for a segment only where the users of the segment, among all looked at, bear it out."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from engine.errors import DataError
from engine.segments import Segmentation, best_by_segment
from tests.engine.evaluation.records import measured

SIZES = {"Old": 200, "New": 200, "Few": 5}
SEGMENT = np.repeat(list(SIZES), list(SIZES.values()))
EASE = np.random.default_rng(1).uniform(size=len(SEGMENT))


def grouped(names=SEGMENT):
    column = pd.Series(pd.Categorical(names, categories=[*SIZES, "Nobody"]))
    return Segmentation(pd.DataFrame({"age": column}), {}, None, "0" * 16)


def differing(**gains):
    """Values above EASE by a gain in each segment, with a spread of 0.1 between its users."""
    noise = np.random.default_rng(2).normal(size=len(SEGMENT))
    values = EASE.copy()
    for name, gain in gains.items():
        there = np.equal(SEGMENT, name)
        values[there] += gain + 0.1 * stats.zscore(noise[there])
    return values


def test_a_winner_here_may_be_none_there():
    svd = measured("svd", differing(Old=0.1, New=0.001, Few=0.1))
    found = best_by_segment([measured("popularity", EASE), svd], grouped(), "age").set_index("segment")
    assert list(found.index) == list(SIZES)
    assert found.loc["Old", "best"] == ("svd",)
    assert found.loc["New", "best"] == ("svd", "popularity")
    assert list(found["users"]) == list(SIZES.values())
    assert list(found["small"]) == [False, False, True]


def test_the_more_segments_the_more_it_takes():
    both = [measured("popularity", EASE), measured("svd", differing(Old=0.016, New=0.0, Few=0.0))]
    alone = np.where(SEGMENT == "Old", "Old", "New")
    assert stats.ttest_rel(both[1].per_user["ndcg"][SEGMENT == "Old"], EASE[SEGMENT == "Old"]).pvalue < 0.04
    assert best_by_segment(both, grouped(alone), "age").set_index("segment").loc["Old", "best"] == ("svd", "popularity")


def test_where_nobody_is_measured_nobody_is_best():
    values = np.where(SEGMENT == "Few", np.nan, EASE)
    found = best_by_segment([measured("popularity", values), measured("svd", values)], grouped(), "age")
    assert found.set_index("segment").loc["Few", "best"] == ()


def test_an_unknown_grouping_is_one_sentence():
    with pytest.raises(DataError, match="Segmentation 'ages' was not found"):
        best_by_segment([measured("popularity", EASE)], grouped(), "ages")
