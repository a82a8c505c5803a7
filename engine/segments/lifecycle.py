"""Lifecycle: where each user stands between the first visit and the last, seen from the end of the log."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.dataset import Dataset
from engine.segments.activity import INACTIVE, Activity

STAGES = ("New", "Active", "Returned", "At risk", "Lapsed", INACTIVE)


def lifecycle_window_days(doing: Activity) -> float:
    """Return the length of one window, in days: a sixth of the log, at least one day."""
    return max(1.0, round(doing.span_days / 6))


def lifecycle(dataset: Dataset, doing: Activity) -> pd.Series:
    """Return each user's stage as a category in the order of STAGES, index = user code.

    With a window w counted back from the end of the log: *New*, first seen within w; *Active*, seen within w;
    *Returned*, seen within w after at least 2 w of silence; *At risk*, last seen between w and 2 w ago;
    *Lapsed*, longer ago.

    Raises:
        ValueError: where the log has no times.
    """
    if doing.end is None:
        raise ValueError("lifecycle stages need a log with times")
    frame = doing.frame
    window = pd.Timedelta(days=lifecycle_window_days(doing))
    window_start = doing.end - window
    log = dataset.interactions[["user", "time"]]
    within = log["time"] > window_start
    came_back = log[within].groupby("user")["time"].min().reindex(frame.index)
    seen_before = log[~within].groupby("user")["time"].max().reindex(frame.index)
    stage = np.select(
        [
            frame["interactions"] == 0,
            frame["first"] > window_start,
            came_back - seen_before >= 2 * window,
            frame["last"] > window_start,
            frame["last"] > window_start - window,
        ],
        [INACTIVE, "New", "Returned", "Active", "At risk"],
        default="Lapsed",
    )
    return pd.Series(pd.Categorical(stage, categories=list(STAGES)), index=frame.index)


def lifecycle_descriptions(doing: Activity) -> dict[str, str]:
    """Return what each stage means, with its days."""
    days = f"{lifecycle_window_days(doing):g}"
    twice = f"{2 * lifecycle_window_days(doing):g}"
    return {
        "New": f"First seen in the last {days} days of the log.",
        "Active": f"Seen in the last {days} days, and known before.",
        "Returned": f"Seen in the last {days} days after {twice} days of silence or more.",
        "At risk": f"Last seen between {days} and {twice} days before the end of the log.",
        "Lapsed": f"Last seen more than {twice} days before the end of the log.",
        INACTIVE: "In the user table, but without an interaction.",
    }
