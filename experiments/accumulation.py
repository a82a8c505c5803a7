"""Adding units up by group: counts, sums and centred cross-products, to full precision."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)
#: Share of the squared mean that is left as the variance of a constant where the means of its parts are compared.
SAME = (1000 * EPS) ** 2
_SAMPLE = 1000  # units, evenly spread, whose median is near enough to that of all
_LOST = 1e-6  # of the squared distance to what it was added up about, a variance is known to too few digits


def accumulate(values: Floats, group: NDArray[np.int32], groups: int) -> tuple[Floats, Floats, Floats]:
    """Return counts, sums and cross-products about each group's own mean.

    Args:
        values: one value a unit, series (such as a day) and quantity, shape (units, series, quantities).
        group: group of each unit, shape (replications, units); units with negative codes are left out.
        groups: number of groups.

    Returns:
        Arrays of shapes (replications · groups, series), (..., quantities) and (..., quantities, quantities).
    """
    units, series, quantities = values.shape
    # All values are first moved by one that occurs, the median of some: what cancels later is small, whole numbers
    # stay whole and so add exactly, and the layout in memory does not matter.
    start = _median(values[:: max(1, units // _SAMPLE)]) if units else np.zeros((series, quantities))
    n, moved, product = _add_up(values, group, groups, start)
    total = n[..., None] * start + moved
    distance = divide(moved**2, n[..., None], empty=0.0)
    spread = np.einsum("...ii->...i", product)
    lost = np.flatnonzero(((spread != 0) & (spread < _LOST * distance)).any(axis=(1, 2)))
    if lost.size:
        total[lost], product[lost] = _add_up_again(values, group, groups, lost)
    settle(product, n[..., None] * divide(total, n[..., None], empty=0.0) ** 2, 16 * EPS**2)
    return n, total, product


def _add_up(values: Floats, group: NDArray[np.int32], groups: int, start: Floats) -> tuple[Floats, Floats, Floats]:
    """Return counts, sums of values less ``start`` (series, quantities), and centred cross-products."""
    from experiments.kernels import add_up, n_features  # numba takes a third of a second to import

    _, series, quantities = values.shape
    sums = np.zeros((len(group) * groups, series, n_features(quantities)))
    add_up(values, group, groups, start, sums)
    n, moved, square = sums[..., 0], sums[..., 1 : 1 + quantities], sums[..., 1 + quantities :]
    left, right = np.triu_indices(quantities)
    product = np.empty((*moved.shape, quantities))
    product[..., left, right] = square
    product[..., right, left] = square
    product -= n[..., None, None] * outer(divide(moved, n[..., None], empty=0.0))
    return n, moved, product


def _add_up_again(values: Floats, group: NDArray[np.int32], groups: int, rows: NDArray[Any]) -> tuple[Floats, Floats]:
    """Return sums and cross-products of a few rows, each added up about its first unit."""
    place = np.full(len(group) * groups, -1, dtype=np.int32)
    place[rows] = np.arange(len(rows))
    row = np.where(group >= 0, place[np.arange(len(group))[:, None] * groups + group], -1)
    unit, row = np.nonzero(row >= 0)[1], row[row >= 0]
    start = values[unit[np.unique(row, return_index=True)[1]]]
    n, moved, product = _add_up(values[unit] - start[row], row[None], len(rows), np.zeros(values.shape[1:]))
    return n[..., None] * start + moved, product


def _median(sample: Floats) -> Floats:
    """Return the (upper) median along the first axis, a value that occurs."""
    middle = len(sample) // 2
    return np.asarray(np.partition(sample, middle, axis=0)[middle])


def settle(product: Floats, scale: Floats, tolerance: float) -> None:
    """Set variances that are nothing but rounding to zero, in place, so that a constant has variance 0.

    Args:
        product: cross-products, shape (..., quantities, quantities).
        scale: sums of squares the variances were left over from, shape (..., quantities).
        tolerance: share of ``scale`` that is rounding.
    """
    diagonal = np.einsum("...ii->...i", product)
    diagonal[diagonal <= tolerance * scale] = 0.0


def outer(vector: Floats) -> Floats:
    """Return the products of the elements of the last axis with one another, along two."""
    return vector[..., :, None] * vector[..., None, :]


def divide(above: Floats, below: Floats, empty: float = np.nan) -> Floats:
    """Return above / below, and ``empty`` where below is zero, without a warning."""
    above, below = np.broadcast_arrays(above, below)
    quotient: Floats = np.full(above.shape, empty)
    np.divide(above, below, out=quotient, where=below != 0)
    return quotient
