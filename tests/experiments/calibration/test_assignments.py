"""Random assignments: their shares, and that no block changes a draw."""

import numpy as np
import pytest

from engine.errors import ExperimentError
from experiments.calibration import draw_assignments

SPLITS = [(1, 1), (9, 1), (1, 1, 1), (2, 0, 1), (0, 1)]


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("split", SPLITS)
def test_shares_are_those_of_the_split(split, exact):
    codes = draw_assignments(np.random.default_rng(1), 400, 300, split, exact=exact)
    assert codes.shape == (400, 300)
    shares = np.bincount(codes.ravel(), minlength=len(split)) / codes.size
    wanted = np.array(split) / sum(split)
    np.testing.assert_allclose(shares, wanted, atol=4 * 0.5 / np.sqrt(codes.size))
    assert (shares[wanted == 0] == 0).all()


def test_exact_counts_are_the_largest_remainders_in_every_replication():
    codes = draw_assignments(np.random.default_rng(1), 50, 11, (1, 1, 2), exact=True)
    counts = np.stack([(codes == variant).sum(axis=1) for variant in range(3)], axis=1)
    assert (counts == [3, 3, 5]).all()
    assert len(np.unique(codes, axis=0)) == 50


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("split", SPLITS)
def test_drawing_in_parts_changes_nothing(split, exact):
    whole = draw_assignments(np.random.default_rng(7), 30, 101, split, exact=exact)
    rng = np.random.default_rng(7)
    parts = [draw_assignments(rng, rows, 101, split, exact=exact) for rows in (1, 20, 9)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_units_are_independent_of_one_another():
    codes = draw_assignments(np.random.default_rng(3), 4000, 40, (1, 1)).astype(float)
    correlation = np.corrcoef(codes.T)[np.triu_indices(40, 1)]
    assert np.abs(correlation).max() < 5 / np.sqrt(4000)


@pytest.mark.parametrize("split", [(1,), (0, 0), (1, -1), (1, np.nan), (1,) * 300])
def test_what_is_no_split_is_said_in_a_sentence(split):
    with pytest.raises(ExperimentError, match="expected 2 to 255 weights"):
        draw_assignments(np.random.default_rng(1), 1, 4, split)
