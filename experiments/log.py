"""The Log of an experiment: what each unit did on each day, in which variant, in which segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import ExperimentError
from experiments.moments import Floats, Moments, concatenate, moments


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
    """

    quantities: tuple[str, ...]
    values: Floats
    variant: NDArray[np.int64]
    variants: tuple[str, ...]
    segments: pd.DataFrame = field(default_factory=pd.DataFrame)
    indicators: Mapping[str, str] = field(default_factory=dict)
    entered: NDArray[np.int64] | None = None
    covariates: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        days, units, quantities = self.values.shape
        if self.variant.shape != (units,) or quantities != len(self.quantities):
            raise ExperimentError(
                f"Values of {days} days, {units} units and {quantities} quantities do not fit "
                f"{self.variant.size} variant codes and {len(self.quantities)} names."
            )
        if len(self.segments.columns) and len(self.segments) != units:
            raise ExperimentError(f"{units} units have values, but {len(self.segments)} have segments.")
        beside = {"first days": self.entered, **self.covariates}
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
        """Units in each variant, shape (variants,)."""
        return np.bincount(self.variant, minlength=len(self.variants))

    @property
    def measured(self) -> tuple[str, ...]:
        """Names of the quantities, the indicators and the covariates, as the moments carry them."""
        return (*self.quantities, *self.indicators, *self.covariates)

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
        more += [np.broadcast_to(known, values.shape[:-1]) for known in self.covariates.values()]
        every = np.concatenate([values, *(each[..., None].astype(np.float64) for each in more)], axis=-1)
        return moments(
            every,
            self.variant if variant is None else variant,
            len(self.variants),
            quantities=self.measured,
            cell=cell,
            n_cells=n_cells,
        )
