"""Small synthetic logs: two tastes, popular items, three weeks of sessions."""

import numpy as np
import pandas as pd

from engine.dataset import Dataset

CATEGORIES = np.array(["books", "games"])


def small_log(
    *, users=60, items=40, feedback="explicit", prices=True, times=True, categories=True, per_user=12, seed=5
):
    """Even users like even items, odd users odd ones; low item codes are popular."""
    rng = np.random.default_rng(seed)
    user = np.repeat(np.arange(users), per_user)
    item = np.minimum(rng.geometric(0.08, len(user)) - 1, items - 1)
    alike = rng.random(len(user)) < 0.8
    item = np.where(alike, item // 2 * 2 + user % 2, item) % items
    rating = np.clip(np.round(2.5 + 1.5 * (item % 2 == user % 2) + rng.normal(0, 0.7, len(user))), 1, 5)
    day = np.sort(rng.integers(0, 21, len(user)).reshape(users, per_user), axis=1).ravel()
    time = pd.Timestamp("2026-01-05") + pd.to_timedelta(day * 86_400 + rng.integers(0, 80_000, len(user)), unit="s")
    bought = rng.random(len(user)) < 0.3
    event = np.where(bought, "purchase", "view") if feedback == "implicit" else np.full(len(user), "rating")
    rows = pd.DataFrame(
        {
            "user": user.astype(np.int32),
            "item": item.astype(np.int32),
            "time": time.astype("datetime64[s]") if times else pd.NaT,
            "event": pd.Categorical(event),
            "rating": rating if feedback == "explicit" else np.nan,
        }
    )
    rows["time"] = rows["time"].astype("datetime64[s]")
    catalogue = pd.DataFrame({"item_id": [f"i{code}" for code in range(items)]})
    if categories:
        catalogue["category"] = CATEGORIES[np.arange(items) % 2]
    if prices:
        catalogue["price"] = np.linspace(5, 50, items)
    return Dataset(
        name="small",
        interactions=rows.sort_values("time", kind="stable", ignore_index=True),
        users=pd.DataFrame({"user_id": [f"u{code}" for code in range(users)]}),
        items=catalogue,
        feedback=feedback,
        event_weights={"view": 1.0, "purchase": 5.0} if feedback == "implicit" else {},
        rating_scale=(1.0, 5.0) if feedback == "explicit" else None,
    )
