"""People who came after training: their lists without training again, and what served each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.models.base import FoldsIn, Recommender
from engine.models.baselines import Popularity
from engine.models.checks import require_catalogue
from engine.models.content import Content
from engine.models.ranking import Ranking, top_k
from engine.preferences import Preferences

Path = Literal["folded in", "content", "popularity"]


@dataclass(frozen=True)
class Served:
    """Lists of new users.

    Attributes:
        ranking: the k best items of each, without what they had.
        paths: what served each: the model itself with their history folded in, likeness to what they had
            (``content``), or what most chose (``popularity``).
    """

    ranking: Ranking
    paths: tuple[Path, ...]


def serve_new(model: Recommender, new: Preferences, k: int, *, train: Preferences) -> Served:
    """Return lists for users known by ``new`` alone.

    The model serves whoever has a history, where it can; otherwise content does where anything is known of the
    items, and popularity where nothing is. Users without a history get what most people chose.

    Args:
        model: a fitted model.
        new: what the new users had; row i is user i.
        k: length of the lists.
        train: what ``model`` was trained on.

    Raises:
        ModelError: where ``new`` is about another catalogue, or k is below 1.
    """
    require_catalogue(new, train.n_items)
    able, path = able_to_serve(model, train)
    popular = Popularity().fit(train)
    users = np.arange(new.n_users)
    ranking = top_k(Newcomers(able, new) if able is not None else popular, users, k, exclude=new.matrix)
    known = new.user_items > 0
    if able is not None and not known.all():
        cold = top_k(popular, users[~known], k)
        ranking.items[~known], ranking.scores[~known] = cold.items, cold.scores
    return Served(ranking, tuple(path if there else "popularity" for there in known))


def able_to_serve(model: Recommender, train: Preferences) -> tuple[FoldsIn | None, Path]:
    """Return what scores new users who have a history, and the path's name; None where popularity alone can."""
    if isinstance(model, Popularity):
        return None, "popularity"
    if isinstance(model, FoldsIn):
        return model, "folded in"
    try:
        return Content({"weighted": True, "texts": True, "popularity_weight": 0.3}).fit(train), "content"
    except ModelError:
        return None, "popularity"


@dataclass(frozen=True)
class Newcomers:
    """New users as a model scores them.

    Attributes:
        model: the fitted model.
        new: what the users had; row i is user i.
    """

    model: FoldsIn
    new: Preferences

    def fit(self, train: Preferences) -> Self:  # noqa: ARG002 - the model was fitted before
        """Return self."""
        return self

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return scores of every item for the new ``users``, shape (len(users), items)."""
        return self.model.score_new(self.new.of_users(users))
