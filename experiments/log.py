"""The Log of an experiment: what each unit did on each day, in which variant, in which segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import ExperimentError, unknown
from experiments.clusters import cluster
from experiments.moments import Floats, Moments, concatenate, moments

_EVER, _CAPPED, _BEFORE = "any ", " capped", " before"


@dataclass(frozen=True, eq=False)
class Log:
    """Unit-days of one experiment. Immutable: never write into its arrays.

    Attributes:
        quantities: names of what was counted.
        values: sums over a day, shape (days, units, quantities).
        variant: variant code of each unit, shape (units,).
        variants: names; the first is the control.
        segments: one row a unit, one category column a way of grouping.
        indicators: names of 0/1 quantities, each with the quantity that must have been above 0 so far.
        entered: first day of each unit, counted from 0, shape (units,); None where all begin on the first.
        covariates: what was known of each unit before the experiment, by name, each of shape (units,).
        clusters: what was randomised where that is coarser than a unit: its code for each unit, shape (units,).
        cutoffs: quantities that are also read capped, each with the most a unit's sum may count.
        first_day: the date of the first day, or None where it is not known.
    """

    quantities: tuple[str, ...]
    values: Floats
    variant: NDArray[np.int64]
    variants: tuple[str, ...]
    segments: pd.DataFrame = field(default_factory=pd.DataFrame)
    indicators: Mapping[str, str] = field(default_factory=dict)
    entered: NDArray[np.int64] | None = None
    covariates: Mapping[str, Floats] = field(default_factory=dict)
    clusters: NDArray[np.int64] | None = None
    cutoffs: Mapping[str, float] = field(default_factory=dict)
    first_day: np.datetime64 | None = None

    def __post_init__(self) -> None:
        days, units, quantities = self.values.shape
        if self.variant.shape != (units,) or quantities != len(self.quantities):
            raise ExperimentError(
                f"Values of {days} days, {units} units and {quantities} quantities do not fit "
                f"{self.variant.size} variant codes and {len(self.quantities)} names."
            )
        if len(self.segments.columns) and len(self.segments) != units:
            raise ExperimentError(f"{units} units have values, but {len(self.segments)} have segments.")
        beside = {"first days": self.entered, "clusters": self.clusters, **self.covariates}
        for name, known in beside.items():
            if known is not None and known.shape != (units,):
                raise ExperimentError(f"{units} units have values, but {name} has shape {known.shape}.")

    @property
    def n_days(self) -> int:
        """Number of days."""
        return int(self.values.shape[0])

    @property
    def n_units(self) -> int:
        """Number of units."""
        return int(self.values.shape[1])

    @property
    def counts(self) -> NDArray[np.int64]:
        """What was randomised to each variant, units or clusters of them, shape (variants,)."""
        if self.clusters is None:
            return np.bincount(self.variant, minlength=len(self.variants))
        # A cluster that is torn between variants counts in each; to tell so is a health check's part.
        drawn = np.unique(np.stack([self.clusters, self.variant]), axis=1)[1]
        return np.bincount(drawn, minlength=len(self.variants))

    @property
    def measured(self) -> tuple[str, ...]:
        """Names of the quantities, the indicators, what is capped and the covariates, as the moments carry them."""
        return (
            *self.quantities,
            *self.indicators,
            *(f"{name}{_CAPPED}" for name in self.cutoffs),
            *(f"{name}{_BEFORE}" for name in self.covariates),
        )

    def column(self, quantity: str) -> int:
        """Return the position of ``quantity`` in ``values``.

        Raises:
            ExperimentError: where the log has no such quantity.
        """
        if quantity not in self.quantities:
            raise ExperimentError(unknown("Quantity", quantity, self.quantities))
        return self.quantities.index(quantity)

    def ever(self, quantity: str) -> str:
        """Return the indicator that tells whether a unit ever had any of ``quantity``, or itself where none does."""
        return f"{_EVER}{quantity}" if f"{_EVER}{quantity}" in self.indicators else quantity

    def capped(self, quantity: str) -> str:
        """Return what the moments call ``quantity`` cut off at its ``cutoffs``."""
        return f"{quantity}{_CAPPED}"

    def before(self, covariate: str) -> str:
        """Return what the moments call ``covariate``.

        Raises:
            ExperimentError: where the log has no such covariate.
        """
        if covariate not in self.covariates:
            known = ", ".join(self.covariates) or "none"
            raise ExperimentError(
                f"Covariate '{covariate}' is not known of the units before the experiment; known are: {known}."
            )
        return f"{covariate}{_BEFORE}"

    def overall(self) -> Moments:
        """Return the moments of each unit's sums over all days, without leading axes."""
        return self._moments(self.values.sum(axis=0))

    def by_day(self) -> Moments:
        """Return the moments of each unit's sums up to and with each day; leading axis (days,).

        A unit counts from the day it entered. Moments of single days would not add up to these: a unit's days
        belong together.
        """
        so_far = np.cumsum(self.values, axis=0)
        if self.entered is None:
            return self._moments(so_far)
        # Who is in changes by the day, so each day is a sum of its own.
        days = [
            self._moments(so_far[[day]], variant=np.where(self.entered <= day, self.variant, -1))
            for day in range(self.n_days)
        ]
        return concatenate(days)

    def cells(self) -> pd.DataFrame:
        """Return the segments of all groupings, one row each: ``by`` and ``segment``."""
        rows = [(name, str(segment)) for name, column in self.segments.items() for segment in column.cat.categories]
        return pd.DataFrame(rows, columns=["by", "segment"])

    def segment_counts(self) -> NDArray[np.int64]:
        """Return the units of each segment in each variant, shape (rows of ``cells``, variants)."""
        n = len(self.variants)
        parts = [
            np.bincount(
                (column.cat.codes.to_numpy() * n + self.variant)[column.cat.codes.to_numpy() >= 0],
                minlength=n * len(column.cat.categories),
            ).reshape(-1, n)
            for _, column in self.segments.items()
        ]
        return np.concatenate(parts) if parts else np.empty((0, n), dtype=np.int64)

    def by_segment(self) -> Moments:
        """Return the moments of each unit's sums by segment; leading axis as the rows of ``cells``."""
        total = self.values.sum(axis=0)
        parts = [
            self._moments(total, column.cat.codes.to_numpy(), len(column.cat.categories))
            for _, column in self.segments.items()
        ]
        if not parts:
            parts = [self._moments(total, np.full(self.n_units, -1), 0)]
        return concatenate(parts)

    def _moments(
        self,
        values: Floats,
        cell: NDArray[np.integer] | None = None,
        n_cells: int = 1,
        *,
        variant: NDArray[np.int64] | None = None,
    ) -> Moments:
        more = [values[..., self.quantities.index(source)] > 0 for source in self.indicators.values()]
        more += [np.minimum(values[..., self.quantities.index(name)], most) for name, most in self.cutoffs.items()]
        more += [np.broadcast_to(known, values.shape[:-1]) for known in self.covariates.values()]
        every = np.concatenate([values, *(each[..., None].astype(np.float64) for each in more)], axis=-1)
        codes = self.variant if variant is None else variant
        if self.clusters is None:
            return moments(every, codes, len(self.variants), quantities=self.measured, cell=cell, n_cells=n_cells)
        if cell is None or not n_cells:
            found = cluster(every, codes, self.clusters, quantities=self.measured).moments(len(self.variants))
            return found if n_cells else found[None][:0]
        parts = [
            cluster(every, np.where(cell == place, codes, -1), self.clusters, quantities=self.measured)
            for place in range(n_cells)
        ]
        return concatenate([part.moments(len(self.variants))[None] for part in parts])
