"""How often users come, from the log's timestamps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.dataset import Dataset
from engine.world.parameters import WorldParameters
from engine.world.sessions import Lived, lived_of

_WEEK = 7
_SESSION_PRIOR = 3.0  # average sessions mixed into each user's items a session
_RHYTHM_WEEKS = 2  # shorter logs cannot tell a weekday from a day
_RHYTHM_PRIOR = 20.0  # sessions of an even week mixed into each weekday


@dataclass(frozen=True)
class Activity:
    """How often users come.

    Attributes:
        sessions_per_day: expected sessions a day, shape (users,).
        items_per_session: mean choices of a session, at least 1, shape (users,).
        rhythm: multiplier for each weekday, Monday first, mean 1, shape (7,).
        next_weekday: weekday of the day after the log's last event, 0 = Monday.
        lived: the log's choices; None where it has no times.
        note: a sentence where the log could not say, else None.
    """

    sessions_per_day: NDArray[np.float64]
    items_per_session: NDArray[np.float64]
    rhythm: NDArray[np.float64]
    next_weekday: int
    lived: Lived | None
    note: str | None


def fit_activity(dataset: Dataset, params: WorldParameters) -> Activity:
    """Return each user's rate of sessions while they are around, shrunk to everybody's, and the week's rhythm.

    A session ends after ``session_gap_minutes`` of silence. A user is around from the day of their first choice
    to the day of their last; who left is not counted as slow, for those simulated are users. The rate is the
    mean of a gamma posterior: ``(sessions + prior days x mean rate) / (days + prior days)``.
    """
    lived = lived_of(dataset, params.session_gap_minutes)
    if not len(lived):
        rate = params.default_sessions_per_day
        return Activity(
            np.full(dataset.n_users, rate), np.ones(dataset.n_users), np.ones(_WEEK), 0, None,
            f"The log has no times: every user has {rate:g} sessions a day.",
        )  # fmt: skip
    opens = lived.opens
    sessions = np.bincount(lived.user[opens], minlength=dataset.n_users)
    first = np.full(dataset.n_users, lived.days)
    last = np.full(dataset.n_users, -1)
    np.minimum.at(first, lived.user, lived.day)
    np.maximum.at(last, lived.user, lived.day)
    days = np.maximum(last - first + 1, 0)
    mean = sessions.sum() / days.sum()
    prior = params.activity_prior_days
    rate = np.where(days + prior > 0, (sessions + prior * mean) / np.maximum(days + prior, 1e-12), mean)
    weekday = lived.first_day.weekday()
    return Activity(
        sessions_per_day=np.minimum(rate, params.max_sessions_per_day),
        items_per_session=_session_items(lived, sessions),
        rhythm=_rhythm(lived.day[opens], lived.days, weekday) if params.weekly_rhythm else np.ones(_WEEK),
        next_weekday=(weekday + lived.days) % _WEEK,
        lived=lived,
        note=None,
    )


def _session_items(lived: Lived, sessions: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return each user's mean choices a session, shrunk to everybody's."""
    choices = np.bincount(lived.user, minlength=len(sessions))
    mean = choices.sum() / sessions.sum()
    return np.asarray(np.maximum((choices + _SESSION_PRIOR * mean) / (sessions + _SESSION_PRIOR), 1.0))


def _rhythm(day: NDArray[np.integer], days: int, first_weekday: int) -> NDArray[np.float64]:
    """Return sessions a weekday against an even week, shrunk."""
    if days < _RHYTHM_WEEKS * _WEEK:
        return np.ones(_WEEK)
    seen = np.bincount((day + first_weekday) % _WEEK, minlength=_WEEK)
    there = np.bincount((np.arange(days) + first_weekday) % _WEEK, minlength=_WEEK)
    expected = there * len(day) / days
    raw = (seen + _RHYTHM_PRIOR) / (expected + _RHYTHM_PRIOR)
    return np.asarray(raw / raw.mean())
