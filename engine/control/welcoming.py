"""People without a history: what is popular with people like them, where the user table says who those are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.models import make_model
from engine.models.group_popularity import GroupPopularity
from engine.preferences import Preferences

_MODEL = "group_popularity"


def welcome(train: Preferences) -> GroupPopularity | None:
    """Return the model that ranks by what users' groups choose, learnt from ``train``.

    None where the user table makes no group of ten or more users with a history, or nobody has one.
    """
    if train.users is None:
        return None
    try:
        model = make_model(_MODEL).fit(train)
    except ModelError:
        return None
    assert isinstance(model, GroupPopularity)  # noqa: S101 - as the registry has it
    return model if model.groups.names else None


def grouped(model: GroupPopularity, train: Preferences, users: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return whether each of ``users`` (codes) is in a group of ``model``, shape (len(users),)."""
    inside: NDArray[np.bool_] = np.diff(model.groups.members(train.users, train.n_users).indptr)[users] > 0
    return inside
