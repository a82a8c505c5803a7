"""Moments: counts, sums and cross-products of unit-level quantities. They add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import ExperimentError, unknown
from experiments.accumulation import EPS, SAME, accumulate, divide, outer, settle
from experiments.accumulation import Floats as Floats


@dataclass(frozen=True, eq=False)
class Moments:
    """Sufficient statistics of every unit-level quantity, by variant, under any leading axes.

    A leading axis may be segments, days, replications of an assignment or parts of a file; all functions
    of moments work on whole arrays of them.

    Attributes:
        quantities: names of the quantities, in the order of the last axes.
        n: units, shape (..., variants).
        total: sums, shape (..., variants, quantities).
        product: cross-products **about each group's own mean**, shape (..., variants, quantities,
            quantities). Raw second moments would lose the variance of a quantity whose mean is large
            beside its spread; ``from_sums`` accepts those, as a warehouse gives them.
    """

    quantities: tuple[str, ...]
    n: Floats
    total: Floats
    product: Floats

    @property
    def shape(self) -> tuple[int, ...]:
        """The leading axes."""
        return self.n.shape[:-1]

    @property
    def n_variants(self) -> int:
        """Number of variants."""
        return int(self.n.shape[-1])

    @property
    def mean(self) -> Floats:
        """Means, shape (..., variants, quantities); NaN where a group is empty."""
        return divide(self.total, self.n[..., None])

    @property
    def covariance(self) -> Floats:
        """Unbiased covariances, shape (..., variants, quantities, quantities); NaN where n < 2."""
        free = np.where(self.n >= 2, self.n - 1, 0.0)
        return divide(self.product, free[..., None, None])

    def index(self, quantity: str) -> int:
        """Return the position of ``quantity``.

        Raises:
            ExperimentError: where the log has no such quantity.
        """
        if quantity not in self.quantities:
            raise ExperimentError(unknown("Quantity", quantity, self.quantities))
        return self.quantities.index(quantity)

    def __add__(self, other: Moments) -> Moments:
        """Return the moments of both groups of units together (Chan, Golub & LeVeque 1983, eq. 2.1)."""
        if self.quantities != other.quantities:
            raise ExperimentError(
                f"Moments of {', '.join(self.quantities)} cannot be added to moments of "
                f"{', '.join(other.quantities)}; both must hold the same quantities in the same order."
            )
        gap = np.nan_to_num(self.mean - other.mean)
        weight = divide(self.n * other.n, self.n + other.n, empty=0.0)[..., None, None]
        n, total = self.n + other.n, self.total + other.total
        product = self.product + other.product + weight * outer(gap)
        settle(product, _squares(n, total), SAME)
        return Moments(self.quantities, n, total, product)

    def sum(self, axis: int = 0) -> Moments:
        """Return the moments of all groups along a leading ``axis`` together."""
        axis = axis % max(len(self.shape), 1)
        if not self.shape:
            raise ExperimentError("These moments have no leading axis to sum over.")
        n, total = self.n.sum(axis), self.total.sum(axis)
        pooled = np.expand_dims(divide(total, n[..., None]), axis)
        gap = np.nan_to_num(self.mean - pooled)
        between = self.n[..., None, None] * outer(gap)
        product = (self.product + between).sum(axis)
        settle(product, _squares(n, total), SAME)
        return Moments(self.quantities, n, total, product)

    def pooled(self) -> Moments:
        """Return the moments of the units of all variants together, as those of one variant."""
        apart = Moments(self.quantities, self.n[..., None], self.total[..., None, :], self.product[..., None, :, :])
        return apart.sum(axis=-1)

    def __getitem__(self, key: Any) -> Moments:
        """Return the moments at ``key`` of the leading axes, as NumPy indexes."""
        return Moments(self.quantities, self.n[key], self.total[key], self.product[key])


def moments(
    values: ArrayLike,
    variants: ArrayLike,
    n_variants: int,
    *,
    quantities: Sequence[str],
    cell: ArrayLike | None = None,
    n_cells: int = 1,
) -> Moments:
    """Return the moments of ``values`` by variant, and by cell where one is given.

    Args:
        values: one value a unit and quantity, shape (..., units, quantities); leading axes may be days.
        variants: variant code of each unit, shape (..., units); leading axes may be replications of the
            assignment. A unit whose code is negative is left out.
        n_variants: number of variants.
        quantities: names of the quantities.
        cell: cell (segment) code of each unit, shape (units,); negative codes are left out.
        n_cells: number of cells.

    Returns:
        Moments whose leading axes are those of ``variants``, then the cells (where given), then those of
        ``values``.

    Raises:
        ExperimentError: where shapes, codes or values cannot be: a value is missing or infinite, or a code
            is beyond its count.
    """
    data = np.asarray(values, dtype=np.float64)
    codes = np.asarray(variants)
    names = tuple(quantities)
    units = _check(data, codes, n_variants, names, cell, n_cells)

    lead = data.shape[:-2]
    flat = np.moveaxis(data.reshape(int(np.prod(lead)), units, len(names)), 1, 0)
    assigned = codes.reshape(int(np.prod(codes.shape[:-1])), units)
    group, groups = np.maximum(assigned, -1).astype(np.int32), n_variants
    if cell is not None:
        place, groups = np.asarray(cell), n_cells * n_variants
        group = np.where((group >= 0) & (place >= 0), place * n_variants + group, -1).astype(np.int32)
    n, total, product = accumulate(flat, group, groups)
    cells = () if cell is None else (n_cells,)
    front = (*codes.shape[:-1], *cells)
    return Moments(
        quantities=names,
        n=_arrange(n, front, n_variants, lead),
        total=_arrange(total, front, n_variants, lead),
        product=_arrange(product, front, n_variants, lead),
    )


def from_sums(n: ArrayLike, total: ArrayLike, raw_product: ArrayLike, *, quantities: Sequence[str]) -> Moments:
    """Return moments from counts, sums and raw sums of products, as one GROUP BY returns them.

    Args:
        n: units, shape (..., variants).
        total: sums, shape (..., variants, quantities).
        raw_product: sums of products x·y, shape (..., variants, quantities, quantities).
        quantities: names of the quantities.
    """
    counts = np.asarray(n, dtype=np.float64)
    sums = np.asarray(total, dtype=np.float64)
    raw = np.asarray(raw_product, dtype=np.float64)
    mean = divide(sums, counts[..., None], empty=0.0)
    product = raw - counts[..., None, None] * outer(mean)
    settle(product, np.abs(np.einsum("...ii->...i", raw)), 64 * EPS)
    return Moments(tuple(quantities), counts, sums, product)


def concatenate(parts: Sequence[Moments], *, variants: bool = False) -> Moments:
    """Return ``parts`` one after the other along the first leading axis, or along that of the variants."""
    names = parts[0].quantities
    if any(part.quantities != names for part in parts):
        raise ExperimentError("Only moments of the same quantities can be put together.")
    return Moments(
        quantities=names,
        n=np.concatenate([part.n for part in parts], axis=-1 if variants else 0),
        total=np.concatenate([part.total for part in parts], axis=-2 if variants else 0),
        product=np.concatenate([part.product for part in parts], axis=-3 if variants else 0),
    )


def _check(
    data: Floats,
    codes: NDArray[Any],
    n_variants: int,
    names: tuple[str, ...],
    cell: ArrayLike | None,
    n_cells: int,
) -> int:
    """Return the number of units, or raise where the inputs do not fit together."""
    if data.ndim < 2 or data.shape[-1] != len(names):
        raise ExperimentError(
            f"Values of shape {data.shape} do not fit {len(names)} quantities; expected (..., units, quantities)."
        )
    units = data.shape[-2]
    if codes.shape[-1:] != (units,):
        raise ExperimentError(f"{units} units have values, but variant codes have shape {codes.shape}.")
    if cell is not None and np.shape(cell) != (units,):
        raise ExperimentError(f"{units} units have values, but cell codes have shape {np.shape(cell)}.")
    if codes.size and codes.max() >= n_variants:
        raise ExperimentError(f"Variant code {codes.max()} was given, but there are {n_variants} variants.")
    if cell is not None and units and np.max(cell) >= n_cells:
        raise ExperimentError(f"Cell code {np.max(cell)} was given, but there are {n_cells} cells.")
    if not np.isfinite(data).all():
        bad = [
            name for name, column in zip(names, np.moveaxis(data, -1, 0), strict=True) if not np.isfinite(column).all()
        ]
        raise ExperimentError(
            f"Quantity {', '.join(bad)} has missing or infinite values; "
            "give each unit a number (0 where nothing happened) or leave the unit out."
        )
    return int(units)


def _arrange(rows: Floats, outer: tuple[int, ...], n_variants: int, lead: tuple[int, ...]) -> Floats:
    """Turn (replications · cells · variants, series, ...) into (*outer, *lead, variants, ...)."""
    tail = rows.shape[2:]
    split = rows.reshape(*outer, n_variants, *lead, *tail)
    return np.asarray(np.moveaxis(split, len(outer), len(outer) + len(lead)))


def _squares(n: Floats, total: Floats) -> Floats:
    """Return n times the squared means, shape as ``total``."""
    return n[..., None] * divide(total, n[..., None], empty=0.0) ** 2
