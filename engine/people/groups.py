"""Predictions as segments: users by thirds of their churn risk and of their expected value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.dataset import Dataset
from engine.people.predictions import Predictions
from engine.segments.activity import INACTIVE
from engine.segments.segmentation import Segmentation

TITLES: Mapping[str, str] = MappingProxyType({"churn_risk": "Churn risk", "expected_value": "Expected value"})
"""The two groupings, and what they are called."""

_NAMES = {
    "churn_risk": ("Low risk", "Medium risk", "High risk"),
    "expected_value": ("Low expected value", "Medium expected value", "High expected value"),
}


def with_predictions(segmentation: Segmentation, predictions: Predictions) -> Segmentation:
    """Return ``segmentation`` with the groupings of TITLES; users without an interaction are a segment of their own.

    Raises:
        ValueError: where the two are of different Datasets.
    """
    if segmentation.fingerprint != predictions.fingerprint:
        raise ValueError("segmentation and predictions belong to different datasets")
    columns = {}
    told: dict[str, Mapping[str, str]] = dict(segmentation.descriptions)
    for by, names in _NAMES.items():
        values = predictions.frame[by]
        third = thirds(values)
        order = [*reversed(names), INACTIVE]
        column = pd.Categorical(np.array([*names, INACTIVE], dtype=object)[third], categories=order)
        columns[by] = pd.Series(column, index=segmentation.frame.index)
        told[by] = {
            **{name: _meaning(by, values[third == each], predictions) for each, name in enumerate(names)},
            INACTIVE: "In the user table, but without an interaction.",
        }
    kept = segmentation.frame.drop(columns=[name for name in columns if name in segmentation.frame])
    return replace(segmentation, frame=pd.DataFrame(columns).join(kept), descriptions=told)


def thirds(values: pd.Series) -> NDArray[np.int64]:
    """Return each value's third, 0 for the lowest and 3 for what is missing; equal values share one."""
    place = values.rank(pct=True).to_numpy()
    found: NDArray[np.int64] = np.where(np.isnan(place), 3, (place > 1 / 3).astype(int) + (place > 2 / 3))
    return found


def _meaning(by: str, values: pd.Series, predictions: Predictions) -> str:
    if values.empty:
        return "Nobody."
    ahead = f"in the {predictions.period_days} days after the log"
    if by == "churn_risk":
        return (
            f"Chance to do nothing {ahead}: {values.min():.0%} to {values.max():.0%}, {values.mean():.0%} on average."
        )
    return f"Expected {ahead}: {values.min():,.2f} to {values.max():,.2f}, {values.mean():,.2f} on average."


def beside(members: pd.DataFrame, dataset: Dataset, predictions: Predictions) -> pd.DataFrame:
    """Return ``members`` (one row a user, by ``user_id``) with what is expected of each, in two columns more."""
    places = pd.Index(dataset.users["user_id"]).get_indexer(pd.Index(members["user_id"]))
    expected = predictions.frame.iloc[places].reset_index(drop=True)
    return members.reset_index(drop=True).join(expected)
