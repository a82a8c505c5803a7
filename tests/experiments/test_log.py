import numpy as np
import pandas as pd
import pytest

from engine.errors import ExperimentError
from experiments.log import Log


def log(**changes):
    values = np.zeros((3, 4, 2))
    values[:, :, 0] = 1
    values[1, 2, 1] = 2
    values[2, 2, 1] = 1
    given = {
        "quantities": ("sessions", "purchases"),
        "values": values,
        "variant": np.array([0, 0, 1, 1]),
        "variants": ("old", "new"),
        "segments": pd.DataFrame({"country": pd.Categorical(["DE", "FR", "DE", "FR"])}),
        "indicators": {"purchased": "purchases"},
    }
    return Log(**(given | changes))


def test_a_unit_that_bought_twice_purchased_once():
    moments = log().overall()
    assert moments.quantities == ("sessions", "purchases", "purchased")
    np.testing.assert_array_equal(moments.total, [[6, 0, 0], [6, 3, 1]])


def test_days_cumulate_within_units():
    moments = log().by_day()
    assert moments.shape == (3,)
    np.testing.assert_array_equal(moments.total[:, 1, 2], [0, 1, 1])
    np.testing.assert_array_equal(moments.total[:, 1, 1], [0, 2, 3])
    np.testing.assert_array_equal(moments.n, [[2, 2]] * 3)


def test_a_unit_counts_from_the_day_it_entered():
    late = log(entered=np.array([0, 1, 2, 0])).by_day()
    np.testing.assert_array_equal(late.n, [[1, 1], [2, 1], [2, 2]])
    np.testing.assert_array_equal(late.total[-1], log().by_day().total[-1])


def test_covariates_stay_the_same_from_day_to_day():
    found = log(covariates={"age": np.array([1.0, 2.0, 3.0, 4.0])})
    assert found.overall().quantities[-1] == "age before"
    np.testing.assert_array_equal(found.by_day().total[..., -1], [[3, 7]] * 3)


def test_segments_of_all_groupings_come_one_after_the_other():
    both = log().segments.assign(size=pd.Categorical(["s", "m", "m", "m"], categories=["s", "m"]))
    found = log(segments=both)
    assert found.cells().to_numpy().tolist() == [["country", "DE"], ["country", "FR"], ["size", "s"], ["size", "m"]]
    np.testing.assert_array_equal(found.by_segment().n, [[1, 1], [1, 1], [1, 0], [1, 2]])


def test_no_grouping_is_no_segment():
    assert log(segments=pd.DataFrame(index=range(4))).by_segment().shape == (0,)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"variant": np.array([0, 1])}, "do not fit 2 variant codes"),
        ({"quantities": ("sessions",)}, "2 quantities do not fit"),
        ({"segments": pd.DataFrame({"x": pd.Categorical(["a"])})}, "4 units have values, but 1 have segments"),
        ({"entered": np.array([0])}, r"first days has shape \(1,\)"),
        ({"covariates": {"age": np.zeros(3)}}, r"age has shape \(3,\)"),
    ],
)
def test_what_does_not_fit_is_said(changes, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        log(**changes)
