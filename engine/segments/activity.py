"""What each user did, in one row: the ground all behavioural segments stand on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.dataset import Dataset

INACTIVE = "No activity"
"""Segment of users who are in the user table only."""

_PURCHASES = ("purchase", "buy", "order", "transaction", "checkout", "sale")


@dataclass(frozen=True)
class Activity:
    """One row a user of the Dataset, position = code.

    Attributes:
        frame: columns ``interactions`` and ``active_days`` (counts; days are 0 in logs without times),
            ``first`` and ``last`` (datetime64[s], NaT without activity), ``recency_days`` (days from the last
            interaction to the end of the log, NaN where unknown) and ``value``.
        value_unit: what ``value`` adds up, in words.
        end: the last moment of the log, None without times.
        span_days: days from the first moment of the log to the last, 0 without times.
    """

    frame: pd.DataFrame
    value_unit: str
    end: pd.Timestamp | None
    span_days: float


def activity(dataset: Dataset) -> Activity:
    """Return what each user of ``dataset`` did."""
    log = dataset.interactions
    user = log["user"].to_numpy()
    worth, unit = row_values(dataset)
    frame = pd.DataFrame(
        {
            "interactions": np.bincount(user, minlength=dataset.n_users),
            "value": np.bincount(user, weights=worth, minlength=dataset.n_users),
        }
    )
    per_user = log["time"].groupby(log["user"])
    frame["first"] = per_user.min().reindex(frame.index)
    frame["last"] = per_user.max().reindex(frame.index)
    days = log["time"].dt.floor("D").groupby(log["user"]).nunique()
    frame["active_days"] = days.reindex(frame.index, fill_value=0)
    end = log["time"].max() if dataset.has_time else None
    if end is None:
        return Activity(frame.assign(recency_days=np.nan), unit, None, 0.0)
    frame["recency_days"] = (end - frame["last"]).dt.total_seconds() / 86400
    span = (end - log["time"].min()).total_seconds() / 86400
    return Activity(frame, unit, end, span)


def row_values(dataset: Dataset) -> tuple[NDArray[np.float64], str]:
    """Return what each interaction is worth, shape (rows,), and what that adds up, in words.

    The price of what was bought where the log has purchases and prices; otherwise the weight of the event
    where feedback is implicit; otherwise 1 for a rating above the log's mean, else 0. A row that stands for
    several events is worth as many times its price or weight.
    """
    log = dataset.interactions
    times = log["count"].to_numpy(np.float64) if "count" in log else 1.0
    event = log["event"].astype(object).astype(str)
    bought = event.str.lower().str.contains("|".join(_PURCHASES)).to_numpy()
    if bought.any() and "price" in dataset.items:
        price = pd.to_numeric(dataset.items["price"], errors="coerce").fillna(0).to_numpy(np.float64)
        paid: NDArray[np.float64] = np.where(bought, times * price[log["item"].to_numpy()], 0.0)
        return paid, "price of items bought"
    if dataset.feedback == "implicit":
        weight = event.map(dict(dataset.event_weights)).fillna(0.0)
        return times * np.asarray(weight, dtype=np.float64), "weight of events"
    rating = log["rating"].to_numpy(np.float64)
    return np.where(rating > np.nanmean(rating), 1.0, 0.0), "ratings above the log's mean"
