"""Reasons for lists that a control or a new history made: each true of what served the item."""

from __future__ import annotations

import copy
from typing import cast

import numpy as np
from numpy.typing import NDArray

from engine.control.listing import Path
from engine.dataset import Dataset
from engine.models import Recommender, reasons
from engine.models.histories import HistoryModel
from engine.models.hybrid import Hybrid
from engine.models.newcomers import able_to_serve
from engine.preferences import Preferences


def reasons_of(
    dataset: Dataset,
    model: Recommender,
    items: NDArray[np.integer],
    *,
    path: Path,
    popular: NDArray[np.bool_],
    user: int | None,
    history: Preferences,
) -> list[str]:
    """Return one sentence for each of ``items``, shown to one person.

    Args:
        dataset: what ``model`` was trained on.
        model: the fitted model.
        items: item codes, shape (items,).
        path: what served the person.
        popular: which of the items are there for their popularity, shape (items,).
        user: the person's code; None for somebody who is not in the data.
        history: what was used of the person's history, as user 0.
    """
    chosen_by = dataset.preferences.item_users[items]
    said = [f"Popular with everybody: {_people(int(n))} chose it" for n in chosen_by]
    own = np.flatnonzero(~popular)
    if len(own):
        told = _told(dataset, model, items[own], path=path, user=user, history=history)
        for place, sentence in zip(own, told, strict=True):
            said[place] = sentence
    return said


def _told(
    dataset: Dataset,
    model: Recommender,
    items: NDArray[np.integer],
    *,
    path: Path,
    user: int | None,
    history: Preferences,
) -> list[str]:
    if path == "trained" and user is not None:
        return reasons(model, dataset.preferences, dataset.items, user, items)
    able = able_to_serve(model, dataset.preferences)[0]
    if isinstance(able, HistoryModel):
        told = cast(Recommender, _knowing(able, history))
        return reasons(told, history, dataset.items, 0, items)
    n = int(history.user_items[0])
    return [f"By all {n:,} items of your history together" if n > 1 else "By the one item of your history"] * len(items)


def _knowing(model: HistoryModel, history: Preferences) -> HistoryModel:
    """Return ``model`` as though ``history`` were what it had learned people by; what it learned stays."""
    told = copy.copy(model)
    told.histories = history
    if isinstance(told, Hybrid):
        for part in ("behaviour", "content"):
            member = getattr(told, part)
            if isinstance(member, HistoryModel):
                setattr(told, part, _knowing(member, history))
    return told


def _people(n: int) -> str:
    return f"{n:,} {'person' if n == 1 else 'people'}" if n else "nobody yet"
