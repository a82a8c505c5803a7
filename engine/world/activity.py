"""How often users come, from the log's timestamps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.dataset import Dataset
from engine.world.parameters import WorldParameters

_WEEK = 7
_SESSION_PRIOR = 3.0  # average sessions mixed into each user's items a session
_RHYTHM_WEEKS = 2  # shorter logs cannot tell a weekday from a day
_RHYTHM_PRIOR = 20.0  # sessions of an even week mixed into each weekday


@dataclass(frozen=True)
class Activity:
    """How often users come.

    Attributes:
        sessions_per_day: expected sessions a day, shape (users,).
        items_per_session: mean different items of a session, at least 1, shape (users,).
        repeat_share: share of a session's items that the user had in an earlier session.
        rhythm: multiplier for each weekday, Monday first, mean 1, shape (7,).
        next_weekday: weekday of the day after the log's last event, 0 = Monday.
        note: a sentence where the log could not say, else None.
    """

    sessions_per_day: NDArray[np.float64]
    items_per_session: NDArray[np.float64]
    repeat_share: float
    rhythm: NDArray[np.float64]
    next_weekday: int
    note: str | None


def fit_activity(dataset: Dataset, params: WorldParameters) -> Activity:
    """Return each user's rate of sessions while they are around, shrunk to everybody's, and the week's rhythm.

    A session ends after ``session_gap_minutes`` of silence. A user is around from the day of their first event
    to the day of their last; who left is not counted as slow, for those simulated are users. The rate is the
    mean of a gamma posterior: ``(sessions + prior days x mean rate) / (days + prior days)``.
    """
    rows = dataset.interactions.loc[dataset.interactions["time"].notna(), ["user", "item", "time"]]
    if rows.empty:
        rate = params.default_sessions_per_day
        return Activity(
            np.full(dataset.n_users, rate), np.ones(dataset.n_users), 0.0, np.ones(_WEEK), 0,
            f"The log has no times: every user has {rate:g} sessions a day.",
        )  # fmt: skip
    rows = rows.sort_values(["user", "time"], kind="stable")
    user = rows["user"].to_numpy()
    seconds = rows["time"].to_numpy().astype("datetime64[s]").astype(np.int64)
    opens = np.ones(len(rows), dtype=bool)
    opens[1:] = (np.diff(user) != 0) | (np.diff(seconds) > 60 * params.session_gap_minutes)
    sessions = np.bincount(user[opens], minlength=dataset.n_users)
    day = seconds // 86_400
    first = np.full(dataset.n_users, day.max() + 1)
    last = np.full(dataset.n_users, day.min() - 1)
    np.minimum.at(first, user, day)
    np.maximum.at(last, user, day)
    days = np.maximum(last - first + 1, 0)
    mean = sessions.sum() / days.sum()
    prior = params.activity_prior_days
    rate = np.where(days + prior > 0, (sessions + prior * mean) / np.maximum(days + prior, 1e-12), mean)
    rhythm = _rhythm(day[opens], day.min(), day.max()) if params.weekly_rhythm else np.ones(_WEEK)
    following = pd.Timestamp(int(day.max() + 1), unit="D").weekday()
    items, repeats = _session_items(user, np.cumsum(opens), rows["item"].to_numpy(), sessions)
    return Activity(np.minimum(rate, params.max_sessions_per_day), items, repeats, rhythm, following, None)


def _session_items(
    user: NDArray[np.integer], session: NDArray[np.int64], item: NDArray[np.integer], sessions: NDArray[np.int64]
) -> tuple[NDArray[np.float64], float]:
    """Return each user's mean of different items a session, shrunk to everybody's, and the share of repeats."""
    had = pd.DataFrame({"user": user, "session": session, "item": item}).drop_duplicates(["session", "item"])
    items = np.bincount(had["user"], minlength=len(sessions))
    mean = items.sum() / sessions.sum()
    per_session = (items + _SESSION_PRIOR * mean) / (sessions + _SESSION_PRIOR)
    return np.maximum(per_session, 1.0), float(had.duplicated(["user", "item"]).mean())


def _rhythm(opened: NDArray[np.int64], first: int, last: int) -> NDArray[np.float64]:
    """Return sessions a weekday against an even week, shrunk; day 0 of the epoch was a Thursday (3)."""
    span = np.arange(first, last + 1)
    if len(span) < _RHYTHM_WEEKS * _WEEK:
        return np.ones(_WEEK)
    seen = np.bincount((opened + 3) % _WEEK, minlength=_WEEK)
    expected = np.bincount((span + 3) % _WEEK, minlength=_WEEK) * len(opened) / len(span)
    raw = (seen + _RHYTHM_PRIOR) / (expected + _RHYTHM_PRIOR)
    return np.asarray(raw / raw.mean())
