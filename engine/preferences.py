"""Preferences: one value a user-item pair, what every model learns from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from engine.ordering import order_by_pair, starts_of_runs


@dataclass(frozen=True)
class Preferences:
    """Unique user-item pairs, sorted by user code then item code.

    Attributes:
        user: user codes, int32, shape (pairs,).
        item: item codes, int32, shape (pairs,).
        value: ratings (explicit) or strengths in log2 units (implicit), float64, shape (pairs,).
        n_users: users in the Dataset, also those without a pair.
        n_items: items in the catalogue, also those without a pair.
        scale: lowest and highest value a prediction is clipped to.
        explicit: whether values are ratings.
        time: seconds since 1970 of each pair's last event, int64, shape (pairs,); None where the log has no times.
        items: the Dataset's items table, one row an item; None where nothing is known of the items.
        users: the Dataset's users table, one row a user; None where nothing is known of the users.
    """

    user: NDArray[np.int32]
    item: NDArray[np.int32]
    value: NDArray[np.float64]
    n_users: int
    n_items: int
    scale: tuple[float, float]
    explicit: bool
    time: NDArray[np.int64] | None = None
    items: pd.DataFrame | None = None
    users: pd.DataFrame | None = None

    def __len__(self) -> int:
        return len(self.user)

    @cached_property
    def matrix(self) -> sparse.csr_array:
        """The values as a sparse (users, items) matrix, in the same memory; do not write into it."""
        ends = np.concatenate([[0], np.cumsum(self.user_items)])
        if len(self) <= np.iinfo(np.int32).max:
            ends = ends.astype(np.int32)  # wider than the item codes, they would have SciPy copy and widen these
        return sparse.csr_array((self.value, self.item, ends), shape=(self.n_users, self.n_items))

    @cached_property
    def item_users(self) -> NDArray[np.int64]:
        """How many users each item has, shape (items,)."""
        return np.bincount(self.item, minlength=self.n_items)

    @cached_property
    def user_items(self) -> NDArray[np.int64]:
        """How many items each user has, shape (users,)."""
        return np.bincount(self.user, minlength=self.n_users)

    def of_users(self, users: NDArray[np.integer]) -> Self:
        """Return the pairs of ``users`` (codes, repeats allowed); user i of the result is ``users[i]``."""
        counts = self.user_items[users]
        starts = np.concatenate([[0], np.cumsum(self.user_items)])[users]
        ends = np.cumsum(counts)
        pairs = np.arange(counts.sum()) + np.repeat(starts - (ends - counts), counts)
        rows = np.repeat(np.arange(len(users), dtype=np.int32), counts)
        known = None if self.users is None else self.users.iloc[users].reset_index(drop=True)
        return replace(self.take(pairs), user=rows, n_users=len(users), users=known)

    def take(self, pairs: NDArray[np.integer] | NDArray[np.bool_]) -> Self:
        """Return some of the pairs, by ascending place or by a mask; users and items stay the same."""
        return replace(
            self,
            user=self.user[pairs],
            item=self.item[pairs],
            value=self.value[pairs],
            time=None if self.time is None else self.time[pairs],
        )


def explicit_preferences(rows: pd.DataFrame, n_users: int, n_items: int, scale: tuple[float, float]) -> Preferences:
    """Keep each pair's last rating. Rows without a rating are no preference and are passed over."""
    rated = np.flatnonzero(rows["rating"].notna())
    user, item = rows["user"].to_numpy(np.int32)[rated], rows["item"].to_numpy(np.int32)[rated]
    order = order_by_pair(user, item, n_users, n_items)
    user, item = user[order], item[order]
    last = np.roll(starts_of_runs(user, item), -1)  # a pair ends where the next one starts
    kept = rated[order[last]]
    return Preferences(
        user=user[last],
        item=item[last],
        value=rows["rating"].to_numpy(np.float64)[kept],
        n_users=n_users,
        n_items=n_items,
        scale=scale,
        explicit=True,
        time=_seconds(rows["time"].iloc[kept]),
    )


def implicit_preferences(
    rows: pd.DataFrame,
    n_users: int,
    n_items: int,
    event_weights: Mapping[str, float],
    rating_scale: tuple[float, float] | None,
) -> Preferences:
    """Add up each pair's event weights and return strengths ``log2(1 + total weight)``.

    The logarithm keeps a tenth view from outweighing a purchase (Hu, Koren & Volinsky 2008, eq. 6,
    use the same damping for confidence). A row that carries a rating counts its event's weight times the
    rating's place on its scale: one star is seen, but no praise (strength 0). Events of weight zero are
    passed over. A row that stands for several events (column ``count``) counts as many times.
    """
    events = pd.Categorical(rows["event"])
    # One place more for the code of a missing event, which is -1.
    weight = np.array([*(event_weights.get(event, 0.0) for event in events.categories), 0.0])[events.codes]
    used = np.flatnonzero(weight > 0)
    if rating_scale is not None and rating_scale[1] > rating_scale[0]:
        rating = rows["rating"].to_numpy(np.float64)
        place = (rating - rating_scale[0]) / (rating_scale[1] - rating_scale[0])
        weight = np.where(np.isnan(rating), weight, weight * place)
    if "count" in rows:
        weight = weight * rows["count"].to_numpy(np.float64)
    user, item = rows["user"].to_numpy(np.int32)[used], rows["item"].to_numpy(np.int32)[used]
    order = order_by_pair(user, item, n_users, n_items)
    user, item, used = user[order], item[order], used[order]
    first = starts_of_runs(user, item)
    seconds = _seconds(rows["time"])
    total = np.bincount(np.cumsum(first) - 1, weights=weight[used], minlength=int(first.sum()))
    strength = np.log2(1.0 + total)
    return Preferences(
        user=user[first],
        item=item[first],
        value=strength,
        n_users=n_users,
        n_items=n_items,
        scale=(0.0, (float(strength.max()) if len(strength) else 0.0) or 1.0),
        explicit=False,
        time=None if seconds is None else np.maximum.reduceat(seconds[used], np.flatnonzero(first)),
    )


def _seconds(time: pd.Series) -> NDArray[np.int64] | None:
    """Return seconds since 1970, or None where a row has no time."""
    return None if time.isna().any() else time.to_numpy("datetime64[s]").astype(np.int64)
