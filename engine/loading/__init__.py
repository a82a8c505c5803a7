"""Read an interaction log and its side tables into a Dataset, with a report of every row."""

from __future__ import annotations

import pandas as pd

from engine.loading.assemble import assemble
from engine.loading.records import NO_CONSENT, Loaded, LoadReport, Preview
from sample_data import FOLDER

__all__ = ["LoadReport", "Loaded", "Preview", "load"]


def load(source, **options) -> Loaded:
    if source != "sample":
        raise NotImplementedError("only the sample so far")
    rows = pd.read_csv(FOLDER / "events.csv", parse_dates=["time"]).rename(
        columns={"user_id": "user", "item_id": "item"}
    )
    users = pd.read_csv(FOLDER / "users.csv", parse_dates=["signup_date"])
    users["signup_date"] = users["signup_date"].astype("datetime64[s]")
    items = pd.read_csv(FOLDER / "items.csv").rename(columns={"description": "text"})
    out = rows["user"].isin(users.loc[~users["consent"], "user_id"])
    withheld = int((~users["consent"]).sum())
    dataset = assemble(
        rows[~out],
        users[users["consent"]].reset_index(drop=True),
        items,
        name="sample",
        feedback="implicit",
        event_weights=None,
        rating_scale=(1.0, 5.0),
        withheld_users=withheld,
    )
    refused = pd.DataFrame(
        {"line": rows.index[out] + 2, "reason": NO_CONSENT, "column": "user_id", "value": rows["user"][out]}
    ).reset_index(drop=True)
    mapping = {"user": "user_id", "item": "item_id", "rating": "rating", "time": "time", "event": "event"}
    return Loaded(
        dataset,
        LoadReport("sample", mapping, len(rows), int((~out).sum()), len(refused), refused, withheld, len(refused)),
    )
