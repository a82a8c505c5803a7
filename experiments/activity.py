"""What each row of a log says its user did, in the quantities an experiment counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.dataset import Dataset
from engine.errors import ExperimentError
from engine.world.catalogue import item_prices
from engine.world.events import among
from engine.world.parameters import WorldParameters
from experiments.moments import Floats

QUANTITIES = ("sessions", "impressions", "clicks", "purchased", "revenue", "purchases")

_SHOWN = ("impression", "impressions", "shown", "exposure")
_CLICKED = ("click", "view")
_BOUGHT = ("purchase", "buy", "order", "transaction")


@dataclass(frozen=True, eq=False, kw_only=True)
class Activity:
    """The rows of a log that have a time, or all of them where none has.

    Attributes:
        user: user code of each row, shape (rows,).
        day: day of each row, counted from the log's first, shape (rows,); all 0 where the log has no times.
        values: of ``QUANTITIES``, shape (rows, quantities); ``purchased`` is 1 for each purchase.
        measured: the quantities the log really holds; the others are zero.
        timed: whether the log has times.
        n_users: users the log knows.
    """

    user: NDArray[np.int64]
    day: NDArray[np.int64]
    values: Floats
    measured: frozenset[str]
    timed: bool
    n_users: int

    @property
    def span(self) -> int:
        """Days from the first row to the last, both counted."""
        return int(self.day.max()) + 1


def activity(dataset: Dataset) -> Activity:
    """Return what each row of ``dataset`` says its user did.

    Raises:
        ExperimentError: where the log is empty.
    """
    rows = dataset.interactions
    timed = dataset.has_time
    if timed:
        rows = rows.loc[rows["time"].notna()]
    if rows.empty:
        raise ExperimentError(f"{dataset.name} has 0 rows to plan from; expected at least one.")
    user = rows["user"].to_numpy(np.int64)
    second = (
        rows["time"].to_numpy().astype("datetime64[s]").astype(np.int64) if timed else np.zeros(len(rows), np.int64)
    )
    day = second // 86_400
    shown, clicked, bought = (among(rows["event"], names) for names in (_SHOWN, _CLICKED, _BOUGHT))
    price = item_prices(dataset.items)
    paid = np.ones(dataset.n_items) if price is None else price
    opened = _opens(user, second)
    values = np.column_stack([opened, shown, clicked, bought, bought * paid[rows["item"].to_numpy()], bought])
    held = np.asarray(values.any(axis=0))
    return Activity(
        user=user,
        day=day - day.min(),
        values=values.astype(np.float64),
        measured=frozenset(name for name, there in zip(QUANTITIES, held.tolist(), strict=True) if there),
        timed=timed,
        n_users=dataset.n_users,
    )


def _opens(user: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which rows open a session: the user's first, and those after a silence."""
    order = np.lexsort((second, user))
    opens = np.ones(len(user), dtype=bool)
    gap = 60 * WorldParameters().session_gap_minutes
    opens[order[1:]] = (np.diff(user[order]) != 0) | (np.diff(second[order]) > gap)
    return opens
