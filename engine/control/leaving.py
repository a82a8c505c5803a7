"""A Dataset without one of its users, as though they had never been in the file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from engine.dataset import Dataset


def without_user(dataset: Dataset, user: int) -> Dataset:
    """Return ``dataset`` without the user of code ``user``: other codes, another fingerprint.

    Items that only they had and of which nothing else is known leave with them; the rest of the catalogue stays.
    """
    log = dataset.interactions
    theirs = log["user"].to_numpy() == user
    rows = log.loc[~theirs].reset_index(drop=True)
    had = np.bincount(log["item"].to_numpy()[theirs], minlength=dataset.n_items) > 0
    others = np.bincount(rows["item"], minlength=dataset.n_items) > 0
    known = dataset.items.drop(columns="item_id").notna().any(axis=1).to_numpy(bool)
    stays = ~had | others | known
    place = np.cumsum(stays) - 1
    users = rows["user"].to_numpy()
    event = rows["event"].cat.remove_unused_categories()
    weights = {name: weight for name, weight in dataset.event_weights.items() if name in set(event.cat.categories)}
    return replace(
        dataset,
        interactions=rows.assign(
            user=(users - (users > user)).astype(np.int32),
            item=place[rows["item"].to_numpy()].astype(np.int32),
            event=event,
        ),
        users=_rows(dataset.users, np.arange(dataset.n_users) != user),
        items=_rows(dataset.items, stays),
        event_weights=weights,
    )


def _rows(table: pd.DataFrame, stays: np.ndarray) -> pd.DataFrame:
    return table.loc[stays].reset_index(drop=True)
