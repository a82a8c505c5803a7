"""What a Dataset is made of: its size, span and density, and how unevenly its interactions lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.dataset import Dataset, Feedback
from engine.metrics.gini import gini, lorenz, top_share


@dataclass(frozen=True)
class Profile:
    """The shape of one Dataset.

    Attributes:
        users: users, also those without an interaction.
        items: items of the catalogue, also those nobody touched.
        interactions: rows of the log.
        pairs: different user-item pairs among them.
        density: ``pairs`` as a share of all users times items.
        active_users: users with an interaction.
        touched_items: items with an interaction.
        first: time of the first interaction, or None where the log has no time.
        last: time of the last one, or None.
        span_days: days from the first to the last, or None.
        events: event -> rows, the commonest first.
        ratings: rating -> rows, the lowest first; empty where no row carries one.
        mean_rating: mean of the ratings, or None.
        feedback: explicit or implicit.
        user_counts: interactions of each user, int64, shape (users,).
        item_counts: interactions of each item, int64, shape (items,).
        long_tail: shape (101, 2): share of the items, most popular first, and the share of the interactions
            they hold.
        top_tenth_share: share of the interactions held by the most popular tenth of the items.
        item_gini: Gini coefficient of ``item_counts`` over the whole catalogue.
        per_day: interactions a calendar day, no day left out; None where the log has no time.
        withheld_users: users left out because they did not consent.
    """

    users: int
    items: int
    interactions: int
    pairs: int
    density: float
    active_users: int
    touched_items: int
    first: datetime | None
    last: datetime | None
    span_days: float | None
    events: Mapping[str, int]
    ratings: Mapping[float, int]
    mean_rating: float | None
    feedback: Feedback
    user_counts: NDArray[np.int64]
    item_counts: NDArray[np.int64]
    long_tail: NDArray[np.float64]
    top_tenth_share: float
    item_gini: float
    per_day: pd.Series | None
    withheld_users: int

    @property
    def sentence(self) -> str:
        """The dataset in one sentence."""
        span = "" if self.span_days is None else f" over {_counted(max(round(self.span_days), 1), 'day')}"
        users, items = (
            (f"{some:,} of " if some < all_of else "") + _counted(all_of, noun)
            for some, all_of, noun in (
                (self.active_users, self.users, "user"),
                (self.touched_items, self.items, "item"),
            )
        )
        return (
            f"{users} and {items} met in "
            f"{_counted(self.interactions, 'interaction')}{span}; the most popular tenth of the items holds "
            f"{self.top_tenth_share:.0%} of them."
        )


def profile(dataset: Dataset) -> Profile:
    """Return the profile of ``dataset``."""
    log = dataset.interactions
    user, item = log["user"].to_numpy(np.int64), log["item"].to_numpy(np.int64)
    item_counts = np.bincount(item, minlength=dataset.n_items)
    user_counts = np.bincount(user, minlength=dataset.n_users)
    pairs = len(pd.unique(user * dataset.n_items + item))
    rated = log["rating"].dropna()
    time = log["time"].dropna()
    first, last = (time.min(), time.max()) if len(time) else (None, None)
    # The curve over items from the least popular, seen from its other end.
    long_tail = 1.0 - lorenz(item_counts)[::-1]
    return Profile(
        users=dataset.n_users,
        items=dataset.n_items,
        interactions=len(log),
        pairs=pairs,
        density=pairs / max(dataset.n_users * dataset.n_items, 1),
        active_users=int((user_counts > 0).sum()),
        touched_items=int((item_counts > 0).sum()),
        first=None if first is None else first.to_pydatetime(),
        last=None if last is None else last.to_pydatetime(),
        span_days=None if first is None or last is None else (last - first).total_seconds() / 86400,
        events={str(event): int(n) for event, n in log["event"].value_counts().items() if n},
        ratings={float(str(value)): int(n) for value, n in rated.value_counts().sort_index().items()},
        mean_rating=float(rated.mean()) if len(rated) else None,
        feedback=dataset.feedback,
        user_counts=user_counts,
        item_counts=item_counts,
        long_tail=long_tail,
        top_tenth_share=top_share(item_counts),
        item_gini=gini(item_counts),
        per_day=log.loc[time.index].groupby(time.dt.normalize()).size().asfreq("D", fill_value=0)
        if len(time)
        else None,
        withheld_users=dataset.withheld_users,
    )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
