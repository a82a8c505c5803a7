"""The one fact about a grouping that a reader should hear first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

TELLING_GAP = 0.05
"""A smaller gap between a segment's share of value and of users is not worth a headline."""


@dataclass(frozen=True)
class TellingFact:
    """The segment whose share of value is furthest above its share of users.

    Attributes:
        segment: its name; the largest segment where value tells nothing.
        share: its share of all users.
        value_share: its share of everybody's value; NaN where the log has no value.
        times: value_share / share; NaN where the log has no value.
        stands_out: whether the gap between the two shares is at least TELLING_GAP.
    """

    segment: str
    share: float
    value_share: float
    times: float
    stands_out: bool


def most_telling(profile: pd.DataFrame) -> TellingFact:
    """Return the fact to open with, from the table ``profile_segments`` makes.

    Args:
        profile: at least one row a segment with the columns ``segment``, ``share`` and ``value_share``.
    """
    gap = (profile["value_share"] - profile["share"]).to_numpy(np.float64)
    known = not np.isnan(gap).all()
    row = profile.iloc[int(np.nanargmax(gap)) if known else int(profile["share"].argmax())]
    share, value_share = float(row["share"]), float(row["value_share"])
    return TellingFact(
        segment=str(row["segment"]),
        share=share,
        value_share=value_share,
        times=value_share / share,
        stands_out=bool(known and value_share - share >= TELLING_GAP),
    )


def most_telling_taste(taste: pd.DataFrame, *, smallest_share: float = 0.05) -> pd.Series | None:
    """Return the row of ``taste_by_category`` with the highest lift, or None where there is none.

    Args:
        taste: the table ``taste_by_category`` makes.
        smallest_share: a category that fills less of its segment has too wild a lift to speak of.
    """
    enough = taste[taste["share"] >= smallest_share]
    return None if enough.empty else enough.sort_values("lift").iloc[-1]
