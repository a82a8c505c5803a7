"""Moments of thousands of random re-assignments of the same units, look by look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from experiments.calibration.assignments import draw_assignments
from experiments.calibration.population import Population
from experiments.moments import Floats, Moments

_BLOCK_CELLS = 2**18  # assignments multiplied at once, as float64: they stay in the processor's cache
_BITS = 52  # of a float64, that a sum over all units may need
_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class Sums:
    """What a population adds up to, made once for all assignments.

    A column a unit: one, its values about a centre near their mean, and the products of pairs of these.

    Attributes:
        quantities: names of the values.
        parts: units from first to last (exclusive) and their columns, one part a look.
        growing: whether each part holds what its units add to the looks before, rather than all seen so far.
        whole: sums over all units by look, shape (looks, columns).
        centre: what the values are about, shape (looks, quantities).
    """

    quantities: tuple[str, ...]
    parts: tuple[tuple[int, int, Floats], ...]
    growing: bool
    whole: Floats
    centre: Floats


def rerandomised(
    units: Population,
    *,
    split: Sequence[float] = (1.0, 1.0),
    replications: int = 10_000,
    rng: np.random.Generator,
    exact: bool = False,
) -> Moments:
    """Return the moments of ``units`` under random assignments, leading axes (replications, looks).

    With moments that long, ``effects`` analyses all replications of an A/A test in one call. Under no effect at
    all, every assignment that might have been drawn leaves the units as they are (Fisher 1935, The Design of
    Experiments, section 21).

    Args:
        units: who is re-assigned.
        split: weight of each variant, any positive scale.
        replications: how many assignments.
        rng: where the draws come from.
        exact: as for ``draw_assignments``.

    Raises:
        ExperimentError: where the weights are not a split.
    """
    codes = draw_assignments(rng, replications, units.n_units, split, exact=exact)
    return moments_under(codes, add_up(units), len(split))


def add_up(units: Population) -> Sums:
    """Return the columns that every assignment adds up.

    Values are rounded to a grid so fine that 52 bits hold any sum of them, no finer than 1e-12 of the largest for
    4,000 units. Sums are then exact in whatever order a matrix product takes them: the same seed gives the same
    bits in any block, on any machine.
    """
    q, seen, growing = len(units.quantities), units.seen, len(units.values) == 1
    left, right = np.triu_indices(q)
    parts: list[tuple[int, int, Floats]] = []
    centres = np.empty((units.looks, q))
    whole = np.empty((units.looks, 1 + q + len(left)))
    columns = np.empty((0, 0))
    for look in range(units.looks):
        if not growing or look == 0:
            # Complete figures share one centre and grid, so that looks add up; accumulating ones have their own.
            values = units.stage(units.looks - 1 if growing else look)
            centre = _centre(values)
            near = values - centre
            pairs = near[:, left] * near[:, right]
            columns = _on_grid(np.concatenate([np.ones((len(values), 1)), near, pairs], axis=1))
        first = int(seen[look - 1]) if growing and look else 0
        parts.append((first, int(seen[look]), np.ascontiguousarray(columns[first : seen[look]])))
        centres[look] = centre
        whole[look] = columns[: seen[look]].sum(axis=0)
    return Sums(units.quantities, tuple(parts), growing, whole, centres)


def moments_under(codes: NDArray[np.uint8], of: Sums, n_variants: int) -> Moments:
    """Return the moments under given assignments, leading axes (replications, looks).

    One matrix product adds up all assignments of a block; the control is what the treatments leave of the whole.

    Args:
        codes: variant code of each unit, shape (replications, units).
        of: the units' columns.
        n_variants: number of variants.
    """
    replications, units = codes.shape
    looks, columns = of.whole.shape
    sums = np.zeros((replications, looks, n_variants, columns))
    step = max(1, _BLOCK_CELLS // max(units, 1))
    # Products this small are done sooner by one thread than by several that wait for each other.
    with threadpool_limits(limits=1, user_api="blas"):
        for start in range(0, replications, step):
            block = codes[start : start + step]
            for variant in range(1, n_variants):
                member = (block == variant).astype(np.float64)
                for look, (first, last, part) in enumerate(of.parts):
                    sums[start : start + step, look, variant] = member[:, first:last] @ part
    if of.growing:
        np.cumsum(sums, axis=1, out=sums)
    sums[:, :, 0] = of.whole - sums[:, :, 1:].sum(axis=2)
    return _as_moments(sums, of)


def _centre(values: Floats) -> Floats:
    """Return the means, rounded to a power of two within a standard deviation: whole numbers stay whole."""
    if not len(values):
        return np.zeros(values.shape[1])
    mean, spread = values.mean(axis=0), values.std(axis=0)
    unit = np.exp2(np.floor(np.log2(np.where(spread > 0, spread, 1.0))))
    return np.asarray(np.where(spread > 0, np.rint(mean / unit) * unit, mean))


def _on_grid(columns: Floats) -> Floats:
    """Return columns whose sums over any of their rows are exact."""
    largest = np.abs(columns).max(axis=0, initial=0.0) * max(len(columns), 1)
    shift = (_BITS - np.ceil(np.log2(np.where(largest > 0, largest, 1.0)))).astype(np.int64)
    return np.asarray(np.ldexp(np.rint(np.ldexp(columns, shift)), -shift))


def _as_moments(sums: Floats, of: Sums) -> Moments:
    q = len(of.quantities)
    n, moved = sums[..., 0].copy(), sums[..., 1 : 1 + q]
    left, right = np.triu_indices(q)
    product = np.empty((*moved.shape, q))
    product[..., left, right] = product[..., right, left] = sums[..., 1 + q :]
    product -= (moved / np.maximum(n, 1)[..., None])[..., :, None] * moved[..., None, :]
    # What is left of a constant is rounding, which is in proportion to the whole.
    spread = of.whole[:, 1 + q :][:, left == right]
    diagonal = np.einsum("...ii->...i", product)
    diagonal[diagonal <= 64 * _EPS * spread[:, None, :]] = 0.0
    return Moments(of.quantities, n, moved + n[..., None] * of.centre[:, None, :], product)
