import numpy as np
import pytest

from engine.errors import ExperimentError
from experiments.assignment import assign
from experiments.health import srm


def test_a_unit_keeps_its_variant_whoever_else_is_there():
    keys = np.arange(1000)
    whole = assign(keys, (1, 2, 1), seed=5)
    np.testing.assert_array_equal(assign(keys[::7], (1, 2, 1), seed=5), whole[::7])
    assert (assign(keys, (1, 2, 1), seed=6) != whole).any()


def test_weights_are_met_within_chance():
    counts = np.bincount(assign(np.arange(100_000), (6, 0, 3, 1), seed=1), minlength=4)
    assert counts[1] == 0
    assert srm(counts, (6, 0, 3, 1)).p_value > 0.001


def test_the_last_variant_may_have_weight_zero():
    assert set(assign(np.arange(5000), (1, 1, 0), seed=1)) == {0, 1}
    assert set(assign(np.arange(50), (0, 0.1), seed=1)) == {1}


@pytest.mark.parametrize("split", [(), (0, 0), (-1, 2)])
def test_what_is_no_split_is_said(split):
    with pytest.raises(ExperimentError, match="weights are 0 or more"):
        assign(np.arange(5), split, seed=0)
