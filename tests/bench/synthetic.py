"""Synthetic ratings with a long tail, for measurements only."""

from dataclasses import replace

import numpy as np
import pandas as pd

from engine.preferences import Preferences


def ratings(rows: int, users: int, items: int, seed: int = 0) -> Preferences:
    """Draw ``rows`` distinct pairs, items by a power law, with whole ratings 1 to 5."""
    rng = np.random.default_rng(seed)
    weight = 1 / np.arange(1, items + 1) ** 0.6
    weight /= weight.sum()
    cells = np.empty(0, dtype=np.int64)
    while len(cells) < rows:
        drawn = rng.integers(users, size=rows) * items + rng.choice(items, rows, p=weight)
        cells = np.unique(np.concatenate([cells, drawn]))
    cells = np.sort(rng.choice(cells, rows, replace=False))
    tendency = rng.normal(3.5, 0.5, users)[cells // items] + rng.normal(0, 0.5, items)[cells % items]
    return Preferences(
        user=(cells // items).astype(np.int32),
        item=(cells % items).astype(np.int32),
        value=np.clip(np.rint(tendency + rng.normal(0, 0.8, rows)), 1, 5),
        n_users=users,
        n_items=items,
        scale=(1.0, 5.0),
        explicit=True,
    )


def log(rows: int, users: int, items: int, seed: int = 0) -> Preferences:
    """Return ``ratings`` with times, some four items a visit, and a table of items with a title and a category."""
    data = ratings(rows, users, items, seed)
    rng = np.random.default_rng([seed, 1])
    visit = rng.integers(max(1, rows // users // 4), size=rows)
    word = np.array([f"word{number}" for number in range(300)])
    titles = word[rng.integers(len(word), size=(items, 4))]
    table = pd.DataFrame(
        {
            "item_id": [f"i{number}" for number in range(items)],
            "title": [" ".join(title) for title in titles],
            "category": [f"c{kind}" for kind in rng.integers(18, size=items)],
        }
    )
    return replace(data, time=visit * 86_400 + rng.integers(1200, size=rows), items=table)
