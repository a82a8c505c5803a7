"""The columns of the user table as segments."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.api import types

MOST_SEGMENTS = 30
"""A text column with more different values names users rather than groups them."""

FEW_NUMBERS = 8
"""A numeric column with no more different values is taken as it is, not binned."""

UNKNOWN = "unknown"


def table_segments(users: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of the user table that group users, as categories; the rest is left out.

    Text and booleans as they are where they have 2 to 30 values; numbers by quarters of the users; dates by
    calendar quarter, or by month where all lie within a year. A missing value is the segment "unknown".

    Args:
        users: the Dataset's users.
    """
    columns = {name: _as_segments(users[name]) for name in users.columns if name != "user_id"}
    return pd.DataFrame({name: column for name, column in columns.items() if column is not None}, index=users.index)


def _as_segments(column: pd.Series) -> pd.Series | None:
    if types.is_datetime64_any_dtype(column):
        within_a_year = column.max() - column.min() <= pd.Timedelta(days=366)
        column = column.dt.strftime("%Y-%m") if within_a_year else _quarter(column)
    elif types.is_numeric_dtype(column) and not types.is_bool_dtype(column) and column.nunique() > FEW_NUMBERS:
        return _quarters_of_users(column)
    values = column.dropna()
    kinds = sorted(values.unique(), key=lambda value: (str(type(value)), value))
    if not 2 <= len(kinds) <= MOST_SEGMENTS:
        return None
    names = [_name(kind) for kind in kinds]
    text = column.map(dict(zip(kinds, names, strict=True))).astype(object)
    return _categories(text, names)


def _quarter(column: pd.Series) -> pd.Series:
    period = column.dt.year.astype("Int64").astype(str) + " Q" + column.dt.quarter.astype("Int64").astype(str)
    named: pd.Series = period.where(column.notna())
    return named


def _quarters_of_users(column: pd.Series) -> pd.Series | None:
    whole = bool((column.dropna() % 1 == 0).all())
    quantiles = column.quantile([0, 0.25, 0.5, 0.75, 1])
    edges = (quantiles.floordiv(1) if whole else quantiles).drop_duplicates().to_list()
    if len(edges) < 3:
        return None
    # A bin begins after the one before: at the next whole number, or "over" its end.
    after = [f"{low + 1:,.6g}" if whole else f"over {low:,.6g}" for low in edges]
    after[0] = f"{edges[0]:,.6g}"
    names = [f"{begin} to {end:,.6g}" for begin, end in zip(after, edges[1:], strict=False)]
    cut = pd.cut(column, edges, labels=names, include_lowest=True)
    return _categories(cut.astype(object), names)


def _categories(text: pd.Series, names: list[str]) -> pd.Series:
    if text.isna().any():
        names = [*names, UNKNOWN]
        text = text.where(text.notna(), UNKNOWN)
    return pd.Series(pd.Categorical(text, categories=list(dict.fromkeys(names))), index=text.index)


def _name(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
