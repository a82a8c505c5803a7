"""What the segments of one grouping are like: size, worth and taste."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.categories import categories_of
from engine.dataset import Dataset
from engine.pairs import seen_items
from engine.segments.segmentation import Segmentation


def profile_segments(dataset: Dataset, segmentation: Segmentation, by: str) -> pd.DataFrame:
    """Return one row a segment, in the grouping's order.

    Columns: ``segment``, ``users``, ``share`` (of all users), ``interactions_per_user``, ``value_per_user``
    (in ``segmentation.activity.value_unit``), ``value_share`` (of everybody's value), ``taste`` (the category
    the segment has most of against everybody; empty where items have no categories) and ``taste_lift``.

    Raises:
        DataError: for an unknown grouping.
    """
    segment = segmentation.column(by)
    groups = segmentation.activity.frame[["interactions", "value"]].groupby(segment, observed=True)
    table = groups.mean().set_axis(["interactions_per_user", "value_per_user"], axis=1)
    table.insert(0, "users", groups.size())
    table.insert(1, "share", table["users"] / len(segment))
    total = segmentation.activity.frame["value"].sum()
    table["value_share"] = groups["value"].sum() / total if total else np.nan
    taste = taste_by_category(dataset, segmentation, by)
    # A rare category has wild lifts, so only one that fills a twentieth of the segment may speak for it.
    telling = taste[taste["share"] >= 0.05].sort_values("lift", ascending=False).drop_duplicates("segment")
    telling = telling.set_index("segment")
    table["taste"] = telling["category"].reindex(table.index.astype(str)).fillna("").to_numpy()
    table["taste_lift"] = telling["lift"].reindex(table.index.astype(str)).to_numpy(np.float64)
    table.index = table.index.astype(str)
    return table.rename_axis("segment").reset_index()


def taste_by_category(dataset: Dataset, segmentation: Segmentation, by: str) -> pd.DataFrame:
    """Return one row a segment and category: how much of what the segment had falls on the category.

    Columns: ``segment``, ``category``, ``share`` (of the segment's user-item pairs, adding up to 1),
    ``share_everybody`` and ``lift`` (share / share_everybody). Empty where items have no categories.

    Raises:
        DataError: for an unknown grouping.
    """
    segment = segmentation.column(by)
    categories = categories_of(dataset)
    columns = ["segment", "category", "share", "share_everybody", "lift"]
    if categories is None:
        return pd.DataFrame(columns=columns)
    amount = pd.DataFrame(seen_items(dataset) @ categories.shares.toarray(), columns=list(categories.names))
    by_segment = amount.groupby(segment, observed=True).sum()
    everybody = amount.sum() / amount.to_numpy().sum()
    totals = by_segment.sum(axis=1)
    share = by_segment[totals > 0].div(totals[totals > 0], axis=0)
    share.index = share.index.astype(str)
    table = share.rename_axis("segment").reset_index().melt("segment", var_name="category", value_name="share")
    table["share_everybody"] = table["category"].map(everybody)
    table["lift"] = table["share"] / table["share_everybody"]
    return table[columns]
