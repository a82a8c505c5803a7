"""No recommender: what units come across by themselves, for others to be compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.models.ranking import Ranking
from engine.preferences import Preferences
from engine.world import State
from engine.world.organic import organic_slates
from engine.world.policy import Report


@dataclass(frozen=True)
class NonePolicy:
    """Shows each unit what it would come across without a recommender, drawn anew for each session.

    Items come up in proportion to the world's ``exposure``: search, links, what others talk about. It learns
    nothing, so it feeds nothing back.
    """

    title = "No recommender"
    each_session = True

    def refit(self, preferences: Preferences, report: Report | None = None) -> Self:  # noqa: ARG002 - learns nothing
        """Return itself."""
        return self

    def slates(self, state: State, users: NDArray[np.integer], k: int) -> Ranking:
        """Return ``k`` items each of ``users`` comes across, without what it has had."""
        return organic_slates(state, users, k)
