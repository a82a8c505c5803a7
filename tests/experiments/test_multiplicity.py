import numpy as np
import pytest

from engine.errors import ExperimentError
from experiments.multiplicity import adjust

#: Benjamini & Hochberg 1995, the worked example.
P_VALUES = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip


@pytest.mark.parametrize(("method", "rejected"), [("bh", 4), ("holm", 3), ("bonferroni", 3)])
def test_published_rejections(method, rejected):
    assert (adjust(P_VALUES, method) <= 0.05).sum() == rejected


@pytest.mark.parametrize(("method", "fourth"), [("bh", 0.035625), ("holm", 0.114)])
def test_published_adjusted_value(method, fourth):
    assert adjust(P_VALUES, method)[3] == pytest.approx(fourth, rel=1e-9)


def test_what_has_no_p_value_is_no_member_of_the_family():
    with_gaps = np.insert(np.array(P_VALUES), [2, 9], np.nan).reshape(1, -1)
    found = adjust(with_gaps)
    assert found.shape == with_gaps.shape
    np.testing.assert_array_equal(np.isnan(found), np.isnan(with_gaps))
    np.testing.assert_allclose(found[~np.isnan(found)], adjust(P_VALUES))


def test_none_changes_nothing_and_nothing_stays_nothing():
    np.testing.assert_array_equal(adjust(P_VALUES, "none"), P_VALUES)
    assert adjust([]).shape == (0,)
    assert np.isnan(adjust([np.nan])).all()


def test_an_unknown_correction_is_named():
    with pytest.raises(ExperimentError, match=r"Correction 'holms' was not found.*Did you mean 'holm'"):
        adjust(P_VALUES, "holms")
