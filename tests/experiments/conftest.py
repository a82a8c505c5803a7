"""A shop small enough to simulate in a test."""

import numpy as np
import pandas as pd
import pytest

from engine.dataset import Dataset


@pytest.fixture(scope="package")
def shop():
    """160 users of two tastes and 40 items: implicit events over 40 days, a user table, prices."""
    rng = np.random.default_rng(11)
    users, items, rows = 160, 40, 4000
    user = rng.integers(0, users, rows)
    wanted = np.where(user % 2 == 0, rng.integers(0, 20, rows), rng.integers(20, 40, rows))
    item = np.where(rng.random(rows) < 0.75, wanted, rng.integers(0, items, rows))
    start = np.datetime64("2025-01-06T00:00:00", "s")
    time = np.sort(start + rng.integers(0, 40 * 86_400, rows).astype("timedelta64[s]"))
    event = np.where(rng.random(rows) < 0.15, "purchase", "view")
    return Dataset(
        name="small shop",
        interactions=pd.DataFrame(
            {
                "user": user.astype(np.int32),
                "item": item.astype(np.int32),
                "time": time,
                "event": pd.Categorical(event),
                "rating": np.nan,
            }
        ),
        users=pd.DataFrame(
            {"user_id": [f"u{i}" for i in range(users)], "country": np.array(["DE", "FR"])[np.arange(users) % 2]}
        ),
        items=pd.DataFrame(
            {
                "item_id": [f"i{i}" for i in range(items)],
                "category": np.array(["tea", "cups"])[(np.arange(items) >= 20).astype(int)],
                "price": rng.gamma(4, 5, items).round(2),
            }
        ),
        feedback="implicit",
        event_weights={"view": 1.0, "purchase": 5.0},
    )
