"""A log of views, impressions and purchases over some days."""

import numpy as np
import pandas as pd

from engine.dataset import Dataset


def log(seed=0, rows=600, users=40, days=21):
    """Return a seeded log whose first day is 5 January 2026."""
    rng = np.random.default_rng(seed)
    minute = np.sort(rng.integers(0, days * 1440, rows))
    minute[0], minute[-1] = 0, days * 1440 - 1
    return Dataset(
        name="made",
        interactions=pd.DataFrame(
            {
                "user": rng.integers(0, users, rows).astype("int32"),
                "item": rng.integers(0, 5, rows).astype("int32"),
                "time": pd.Timestamp("2026-01-05") + pd.to_timedelta(minute, unit="min"),
                "event": pd.Categorical(rng.choice(["view", "impression", "purchase"], rows, p=[0.4, 0.5, 0.1])),
                "rating": np.nan,
            }
        ),
        users=pd.DataFrame({"user_id": [f"u{code}" for code in range(users)]}),
        items=pd.DataFrame({"item_id": list("abcde"), "price": [1.0, 2.0, 3.0, 4.0, 10.0]}),
        feedback="implicit",
        event_weights={"view": 1.0, "impression": 0.1, "purchase": 5.0},
    )
