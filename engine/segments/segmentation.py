"""All the ways to group the users of one Dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from engine.dataset import Dataset
from engine.errors import DataError, unknown
from engine.segments.activity import Activity, activity
from engine.segments.behaviour import behaviour_clusters
from engine.segments.lifecycle import lifecycle, lifecycle_descriptions
from engine.segments.recency_frequency_value import DESCRIPTIONS, recency_frequency_value
from engine.segments.user_table import table_segments


@dataclass(frozen=True)
class Segmentation:
    """One row a user, one column a way of grouping.

    Attributes:
        frame: position = user code; every column a category without missing values:
            ``recency_frequency_value``, ``lifecycle`` (only in logs with times), ``behaviour_cluster`` and
            the columns of the user table that group users.
        descriptions: what each segment means, by column and segment; none for the user table's columns.
        activity: what each user did.
        fingerprint: fingerprint of the Dataset.
    """

    frame: pd.DataFrame
    descriptions: Mapping[str, Mapping[str, str]]
    activity: Activity
    fingerprint: str

    def column(self, by: str) -> pd.Series:
        """Return one way of grouping without the segments nobody is in.

        Raises:
            DataError: for an unknown name.
        """
        if by not in self.frame:
            raise DataError(unknown("Segmentation", by, self.frame.columns))
        column: pd.Series = self.frame[by].cat.remove_unused_categories()
        return column


def segment_users(dataset: Dataset, seed: int = 0, *, clusters: int = 5) -> Segmentation:
    """Group the users of ``dataset`` in every way its columns allow.

    Args:
        dataset: the log with its user table.
        seed: seed of the behaviour clusters.
        clusters: how many behaviour clusters to look for.
    """
    doing = activity(dataset)
    columns = {"recency_frequency_value": recency_frequency_value(doing)}
    descriptions: dict[str, Mapping[str, str]] = {"recency_frequency_value": DESCRIPTIONS}
    if doing.end is not None:
        columns["lifecycle"] = lifecycle(dataset, doing)
        descriptions["lifecycle"] = lifecycle_descriptions(doing)
    columns["behaviour_cluster"], descriptions["behaviour_cluster"] = behaviour_clusters(
        dataset, doing, clusters=clusters, seed=seed
    )
    table = table_segments(dataset.users)
    clash = [name for name in table.columns if name in columns]
    frame = pd.DataFrame(columns).join(table.rename(columns={name: f"{name} (table)" for name in clash}))
    return Segmentation(frame, descriptions, doing, dataset.fingerprint)
