"""A small shop in which taste, kind, price and difficulty have nothing to do with each other."""

import numpy as np
import pandas as pd

from engine.dataset import Dataset

USERS, ITEMS, LENGTH = 400, 96, 20


def shop(*, times=True, prices=True, categories=True):
    """Even users like even items, the first half takes what is cheap of its kind, and all climb in difficulty."""
    rng = np.random.default_rng(8)
    item = np.arange(ITEMS)
    price = rng.lognormal(3, 0.5, ITEMS)
    difficulty = rng.permutation(ITEMS) / ITEMS
    appeal = 4.0 * (np.arange(USERS)[:, None] % 2 == item % 2) - 0.3 * np.log1p(item)
    appeal = appeal - 1.5 * (np.arange(USERS)[:, None] < USERS // 2) * (np.log(price) - 3)
    took = np.argsort(-(appeal + rng.gumbel(size=appeal.shape)), axis=1)[:, :LENGTH]
    length = rng.integers(6, LENGTH + 1, USERS)
    rows = []
    for user in range(USERS):
        mine = took[user, : length[user]]
        mine = mine[np.argsort(difficulty[mine])]
        days = rng.integers(0, 40) + np.arange(len(mine)) * 1.4
        rows.append(pd.DataFrame({"user": user, "item": mine, "day": days}))
    frame = pd.concat(rows)
    frame = pd.concat([frame.assign(event="view"), frame[rng.random(len(frame)) < 0.4].assign(event="purchase")])
    frame = frame.sort_values("day", kind="stable", ignore_index=True)
    time = pd.Timestamp("2026-01-05") + pd.to_timedelta(frame["day"] if times else np.nan * frame["day"], unit="D")
    catalogue = pd.DataFrame({"item_id": [f"i{code}" for code in item]})
    if categories:
        catalogue["category"] = np.array(["hats", "shoes", "socks"])[item // 2 % 3]
    if prices:
        catalogue["price"] = price
    return Dataset(
        name="shop.csv",
        interactions=pd.DataFrame(
            {
                "user": frame["user"].astype(np.int32),
                "item": frame["item"].astype(np.int32),
                "time": time.astype("datetime64[s]"),
                "event": pd.Categorical(frame["event"]),
                "rating": np.nan,
            }
        ),
        users=pd.DataFrame({"user_id": [f"u{code}" for code in range(USERS)]}),
        items=catalogue,
        feedback="implicit",
        event_weights={"view": 1.0, "purchase": 5.0},
    )
