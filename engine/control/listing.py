"""The one way from a fitted model to people's lists: whoever serves a list asks here, so that controls always hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.control.control import Control
from engine.control.steering import blended, hidden_items, used_rows
from engine.control.welcoming import grouped, welcome
from engine.dataset import Dataset
from engine.evaluation.pairs import users_at_once
from engine.models import Ranking, Recommender, top_k
from engine.models.group_popularity import GroupPopularity
from engine.models.newcomers import Newcomers, able_to_serve
from engine.pairs import seen_items
from engine.preferences import Preferences

Path = Literal["trained", "folded in", "content", "groups", "popularity"]

SENTENCES: Mapping[Path, str] = {
    "trained": "Served by the model as it was trained.",
    "folded in": "Folded in without training again: the model was given their history as it is now.",
    "content": "This model cannot take in a history without training again, so likeness to what they had served it.",
    "groups": "Popular with people of the same groups, by the user table: no history of theirs was used.",
    "popularity": "Popular with everybody: no history of theirs was used.",
}
"""What each path is, for a reader."""

_Report = Callable[[str, int | None, int | None], None]


@dataclass(frozen=True)
class Listed:
    """Lists as people are shown them.

    Attributes:
        ranking: the k best items of each user, without what they had and what they hid. Scores are the model's;
            of a list that is turned down in part, those of ``engine.control.steering.blended``.
        paths: what served each user.
        popular: which items are there for their popularity, shape (users, k).
    """

    ranking: Ranking
    paths: tuple[Path, ...]
    popular: NDArray[np.bool_]


def listed(
    dataset: Dataset,
    model: Recommender,
    users: NDArray[np.integer],
    k: int,
    *,
    controls: Mapping[int, Control],
    report: _Report | None = None,
) -> Listed:
    """Return the lists of ``users`` with everybody's control honoured.

    Users without a history get what people of their groups chose, where the user table has groups, and otherwise,
    as those who turned personalisation off, what most people chose. Those who reset their taste are served as new
    people are, by what they did since.

    Args:
        dataset: what ``model`` was trained on, all of it.
        model: a fitted model.
        users: user codes, shape (users,).
        k: length of the lists.
        controls: by user code, of whoever decided anything.
        report: told how many users are done.

    Raises:
        ModelError: k below 1.
    """
    users = np.asarray(users)
    actor = dataset.interactions["user"].to_numpy()
    asked = np.isin(actor, users)
    used = used_rows(dataset, controls) & asked
    seen = seen_items(dataset, used)
    had = np.bincount(actor[asked], minlength=dataset.n_users)
    left = np.bincount(actor[used], minlength=dataset.n_users)
    steered = (left == 0) | np.isin(np.arange(dataset.n_users), list(controls))
    histories = dataset.preferences_of(used) if steered[users].any() else dataset.preferences
    wishes = _Wishes(dataset, model)
    parts = []
    block = users_at_once(dataset.n_items)
    for start in range(0, len(users), block):
        if report is not None:
            report("Ranking users", start, len(users))
        some = users[start : start + block]
        special = steered[some]
        part = Listed(
            Ranking(np.full((len(some), k), -1, dtype=np.int32), np.full((len(some), k), np.nan)),
            tuple("trained" for _ in some),
            np.zeros((len(some), k), dtype=bool),
        )
        if not special.all():
            plain = top_k(model, some[~special], k, exclude=seen, block=block)
            part.ranking.items[~special], part.ranking.scores[~special] = plain.items, plain.scores
        if special.any():
            those = some[special]
            trained = np.where(left[those] == had[those], those, -1)
            theirs = [controls.get(int(user), Control()) for user in those]
            found = wishes.listed(histories.of_users(those), k, trained=trained, controls=theirs, seen=seen[those])
            part = _with(part, special, found)
        parts.append(part)
    return _joined(parts, k)


def listed_new(dataset: Dataset, model: Recommender, new: Preferences, k: int, *, control: Control) -> Listed:
    """Return the lists of people who are not in the data, known by ``new`` alone.

    Args:
        dataset: what ``model`` was trained on, all of it.
        model: a fitted model.
        new: what they had; row i is person i.
        k: length of the lists.
        control: of each of them.

    Raises:
        ModelError: k below 1, or a history of another catalogue.
    """
    nobody = np.full(new.n_users, -1)
    controls = [control] * new.n_users
    return _Wishes(dataset, model).listed(new, k, trained=nobody, controls=controls, seen=new.matrix)


@dataclass(frozen=True)
class _Given:
    """Scores that are there already, as a model."""

    scores: NDArray[np.float64]

    def fit(self, train: Preferences) -> _Given:  # noqa: ARG002 - nothing to learn
        return self

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        rows: NDArray[np.float64] = self.scores[users]
        return rows


@dataclass(frozen=True)
class _Wishes:
    """A model that serves each user as they wish."""

    dataset: Dataset
    model: Recommender

    @cached_property
    def welcome(self) -> GroupPopularity | None:
        """What serves users without a history whose groups are known."""
        return welcome(self.dataset.preferences)

    def listed(
        self,
        histories: Preferences,
        k: int,
        *,
        trained: NDArray[np.integer],
        controls: list[Control],
        seen: sparse.csr_array,
    ) -> Listed:
        """Return the lists of users known by ``histories``; ``trained`` is their code in training, -1 for none."""
        popular = self.dataset.preferences.item_users.astype(np.float64)
        share = np.array([each.personalisation for each in controls])
        personal = (histories.user_items > 0) & (share > 0)
        as_trained, anew = personal & (trained >= 0), personal & (trained < 0)
        scores = np.tile(popular, (len(controls), 1))
        paths: list[Path] = ["popularity"] * len(controls)
        if as_trained.any():
            scores[as_trained] = self.model.score(trained[as_trained])
        if anew.any():
            able, path = able_to_serve(self.model, self.dataset.preferences)
            if able is not None:
                scores[anew] = Newcomers(able, histories).score(np.flatnonzero(anew))
            paths = [path if new else each for new, each in zip(anew, paths, strict=True)]
        paths = ["trained" if one else each for one, each in zip(as_trained, paths, strict=True)]
        newcomers = np.flatnonzero((histories.user_items == 0) & (share > 0) & (trained >= 0))
        if len(newcomers) and self.welcome is not None:
            known = newcomers[grouped(self.welcome, self.dataset.preferences, trained[newcomers])]
            scores[known] = self.welcome.score(trained[known])
            paths = ["groups" if place in known else each for place, each in enumerate(paths)]
        everybodys = np.array([path == "popularity" for path in paths])
        by_popularity = np.repeat(everybodys[:, None], len(popular), axis=1)
        between = ~everybodys & (share < 1)
        if between.any():
            scores[between], by_popularity[between] = blended(scores[between], popular, share[between])
        without = sparse.csr_array(seen + hidden_items(self.dataset, controls))
        ranking = top_k(_Given(scores), np.arange(len(controls)), k, exclude=without)
        chosen = np.take_along_axis(by_popularity, np.maximum(ranking.items, 0), axis=1) & (ranking.items >= 0)
        return Listed(ranking, tuple(paths), chosen)


def _with(part: Listed, special: NDArray[np.bool_], found: Listed) -> Listed:
    """Return ``part`` with the lists of the ``special`` users."""
    part.ranking.items[special], part.ranking.scores[special] = found.ranking.items, found.ranking.scores
    part.popular[special] = found.popular
    others = iter(found.paths)
    paths = tuple(next(others) if one else path for one, path in zip(special, part.paths, strict=True))
    return Listed(part.ranking, paths, part.popular)


def _joined(parts: list[Listed], k: int) -> Listed:
    if not parts:
        nobody = Ranking(np.empty((0, k), dtype=np.int32), np.empty((0, k)))
        return Listed(nobody, (), np.empty((0, k), dtype=bool))
    return Listed(
        Ranking(
            np.concatenate([part.ranking.items for part in parts]),
            np.concatenate([part.ranking.scores for part in parts]),
        ),
        tuple(path for part in parts for path in part.paths),
        np.concatenate([part.popular for part in parts]),
    )
