"""Cleaned rows and side tables become a Dataset: ids turn into codes, rows into time order."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.dataset import Dataset, Feedback
from engine.errors import DataError, unknown
from engine.loading.records import usual_weight


def assemble(
    rows: pd.DataFrame,
    users: pd.DataFrame | None,
    items: pd.DataFrame | None,
    *,
    name: str,
    feedback: Feedback,
    event_weights: Mapping[str, float] | None,
    rating_scale: tuple[float, float] | None,
    withheld_users: int,
) -> Dataset:
    """Return the Dataset of ``rows`` (columns user, item, time, event, rating, by choice count; ids as text).

    Codes follow the side table where there is one; ids it lacks come after, in their natural order, with
    empty attributes. Who or what is only in a side table belongs to the Dataset too.

    Raises:
        DataError: a weight is given for an event the log has not.
    """
    user_codes, user_table = _coded(rows["user"], users, "user_id")
    item_codes, item_table = _coded(rows["item"], items, "item_id")
    interactions = pd.DataFrame(
        {
            "user": user_codes,
            "item": item_codes,
            "time": rows["time"].to_numpy("datetime64[s]"),
            "event": pd.Categorical(rows["event"]).remove_unused_categories(),
            "rating": rows["rating"].to_numpy(np.float64),
        }
    )
    if "count" in rows:
        interactions["count"] = rows["count"].to_numpy(np.float64)
    # Stable, so that rows of one second keep the order of their lines.
    interactions = interactions.sort_values("time", kind="stable", ignore_index=True)
    events = [str(event) for event in interactions["event"].cat.categories]
    weights = {event: usual_weight(event) for event in events}
    for event, weight in (event_weights or {}).items():
        if event not in weights:
            raise DataError(unknown("Event", event, events))
        weights[event] = float(weight)
    return Dataset(
        name=name,
        interactions=interactions,
        users=user_table,
        items=item_table,
        feedback=feedback,
        event_weights=weights if feedback == "implicit" else {},
        rating_scale=rating_scale,
        withheld_users=withheld_users,
    )


def _coded(ids: pd.Series, table: pd.DataFrame | None, key: str) -> tuple[NDArray[np.int32], pd.DataFrame]:
    """Return each row's code and the side table, position = code, extended by the ids it lacks."""
    listed = table[key] if table is not None else pd.Series([], dtype="str")
    codes, names = pd.factorize(pd.concat([listed, ids], ignore_index=True))
    n_listed = len(listed)
    unlisted = pd.Series(np.asarray(names[n_listed:], dtype=object), dtype="str")
    order = _natural_order(unlisted)
    place = np.concatenate([np.arange(n_listed), n_listed + np.argsort(order)])
    extra = pd.DataFrame({key: unlisted.iloc[order].to_numpy()}, dtype="str")
    if table is None:
        full = extra
    elif len(extra):
        # A truth value that is missing in the new rows needs a type that can be missing.
        flags = dict.fromkeys(table.select_dtypes("bool").columns, "boolean")
        full = pd.concat([table.astype(flags), extra], ignore_index=True)
    else:
        full = table
    return place[codes[n_listed:]].astype(np.int32), full


def _natural_order(ids: pd.Series) -> NDArray[np.int64]:
    """Return the order of ``ids``: as numbers where all are whole numbers, else as text."""
    if len(ids) and bool(ids.str.fullmatch(r"[0-9]{1,18}").all()):
        return np.argsort(ids.astype(np.int64).to_numpy(), kind="stable")
    return np.argsort(ids.to_numpy(dtype=object), kind="stable")
