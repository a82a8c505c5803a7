"""Which of a log's events are choices, and how they fall into sessions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.dataset import Dataset
from engine.world.events import choice_rows

_DAY = 86_400
_EPOCH = pd.Timestamp(0)


@dataclass(frozen=True)
class Lived:
    """Choices of users over some days, one entry a choice, by user, then by time. From a log, or simulated.

    Attributes:
        user: whose choice, a code, shape (choices,).
        item: what was taken, shape (choices,).
        day: day since the first, from 0, shape (choices,).
        second: second since the first day's midnight, shape (choices,).
        session: number of the session it was made in, ascending from 0, shape (choices,).
        repeat: whether the user had taken the item before, shape (choices,).
        days: number of days.
        n_users: users there are, also those who chose nothing.
        first_day: midnight of day 0; the epoch where there is none.
    """

    user: NDArray[np.int32]
    item: NDArray[np.int32]
    day: NDArray[np.int32]
    second: NDArray[np.int64]
    session: NDArray[np.int64]
    repeat: NDArray[np.bool_]
    days: int
    n_users: int
    first_day: pd.Timestamp = _EPOCH

    def __len__(self) -> int:
        return len(self.user)

    @property
    def opens(self) -> NDArray[np.bool_]:
        """Whether each choice is the first of its session, shape (choices,)."""
        return np.asarray(np.diff(self.session, prepend=-1) != 0)


def lived_of(dataset: Dataset, gap_minutes: float) -> Lived:
    """Return the choices of a log: its views or clicks where it names them, otherwise every event of weight.

    Args:
        dataset: a log with times. Rows without a time are passed over.
        gap_minutes: silence after which the next choice opens a session.
    """
    rows = dataset.interactions
    kept = choice_rows(dataset) & rows["time"].notna().to_numpy()
    user, item = rows["user"].to_numpy()[kept], rows["item"].to_numpy()[kept]
    second = rows["time"].to_numpy().astype("datetime64[s]").astype(np.int64)[kept]
    order = np.lexsort((second, user))
    user, item, second = user[order], item[order], second[order]
    opens = np.ones(len(user), dtype=bool)
    opens[1:] = (np.diff(user) != 0) | (np.diff(second) > 60 * gap_minutes)
    pair = user.astype(np.int64) * dataset.n_items + item
    repeat = np.ones(len(pair), dtype=bool)
    repeat[np.unique(pair, return_index=True)[1]] = False
    first = second.min(initial=0 if not len(second) else second[0]) // _DAY
    day = (second // _DAY - first).astype(np.int32)
    return Lived(
        user=user.astype(np.int32),
        item=item.astype(np.int32),
        day=day,
        second=second - first * _DAY,
        session=np.cumsum(opens) - 1,
        repeat=repeat,
        days=int(day.max(initial=-1)) + 1,
        n_users=dataset.n_users,
        first_day=pd.Timestamp(int(first) * _DAY, unit="s"),
    )


def within(lived: Lived, first: int, until: int) -> Lived:
    """Return the choices of days ``first`` to ``until - 1``, days counted from ``first``.

    What was taken before them still makes a repeat.
    """
    kept = (lived.day >= first) & (lived.day < until)
    return Lived(
        user=lived.user[kept],
        item=lived.item[kept],
        day=(lived.day[kept] - first).astype(np.int32),
        second=lived.second[kept] - first * _DAY,
        session=lived.session[kept],
        repeat=lived.repeat[kept],
        days=until - first,
        n_users=lived.n_users,
        first_day=lived.first_day + pd.Timedelta(days=first),
    )
