"""A policy that shows what a recommender ranks highest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.models import MODELS, make_model
from engine.models.base import Recommender
from engine.models.ranking import Ranking, top_k
from engine.preferences import Preferences
from engine.world import State
from engine.world.policy import Report


@dataclass(frozen=True)
class ModelPolicy:
    """Any recommender of the registry, by name.

    Attributes:
        name: the model's name in ``engine.models.MODELS``.
        params: the model's parameters; its defaults where left out.
        seed: seed of its training.
        model: the fitted recommender; None before the first ``refit``.
    """

    name: str
    params: Mapping[str, object] = field(default_factory=dict)
    seed: int = 0
    model: Recommender | None = field(default=None, compare=False, repr=False)

    each_session = False

    @property
    def title(self) -> str:
        """The model's title."""
        return str(MODELS[self.name].title)

    def refit(self, preferences: Preferences, report: Report | None = None) -> Self:  # noqa: ARG002 - models report nothing
        """Return the policy with its model fitted to ``preferences``."""
        return replace(self, model=make_model(self.name, self.params, self.seed).fit(preferences))

    def slates(self, state: State, users: NDArray[np.integer], k: int) -> Ranking:
        """Return the ``k`` unseen items the model scores highest for each of ``users``."""
        if self.model is None:
            raise ModelError(f"{self.title} has not been trained. Call refit before asking for slates.")
        return top_k(self.model, users, k, exclude=state.seen)
