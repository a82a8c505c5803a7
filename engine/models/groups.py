"""Groups of users by what the user table says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from engine.preferences import Preferences

FEWEST = 10
"""Users with a history below which a group says nothing of its own."""

_RANGES = 5
_KEY = "user_id"


@dataclass(frozen=True)
class Groups:
    """Which groups there are.

    Attributes:
        names: what each group is called, for instance ``country NO`` or ``age 25 to 31``.
        columns: the columns they come from, with the values that name a group, or the ends of number ranges.
    """

    names: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...] | tuple[float, ...]]

    def members(self, users: pd.DataFrame | None, n_users: int) -> sparse.csr_array:
        """Return who is in which group, 1 or nothing, shape (users, groups).

        Args:
            users: a user table; nobody is in a group where there is none, or where it lacks the column.
            n_users: its rows.
        """
        parts = []
        for column, kinds in self.columns.items():
            place = np.full(n_users, -1)
            if users is not None and column in users:
                place = _place(users[column], kinds)
            there = np.flatnonzero(place >= 0)
            n_groups = len(kinds) if isinstance(kinds[0], str) else len(kinds) - 1
            cells = (np.ones(len(there)), (there, place[there]))
            parts.append(sparse.csr_array(cells, shape=(n_users, n_groups)))
        return sparse.csr_array(sparse.hstack(parts, format="csr")) if parts else sparse.csr_array((n_users, 0))


def learn_groups(train: Preferences) -> Groups:
    """Return the groups of the users who have a history.

    A column of names makes one group of each name that at least ten of them share, a column of numbers up to
    five equally filled ranges. A column that all share, and the ids, make none.
    """
    if train.users is None:
        return Groups((), {})
    known = train.users.loc[train.user_items > 0]
    names: list[str] = []
    columns: dict[str, tuple[str, ...] | tuple[float, ...]] = {}
    for column in known.columns.drop(_KEY, errors="ignore"):
        values = known[column]
        if _is_number(values):
            ends = _ends(pd.to_numeric(values).to_numpy(np.float64))
            if len(ends) > 2:
                columns[str(column)] = ends
                names += [f"{column} {low:g} to {high:g}" for low, high in pairwise(ends)]
            continue
        counts = values.dropna().astype(str).value_counts()
        shared = tuple(sorted(str(name) for name in counts.index[(counts >= FEWEST) & (counts < len(known))]))
        if shared:
            columns[str(column)] = shared
            names += [f"{column} {name}" for name in shared]
    return Groups(tuple(names), columns)


def _is_number(values: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(values)) and not pd.api.types.is_bool_dtype(values)


def _ends(values: NDArray[np.float64]) -> tuple[float, ...]:
    """Return the ends of equally filled ranges, as many as leave ten users in each on average."""
    there = values[np.isfinite(values)]
    ranges = min(_RANGES, len(there) // FEWEST)
    if ranges < 2:
        return ()
    return tuple(float(end) for end in np.unique(np.quantile(there, np.linspace(0, 1, ranges + 1))))


def _place(values: pd.Series, kinds: tuple[str, ...] | tuple[float, ...]) -> NDArray[np.int64]:
    """Return each value's group, -1 where it has none; a number beyond the ends belongs to the nearest range."""
    if isinstance(kinds[0], str):
        text = values.astype(object).where(values.notna(), "").astype(str)
        return np.asarray(pd.Index(kinds).get_indexer(pd.Index(text)), dtype=np.int64)
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)
    inside = np.clip(np.searchsorted(kinds, numbers, side="right") - 1, 0, len(kinds) - 2)
    return np.where(np.isfinite(numbers), inside, -1)
