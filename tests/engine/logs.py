"""Small Datasets for tests."""

import numpy as np
import pandas as pd

from engine.dataset import Dataset


def make_log(rows, *, feedback="implicit", users=None, items=None, n_users=None, n_items=None, **options):
    """Return a Dataset of ``rows``: tuples of user code, item code and by choice day, rating and event.

    ``users`` and ``items`` are the side tables without ids. Rows without a day make a log without times.
    """
    frame = pd.DataFrame([(*row, *[None] * (5 - len(row))) for row in rows])
    frame.columns = ["user", "item", "day", "rating", "event"]
    has_time = frame["day"].notna().all()
    days = pd.to_timedelta(frame["day"].astype(float) if has_time else pd.Series(np.nan, frame.index), unit="D")
    interactions = pd.DataFrame(
        {
            "user": frame["user"].astype(np.int32),
            "item": frame["item"].astype(np.int32),
            "time": (pd.Timestamp("2025-01-01") + days).astype("datetime64[s]"),
            "event": pd.Categorical(frame["event"].fillna("interaction")),
            "rating": frame["rating"].astype(float),
        }
    ).sort_values("time", kind="stable", ignore_index=True)
    n_users = n_users or int(interactions["user"].max()) + 1
    n_items = n_items or int(interactions["item"].max()) + 1
    weights = dict.fromkeys(interactions["event"].cat.categories, 1.0)
    return Dataset(
        name="small.csv",
        interactions=interactions,
        users=pd.DataFrame({"user_id": [f"u{code}" for code in range(n_users)], **(users or {})}),
        items=pd.DataFrame({"item_id": [f"i{code}" for code in range(n_items)], **(items or {})}),
        feedback=feedback,
        event_weights=options.pop("event_weights", weights) if feedback == "implicit" else {},
        rating_scale=(1.0, 5.0) if feedback == "explicit" else None,
    )


def random_log(seed=0, *, n_users=40, n_items=25, n_rows=600, feedback="explicit", **tables):
    """Return a seeded log over 60 days in which low item codes are popular and rated well."""
    rng = np.random.default_rng(seed)
    item = np.minimum(rng.exponential(n_items / 4, n_rows).astype(int), n_items - 1)
    rating = np.clip(np.round(4 - item / 10 + rng.normal(0, 1, n_rows)), 1, 5)
    user, day = rng.integers(n_users, size=n_rows), np.sort(rng.uniform(0, 60, n_rows))
    rows = [(int(u), int(i), float(d), float(r), "rating") for u, i, d, r in zip(user, item, day, rating, strict=True)]
    return make_log(rows, feedback=feedback, n_users=n_users, n_items=n_items, **tables)
