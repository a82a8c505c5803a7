"""Recency, frequency and value: the marketer's three questions, answered by thirds of the users."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.segments.activity import INACTIVE, Activity

DESCRIPTIONS = {
    "Best": "Came recently, come often and are worth most: the top third in all three.",
    "Frequent": "Come often (top third) and have not stayed away.",
    "High value": "Worth much (top third) without coming often; have not stayed away.",
    "Recent, light": "Came recently (top third), neither often nor for much.",
    "Occasional": "In the middle by recency, neither often nor for much.",
    "Slipping away": "Used to come often or were worth much, but have stayed away longest (bottom third).",
    "Dormant": "Stayed away longest, and never came often nor for much.",
    INACTIVE: "In the user table, but without an interaction.",
}


def recency_frequency_value(doing: Activity) -> pd.Series:
    """Return each user's segment as a category in the order of DESCRIPTIONS, index = user code.

    Users with activity are ranked by recency, by number of interactions and by value, and cut into thirds
    (equal values stay together). A log without times has no recency: nobody is then recent, slipping away
    or dormant.
    """
    frame = doing.frame
    active = (frame["interactions"] > 0).to_numpy()
    frequency = _third(frame["interactions"].where(active))
    value = _third(frame["value"].where(active))
    often, much = frequency == 3, value == 3
    if doing.end is None:
        recent, away = np.ones(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
        light = "Occasional"
    else:
        recency = _third(-frame["recency_days"])
        recent, away, light = recency == 3, recency == 1, "Recent, light"
    segment = np.select(
        [
            ~active,
            away & (often | much),
            away,
            recent & often & much,
            often,
            much,
            recent,
        ],
        [INACTIVE, "Slipping away", "Dormant", "Best", "Frequent", "High value", light],
        default="Occasional",
    )
    return pd.Series(pd.Categorical(segment, categories=list(DESCRIPTIONS)), index=frame.index)


def _third(values: pd.Series) -> np.ndarray:
    """Return 1, 2 or 3 for the lowest, middle and highest third (0 for NaN)."""
    place = values.rank(pct=True).to_numpy()
    return np.where(np.isnan(place), 0, 1 + (place > 1 / 3) + (place > 2 / 3))
