"""The users of one segment, as a list somebody can act on."""

from __future__ import annotations

import pandas as pd

from engine.dataset import Dataset
from engine.errors import DataError, unknown
from engine.segments.segmentation import Segmentation


def segment_members(dataset: Dataset, segmentation: Segmentation, by: str, segment: str) -> pd.DataFrame:
    """Return one row a user of ``segment``, of the highest value first.

    Columns: ``user_id``, ``interactions``, ``active_days``, ``first``, ``last`` and ``recency_days`` (in logs
    with times), ``value``, then the user table's own columns.

    Raises:
        DataError: for an unknown grouping or segment.
    """
    column = segmentation.column(by).astype(str)
    inside = (column == segment).to_numpy()
    if not inside.any():
        raise DataError(unknown("Segment", segment, sorted(column.unique())))
    did = segmentation.activity.frame
    if segmentation.activity.end is None:
        did = did[["interactions", "value"]]
    else:
        did = did[["interactions", "active_days", "first", "last", "recency_days", "value"]]
    about = dataset.users.rename(columns={name: f"{name} (table)" for name in dataset.users if name in did})
    table = about[["user_id"]].join(did).join(about.drop(columns="user_id"))
    return table[inside].sort_values("value", ascending=False, kind="stable").reset_index(drop=True)
