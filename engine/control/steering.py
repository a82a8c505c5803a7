"""Controls applied to what a person's list is made of: their history, the order of items, what is hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from engine.categories import categories_of
from engine.control.control import Control
from engine.dataset import Dataset

CONSTANT = 60
"""Of reciprocal rank fusion, as in its paper: how much less the first places count beyond the others."""


def used_rows(dataset: Dataset, controls: Mapping[int, Control]) -> NDArray[np.bool_]:
    """Return which interactions may be used for people's own lists, shape (interactions,).

    What somebody did before they reset their taste may not; where the log has no time, that is all they did.

    Args:
        dataset: the log.
        controls: by user code.
    """
    used = np.ones(len(dataset.interactions), dtype=bool)
    resets = {user: control.reset_at for user, control in controls.items() if control.reset_at is not None}
    if not resets:
        return used
    since = np.full(dataset.n_users, np.iinfo(np.int64).min)
    since[list(resets)] = [int(moment.timestamp()) for moment in resets.values()]
    users = dataset.interactions["user"].to_numpy()
    times = dataset.interactions["time"].to_numpy("datetime64[s]")
    reset = np.isin(users, list(resets))
    used[reset] = ~np.isnat(times[reset]) & (times[reset].astype(np.int64) > since[users[reset]])
    return used


def hidden_items(dataset: Dataset, controls: Sequence[Control]) -> sparse.csr_array:
    """Return what each of ``controls`` hides, shape (controls, items); stored entries, all 1, mark the items.

    Items and categories that the data no longer has hide nothing.
    """
    place = pd.Index(dataset.items["item_id"].astype(str))
    categories = categories_of(dataset) if any(each.hidden_categories for each in controls) else None
    rows = []
    for control in controls:
        found = place.get_indexer(pd.Index(control.hidden_items))
        hidden = np.zeros(dataset.n_items, dtype=bool)
        hidden[found[found >= 0]] = True
        if categories is not None and control.hidden_categories:
            columns = np.isin(categories.names, control.hidden_categories)
            hidden |= np.asarray(categories.shares[:, np.flatnonzero(columns)].sum(axis=1)).ravel() > 0
        rows.append(sparse.csr_array(hidden[None, :].astype(np.float64)))
    return sparse.csr_array(sparse.vstack(rows, format="csr")) if rows else sparse.csr_array((0, dataset.n_items))


def blended(
    personal: NDArray[np.float64], popular: NDArray[np.float64], personalisation: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return scores between a personal order and a popular one, and which items the popular one decided.

    Weighted reciprocal rank fusion (Cormack, Clarke & Buettcher 2009, SIGIR): an item's score is
    ``p / (60 + its personal rank) + (1 - p) / (60 + its popular rank)``. Ranks, since the scores of two models
    have no common unit; at p = 1 and p = 0 the order is exactly that of the one or the other.

    Args:
        personal: scores, shape (users, items).
        popular: scores, shape (items,).
        personalisation: p of each user, 0..1, shape (users,).
    """
    mine = personalisation[:, None] / (CONSTANT + _ranks(personal))
    everybodys = (1 - personalisation[:, None]) / (CONSTANT + _ranks(popular[None, :]))
    return mine + everybodys, everybodys > mine


def _ranks(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return ranks from 1, the highest score first; equal scores by ascending item, as in every list."""
    order = np.argsort(-scores, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, scores.shape[1] + 1)[None, :], axis=1)
    return ranks
