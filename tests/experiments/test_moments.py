"""Moments: exact, additive in any order, under any leading axes."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.errors import ExperimentError
from experiments.moments import Moments, concatenate, from_sums, moments

NAMES = ("x", "y")


def log(seed: int = 0, units: int = 400) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.lognormal(size=(units, 2)), rng.integers(0, 3, units)


def same(left: Moments, right: Moments) -> None:
    np.testing.assert_array_equal(left.n, right.n)
    np.testing.assert_allclose(left.total, right.total, rtol=1e-10, atol=1e-8)
    np.testing.assert_allclose(left.product, right.product, rtol=1e-9, atol=1e-6)


def test_moments_are_those_of_numpy():
    values, variant = log()
    found = moments(values, variant, 3, quantities=NAMES)
    for code in range(3):
        part = values[variant == code]
        assert found.n[code] == len(part)
        np.testing.assert_allclose(found.mean[code], part.mean(axis=0))
        np.testing.assert_allclose(found.covariance[code], np.cov(part.T))


@settings(max_examples=50, deadline=None)
@given(
    values=hnp.arrays(np.float64, (30, 2), elements=st.floats(-1e4, 1e4)),
    variant=hnp.arrays(np.int64, 30, elements=st.integers(-1, 2)),
    cuts=st.lists(st.integers(0, 30), min_size=2, max_size=2).map(sorted),
    order=st.permutations([0, 1, 2]),
)
def test_parts_add_to_the_whole_in_any_order(values, variant, cuts, order):
    whole = moments(values, variant, 3, quantities=NAMES)
    edges = [0, *cuts, 30]
    parts = [
        moments(values[start:stop], variant[start:stop], 3, quantities=NAMES)
        for start, stop in itertools.pairwise(edges)
    ]
    same(parts[order[0]] + parts[order[1]] + parts[order[2]], whole)


def test_segments_sum_to_the_whole():
    values, variant = log(1)
    cell = np.arange(len(values)) % 5
    by_cell = moments(values, variant, 3, quantities=NAMES, cell=cell, n_cells=5)
    assert by_cell.shape == (5,)
    same(by_cell.sum(), moments(values, variant, 3, quantities=NAMES))
    same(by_cell[2], moments(values[cell == 2], variant[cell == 2], 3, quantities=NAMES))


def test_leading_axes_are_replications_then_cells_then_days():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(4, 60, 2))
    variants = rng.integers(0, 2, (3, 60))
    cell = rng.integers(0, 5, 60)
    found = moments(values, variants, 2, quantities=NAMES, cell=cell, n_cells=5)
    assert found.shape == (3, 5, 4)
    inside = cell == 3
    same(found[1, 3, 2], moments(values[2, inside], variants[1, inside], 2, quantities=NAMES))


@pytest.mark.parametrize("units", [1, 63, 64, 65, 128, 1001])
def test_units_are_worked_on_in_blocks_without_a_trace(units):
    values, variant = log(3, units)
    found = moments(values, variant, 3, quantities=NAMES)
    for code in range(3):
        part = values[variant == code]
        assert found.n[code] == len(part)
        np.testing.assert_allclose(found.total[code], part.sum(axis=0), rtol=1e-12)
        centred = part - part.mean(axis=0) if len(part) else part
        np.testing.assert_allclose(found.product[code], centred.T @ centred, rtol=1e-9, atol=1e-9)


def test_the_same_numbers_give_the_same_bits_however_they_lie_in_memory():
    values, variant = log(3)
    plain = moments(values, variant, 3, quantities=NAMES)
    frozen = values.copy()
    frozen.flags.writeable = False
    others = [
        moments(np.asfortranarray(values), variant.astype(np.int8), 3, quantities=NAMES),
        moments(frozen, variant, 3, quantities=NAMES),
        moments(np.repeat(values, 2, axis=0)[::2], np.repeat(variant, 2)[::2], 3, quantities=NAMES),
        moments(values, np.stack([variant, 2 - variant]), 3, quantities=NAMES)[0],
        moments(np.stack([values * 2, values]), variant, 3, quantities=NAMES)[1],
    ]
    for other in others:
        np.testing.assert_array_equal(other.total, plain.total)
        np.testing.assert_array_equal(other.product, plain.product)


def test_negative_codes_are_left_out():
    values, variant = log(4)
    variant[::3] = -1
    found = moments(values, variant, 3, quantities=NAMES)
    kept = variant >= 0
    same(found, moments(values[kept], variant[kept], 3, quantities=NAMES))


def test_raw_sums_give_the_same_moments():
    values, variant = log(5)
    found = moments(values, variant, 3, quantities=NAMES)
    groups = [values[variant == code] for code in range(3)]
    raw = from_sums(
        [len(part) for part in groups],
        [part.sum(axis=0) for part in groups],
        [part.T @ part for part in groups],
        quantities=NAMES,
    )
    same(raw, found)


def test_a_large_mean_does_not_swallow_the_variance():
    rng = np.random.default_rng(6)
    values = rng.normal(size=(1000, 1))
    variant = np.arange(1000) % 2
    plain = moments(values, variant, 2, quantities=["x"])
    shifted = moments(values + 1e8, variant, 2, quantities=["x"])
    np.testing.assert_allclose(shifted.covariance, plain.covariance, rtol=1e-6)
    halves = moments(values[:500] + 1e8, variant[:500], 2, quantities=["x"])
    other = moments(values[500:] + 1e8, variant[500:], 2, quantities=["x"])
    np.testing.assert_allclose((halves + other).covariance, plain.covariance, rtol=1e-6)


@pytest.mark.parametrize("constant", [0.0, 0.1, 1 / 3, 1e9 + 0.1, -7.7])
def test_a_constant_has_no_variance(constant):
    values = np.full((1001, 1), constant)
    variant = np.arange(1001) % 2
    assert (moments(values, variant, 2, quantities=["x"]).product == 0).all()
    counts = np.array([500.0, 501.0])
    raw = from_sums(counts, (counts * constant)[:, None], (counts * constant**2)[:, None, None], quantities=["x"])
    assert (raw.product == 0).all()


def test_a_group_of_one_value_far_from_the_others_has_no_variance():
    rng = np.random.default_rng(8)
    values = np.concatenate([np.full((999, 1), 0.1), np.full((1001, 1), 0.3), rng.normal(size=(1000, 1))])
    found = moments(values, np.repeat([0, 1, 2], [999, 1001, 1000]), 3, quantities=["x"])
    assert (found.product[:2] == 0).all()
    assert found.product[2, 0, 0] > 0


def test_groups_far_apart_keep_their_variances():
    rng = np.random.default_rng(9)
    noise, variant = rng.normal(size=(2000, 2)), np.arange(2000) % 2
    plain = moments(noise, variant, 2, quantities=NAMES)
    apart = moments(noise + 1e7 * variant[:, None], np.stack([variant, variant]), 2, quantities=NAMES)
    np.testing.assert_allclose(apart.covariance[1], plain.covariance, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(apart.mean[0, 1] - 1e7, plain.mean[1], atol=1e-7)


@pytest.mark.parametrize("constant", [0.1, 1 / 3, 1e9 + 0.1, -7.7])
def test_parts_of_a_constant_add_to_a_constant(constant):
    part = [moments(np.full((units, 1), constant), [0] * units, 1, quantities=["x"]) for units in (7, 1001, 13, 300)]
    whole = part[0] + part[1] + part[2] + part[3]
    assert whole.product == 0
    assert concatenate([each[None] for each in part]).sum().product == 0


def test_whole_numbers_add_exactly():
    rng = np.random.default_rng(7)
    bought = np.concatenate([np.zeros(300), rng.integers(0, 2, 300)])
    found = moments(bought[:, None], np.repeat([0, 1], 300), 2, quantities=["x"])
    assert found.total[0, 0] == 0
    assert found.total[1, 0] == bought.sum()


def test_an_empty_group_has_no_mean_and_no_warning():
    found = moments([[1.0], [2.0]], [0, 0], 2, quantities=["x"])
    assert np.isnan(found.mean[1, 0])
    assert np.isnan(found.covariance[1, 0, 0])
    same(found + found, moments([[1.0], [2.0], [1.0], [2.0]], [0, 0, 0, 0], 2, quantities=["x"]))


@pytest.mark.parametrize(
    ("values", "variants", "cell", "sentence"),
    [
        ([[1.0], [np.nan]], [0, 1], None, "Quantity x has missing or infinite values"),
        ([[1.0], [2.0]], [0, 2], None, "Variant code 2 was given, but there are 2 variants"),
        ([[1.0], [2.0]], [0], None, "2 units have values, but variant codes have shape"),
        ([[1.0], [2.0]], [0, 1], [0], "2 units have values, but cell codes have shape"),
        ([[1.0], [2.0]], [0, 1], [0, 5], "Cell code 5 was given, but there are 1 cells"),
        ([[1.0, 2.0]], [0], None, "do not fit 1 quantities"),
    ],
)
def test_what_cannot_be_is_said(values, variants, cell, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        moments(values, variants, 2, quantities=["x"], cell=cell)


def test_moments_of_other_quantities_do_not_add():
    values, variant = log()
    with pytest.raises(ExperimentError, match="x, y cannot be added to moments of y, x"):
        moments(values, variant, 3, quantities=NAMES) + moments(values, variant, 3, quantities=("y", "x"))
