"""What one model would show one user, and what the dial from familiar to surprising changes in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.control import SENTENCES, Control, Listed, Path, listed, listed_new, reasons_of, used_rows
from engine.dataset import Dataset
from engine.history import item_facts
from engine.models import Recommender
from engine.policies import item_novelty, rerank
from engine.policies.stages.dial import REACH
from engine.preferences import Preferences

POOL = REACH
"""Candidates the dial chooses from, for each item shown; as in a simulated policy."""


@dataclass(frozen=True)
class Slate:
    """One list for one user.

    Attributes:
        items: one row an item, the first shown first. The columns of ``engine.history.item_facts``, then
            ``place`` (from 1), ``moved`` (places up, negative for down, against the model's own order; missing
            where the dial brought the item in), ``score`` (the model's, unclipped), ``users_share`` (share
            of users who have the item), ``reason`` (why the model shows it, in a sentence) and ``because`` (ids of
            the items of the history that carry it, without which the score is another one; a tuple, often empty).
        dropped: the columns of ``item_facts``: what the list would hold, were it not for the dial.
        path: what served it, one of ``engine.control.SENTENCES``.
        personalisation: how personal the user wants it, 0..1.
    """

    items: pd.DataFrame
    dropped: pd.DataFrame
    path: Path
    personalisation: float = 1.0

    @property
    def served(self) -> str:
        """What served the list, in words."""
        if self.path == "popularity" or self.personalisation == 1:
            return SENTENCES[self.path]
        return f"{SENTENCES[self.path]} Turned down to {self.personalisation:.0%}: blended with what is popular."

    def not_in(self, other: Slate) -> int:
        """Return how many of the items are not in ``other``."""
        return int((~self.items["item"].isin(other.items["item"])).sum())


def slate(
    dataset: Dataset,
    model: Recommender,
    user: int,
    *,
    k: int = 10,
    dial: float = 0.0,
    control: Control | None = None,
) -> Slate:
    """Return the ``k`` items that ``model`` shows ``user``, in the dial's order, without what they had or hid.

    Args:
        dataset: the log; item popularity is taken from all of it.
        model: a model fitted on all of ``dataset``.
        user: the user's code.
        k: length of the list; shorter where fewer items are left.
        dial: 0 is familiar (the list's own order), 1 is surprising (the most novel candidates).
        control: what the user decided; nothing by default.

    Raises:
        ModelError: k below 1, or a dial outside 0..1.
    """
    controls = {} if control is None else {user: control}
    found = listed(dataset, model, np.array([user]), _pool(dataset, k), controls=controls)
    rows = used_rows(dataset, controls) & (dataset.interactions["user"].to_numpy() == user)
    history = dataset.preferences_of(rows).of_users(np.array([user]))
    wanted = 1.0 if control is None else control.personalisation
    return _arranged(dataset, model, found, history, user=user, k=k, dial=dial, personalisation=wanted)


def slate_new(
    dataset: Dataset,
    model: Recommender,
    items: NDArray[np.integer],
    *,
    k: int = 10,
    dial: float = 0.0,
    control: Control | None = None,
) -> Slate:
    """Return what ``model`` shows somebody who is not in the data and had ``items`` (codes), without training again.

    The items count as much as a liked one usually does: the highest rating, or the median strength.

    Raises:
        ModelError: k below 1, or a dial outside 0..1.
    """
    history = had_these(dataset, items)
    found = listed_new(dataset, model, history, _pool(dataset, k), control=control or Control())
    wanted = 1.0 if control is None else control.personalisation
    return _arranged(dataset, model, found, history, user=None, k=k, dial=dial, personalisation=wanted)


def had_these(dataset: Dataset, items: NDArray[np.integer]) -> Preferences:
    """Return the history of one person who had ``items`` (codes) and liked them, in that order of time."""
    codes, place = np.unique(np.asarray(items, dtype=np.int32), return_index=True)
    known = dataset.preferences
    liked = known.scale[1] if known.explicit else float(np.median(known.value)) if len(known) else 1.0
    latest = int(known.time.max()) if known.time is not None and len(known) else 0
    return Preferences(
        user=np.zeros(len(codes), dtype=np.int32),
        item=codes,
        value=np.full(len(codes), liked),
        n_users=1,
        n_items=dataset.n_items,
        scale=known.scale,
        explicit=known.explicit,
        time=None if known.time is None else latest + place.astype(np.int64),
        items=dataset.items,
    )


def _pool(dataset: Dataset, k: int) -> int:
    return min(POOL * k, dataset.n_items)


def _arranged(
    dataset: Dataset,
    model: Recommender,
    found: Listed,
    history: Preferences,
    *,
    user: int | None,
    k: int,
    dial: float,
    personalisation: float,
) -> Slate:
    """Return the one list ``found`` in the dial's order, with its reasons."""
    there = found.ranking.items[0] >= 0
    candidates, scores = found.ranking.items[0][there].astype(np.int64), found.ranking.scores[0][there]
    had_by = dataset.preferences.item_users
    novelty = item_novelty(had_by, dataset.n_users)[candidates]
    chosen = rerank(scores[None, :], novelty, dial, k)[0]
    items = item_facts(dataset, candidates[chosen])
    items["place"] = np.arange(1, len(chosen) + 1)
    items["moved"] = np.where(chosen < k, chosen - np.arange(len(chosen)), np.nan)
    items["score"] = scores[chosen]
    items["users_share"] = had_by[candidates[chosen]] / max(dataset.n_users, 1)
    told = reasons_of(
        dataset,
        model,
        candidates[chosen],
        path=found.paths[0],
        popular=found.popular[0][there][chosen],
        user=user,
        history=history,
    )
    ids = dataset.items["item_id"]
    items["reason"] = [reason.sentence for reason in told]
    items["because"] = [tuple(str(ids.iloc[code]) for code in reason.items) for reason in told]
    gone = np.setdiff1d(np.arange(min(k, len(candidates))), chosen)
    return Slate(
        items=items,
        dropped=item_facts(dataset, candidates[gone]),
        path=found.paths[0],
        personalisation=personalisation,
    )
