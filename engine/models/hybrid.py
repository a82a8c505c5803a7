"""Hybrid: what people chose together where that is known, what items are like where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.metrics.ndcg import ndcg
from engine.models.als import Als
from engine.models.base import Recommender
from engine.models.content import Content
from engine.models.ease import Ease
from engine.models.histories import HistoryModel
from engine.models.holdout import hold_out
from engine.models.linear import MOST_COMPARED
from engine.models.params import Value
from engine.models.ranking import top_k
from engine.preferences import Preferences

_K = 10
_SHARES = tuple(np.linspace(0, 1, 11).tolist())
_HALVES = (0.0, 1.0, 3.0, 10.0, 30.0)
_CELLS = 8_000_000


class Hybrid(HistoryModel):
    """A weighted hybrid (Burke 2002, UMUAI 12, section 2.1) whose weight grows with what is known.

    Both scores are standardised within a user's row. Behaviour gets the weight
    ``share * n_user / (n_user + half) * n_item / (n_item + half)``, n being numbers of choices; content gets the
    rest. An item nobody chose is thus scored by content alone. ``share`` and ``half`` are those of the best
    nDCG@10 on choices held back from training.

    Attributes:
        behaviour: EASE, or ALS where the catalogue is too large for it.
        content: the content model.
        share: the most that behaviour counts, from 0 to 1.
        half: the number of choices at which it counts half as much.
        item_users: how many users chose each item, shape (items,).
    """

    behaviour: Ease | Als
    content: Content
    share: float
    half: float
    item_users: NDArray[np.int64]

    def __init__(self, params: Mapping[str, Value], seed: int) -> None:
        self.params = dict(params)
        self.held: Any = self.params.pop("held_share")
        self.seed = seed

    def fit(self, train: Preferences) -> Self:
        """Learn the weights on a part held back, then both models on everything.

        Raises:
            ModelError: where there is nothing to learn from, or nothing is known of the items.
        """
        self._remember(train)
        rng = np.random.default_rng(self.seed)
        held = hold_out(train, self.held, "random", rng)
        self.share, self.half = 0.5, 1.0
        meant = {name: self.params[name] for name in ("embeddings", "embedding_weight")}
        content = Content({"weighted": True, "texts": True, "popularity_weight": 0.3, **meant}).fit(train)
        if held.any():
            rest = train.take(~held)
            self._learn(rest, content.among(rest))  # what items are like does not depend on who chose them
            self.share, self.half = self._best(train.take(held), rest, rng)
        self._learn(train, content)
        return self

    def knowing(self, history: Preferences) -> Self:
        """Return the model, and both of its parts, as though ``history`` were the pairs they knew users by."""
        told = super().knowing(history)
        told.behaviour, told.content = self.behaviour.knowing(history), self.content.knowing(history)
        return told

    def trust(self, n_chosen: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return how much behaviour counts towards each item for users of so many choices, (users, items)."""
        return self.share * np.outer(_part(n_chosen, self.half), _part(self.item_users, self.half))

    def _learn(self, train: Preferences, content: Content) -> None:
        few = np.count_nonzero(train.item_users) <= MOST_COMPARED
        ease = Ease({"penalty": self.params["penalty"], "weighted": True, "attribute_weight": 0.0})
        als = {"factors": 24, "regularization": 5.0, "alpha": 2.0, "iterations": 15, "weighted": False}
        self.behaviour = (ease if few else Als(als, self.seed)).fit(train)
        self.content = content
        self.item_users = train.item_users

    def _scores(self, new: Preferences) -> NDArray[np.float64]:
        trust = self.trust(new.user_items)
        return trust * _standard(self.behaviour.score_new(new)) + (1 - trust) * _standard(self.content.score_new(new))

    def _best(self, wanted: Preferences, rest: Preferences, rng: np.random.Generator) -> tuple[float, float]:
        """Return the share and half of the highest nDCG@10 on ``wanted``; the first of equal ones."""
        asked = np.unique(wanted.user)
        most = max(1, _CELLS // wanted.n_items)
        if len(asked) > most:
            asked = np.sort(rng.choice(asked, most, replace=False))
        new, relevant = rest.of_users(asked), wanted.of_users(asked).matrix
        behaviour, content = (_standard(model.score_new(new)) for model in (self.behaviour, self.content))
        best, found = -1.0, (self.share, self.half)
        for half in _HALVES:
            for share in _SHARES:
                trust = share * np.outer(_part(new.user_items, half), _part(self.item_users, half))
                fused: Recommender = _Given(trust * behaviour + (1 - trust) * content)
                reached = float(
                    ndcg(top_k(fused, np.arange(len(asked)), _K, exclude=new.matrix).items, relevant).mean()
                )
                if reached > best:
                    best, found = reached, (share, half)
        return found


class _Given:
    """Scores as they are."""

    def __init__(self, scores: NDArray[np.float64]) -> None:
        self.scores = scores

    def fit(self, train: Preferences) -> Self:  # noqa: ARG002 - nothing to learn
        return self

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        asked: NDArray[np.float64] = self.scores[users]
        return asked


def _part(n: NDArray[np.integer], half: float) -> NDArray[np.float64]:
    """Return ``n / (n + half)``; 0 where n is 0."""
    part: NDArray[np.float64] = np.divide(n, n + half, out=np.zeros(len(n)), where=n > 0)
    return part


def _standard(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give each row mean 0 and standard deviation 1; 0 where all are equal."""
    centred = scores - scores.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1, keepdims=True)
    standard: NDArray[np.float64] = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 1e-12)
    return standard
