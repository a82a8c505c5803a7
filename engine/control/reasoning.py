"""Reasons for lists that a control or a new history made: each true of what served the item."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from engine.control.listing import Path
from engine.control.welcoming import welcome
from engine.dataset import Dataset
from engine.deeds import Deeds, deeds_of, did
from engine.models import Reason, Recommender, reasons
from engine.models.newcomers import able_to_serve
from engine.models.story import people
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
) -> list[Reason]:
    """Return one reason for each of ``items``, shown to one person.

    Args:
        dataset: what ``model`` was trained on.
        model: the fitted model.
        items: item codes, shape (items,).
        path: what served the person.
        popular: which of the items are there for their popularity, shape (items,).
        user: the person's code; None for somebody who is not in the data.
        history: what was used of the person's history, as user 0.
    """
    deeds = deeds_of(dataset, user)
    found = [_of_everybody(int(n), deeds) for n in dataset.preferences.item_users[items]]
    own = np.flatnonzero(~popular)
    if len(own):
        told = _told(dataset, model, items[own], path=path, user=user, history=history, deeds=deeds)
        for place, reason in zip(own, told, strict=True):
            found[place] = reason
    return found


def _told(
    dataset: Dataset,
    model: Recommender,
    items: NDArray[np.integer],
    *,
    path: Path,
    user: int | None,
    history: Preferences,
    deeds: Deeds,
) -> list[Reason]:
    if path == "groups" and user is not None and (welcoming := welcome(dataset.preferences)) is not None:
        return reasons(welcoming, dataset.preferences, dataset.items, user, items, deeds=deeds)
    if path == "trained" and user is not None:
        return reasons(model, dataset.preferences, dataset.items, user, items, deeds=deeds)
    able = cast(Recommender, able_to_serve(model, dataset.preferences)[0])
    return reasons(able, history, dataset.items, 0, items, deeds=deeds, folded=True)


def _of_everybody(n: int, deeds: Deeds) -> Reason:
    return Reason(f"Popular with everybody: {people(n) if n else 'nobody yet'} {did(deeds.verb, 'it')}")
