"""Moments of a table with one row a unit: a frame, a file of any size in batches, or one GROUP BY in a warehouse.

A file larger than memory:

    from pyarrow import parquet
    batches = parquet.ParquetFile("units.parquet").iter_batches(columns=["variant", "revenue", "orders"])
    found = batch_moments(batches, ["revenue", "orders"], variant="variant", variants=["control", "treatment"])
    effects(found, [Metric(name="revenue", kind="mean", numerator="revenue")])

The same where the units are:

    query = moments_query("units", ["revenue", "orders"], variant="variant")
    found = moments_of_rows(warehouse.execute(query).df(), ["revenue", "orders"], variants=["control", "treatment"])
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import ExperimentError, unknown
from experiments.accumulation import SAME, divide, settle
from experiments.moments import Moments, moments


class Batch(Protocol):
    """What a file is read in: an Arrow record batch or table, or whatever else turns into a frame."""

    def to_pandas(self) -> pd.DataFrame:
        """Return the rows as a frame."""


def frame_moments(
    frame: pd.DataFrame, quantities: Sequence[str], *, variant: str, variants: Sequence[Hashable]
) -> Moments:
    """Return the moments of the columns ``quantities`` of ``frame``, one row a unit, by variant.

    Args:
        frame: the units.
        quantities: columns of numbers.
        variant: column of the variant.
        variants: its values, in the order of the moments.

    Raises:
        ExperimentError: where a column is not there, a value is missing or no number, or a variant is not one of
            ``variants``.
    """
    for name in (*quantities, variant):
        if name not in frame.columns:
            raise ExperimentError(unknown("Column", name, list(frame.columns)))
    codes = _codes(frame[variant], variants)
    try:
        values = frame[list(quantities)].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        text = [name for name in quantities if not pd.api.types.is_numeric_dtype(frame[name])]
        raise ExperimentError(
            f"Column {', '.join(text)} holds values that are not numbers; turn them into numbers or leave it out."
        ) from error
    return moments(values, codes, len(variants), quantities=quantities)


def batch_moments(
    batches: Iterable[pd.DataFrame | Batch], quantities: Sequence[str], *, variant: str, variants: Sequence[Hashable]
) -> Moments:
    """Return the moments of all ``batches`` together; only one is held in memory at a time.

    Args:
        batches: frames or Arrow batches, each with one row a unit; no unit is in two.
        quantities: columns of numbers.
        variant: column of the variant.
        variants: its values, in the order of the moments.

    Raises:
        ExperimentError: as ``frame_moments``.
    """
    whole = moments(np.empty((0, len(quantities))), np.empty(0, dtype=int), len(variants), quantities=quantities)
    for batch in batches:
        frame = batch if isinstance(batch, pd.DataFrame) else batch.to_pandas()
        whole = whole + frame_moments(frame, quantities, variant=variant, variants=variants)
    return whole


def moments_query(table: str, quantities: Sequence[str], *, variant: str) -> str:
    """Return the SELECT that gives ``moments_of_rows`` what it reads, one row a variant.

    Standard SQL (``covar_pop`` is of SQL:2003): DuckDB, PostgreSQL, Snowflake, Trino and others run it as it is.
    Co-variances and not sums of products, which would lose the variance of a quantity whose mean is large beside
    its spread.

    Args:
        table: what to select from, as SQL: a table's name or a query in brackets.
        quantities: columns of numbers.
        variant: column of the variant.
    """
    column = [f"CAST({_quoted(name)} AS DOUBLE PRECISION)" for name in quantities]
    fields = [f"{_quoted(variant)} AS variant", "count(*) AS n"]
    fields += [f"count({each}) AS known_{place}" for place, each in enumerate(column)]
    fields += [f"sum({each}) AS total_{place}" for place, each in enumerate(column)]
    fields += [
        f"covar_pop({column[left]}, {column[right]}) * count(*) AS product_{left}_{right}"
        for left, right in _pairs(len(column))
    ]
    return f"SELECT {', '.join(fields)} FROM {table} GROUP BY {_quoted(variant)}"  # noqa: S608 (names are quoted)


def moments_of_rows(rows: pd.DataFrame, quantities: Sequence[str], *, variants: Sequence[Hashable]) -> Moments:
    """Return the moments that the rows of ``moments_query`` say, in the order of ``variants``.

    Args:
        rows: what the query returned, one row a variant; one without units has none.
        quantities: as the query was asked for.
        variants: values of the variant column, in the order of the moments.

    Raises:
        ExperimentError: where a value was missing, or a variant is not one of ``variants``.
    """
    q, pairs = len(quantities), _pairs(len(quantities))
    place = _codes(rows["variant"], variants)
    n, total = np.zeros(len(variants)), np.zeros((len(variants), q))
    product = np.zeros((len(variants), q, q))
    known = rows[[f"known_{column}" for column in range(q)]].to_numpy(dtype=np.float64)
    units = rows["n"].to_numpy(dtype=np.float64)
    sums = rows[[f"total_{column}" for column in range(q)]].to_numpy(dtype=np.float64)
    bad = (known < units[:, None]) | ~np.isfinite(sums)
    if bad.any():
        names = [name for column, name in enumerate(quantities) if bad[:, column].any()]
        raise ExperimentError(
            f"Quantity {', '.join(names)} has missing or infinite values; "
            "give each unit a number (0 where nothing happened) or leave the unit out."
        )
    n[place], total[place] = units, sums
    for left, right in pairs:
        column = rows[f"product_{left}_{right}"].to_numpy(dtype=np.float64)
        product[place, left, right] = product[place, right, left] = column
    settle(product, divide(total**2, n[:, None], empty=0.0), SAME)
    return Moments(tuple(quantities), n, total, product)


def _codes(column: pd.Series, variants: Sequence[Hashable]) -> NDArray[np.intp]:
    """Return the place of each row's variant among ``variants``."""
    codes = np.asarray(pd.Index(list[Any](variants)).get_indexer(pd.Index(column)))
    strange = column[codes < 0]
    if len(strange):
        names = ", ".join(str(name) for name in variants)
        raise ExperimentError(
            f"{len(strange)} rows have a variant other than {names} (the first: {strange.iloc[0]}); "
            "name every variant, or leave those rows out."
        )
    return codes


def _pairs(quantities: int) -> list[tuple[int, int]]:
    return [(left, right) for left in range(quantities) for right in range(left, quantities)]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
