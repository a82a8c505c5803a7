"""Rank fusion: several models vote by rank, each with the weight that served held-back choices best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.models.base import FoldsIn, Recommender
from engine.models.checks import require_pairs
from engine.models.holdout import Holdout, asked_users, hold_out
from engine.models.members import Member, candidates
from engine.models.newcomers import Newcomers
from engine.models.params import Value
from engine.models.ranking import NOTHING, top_k
from engine.models.weights import Votes, learn_weights, votes
from engine.preferences import Preferences

DEPTH = 200
_CELLS = 8_000_000
_LEAST = 1e-9  # what popularity decides: the order of items that no member names


class Fusion:
    """Weighted reciprocal rank fusion (Cormack, Clarke & Buettcher 2009, SIGIR).

    An item's score is the sum of ``weight / (constant + rank)`` over the members that have it among their
    first 200 unseen items. The weights are those that give the best nDCG@10 on choices held back from
    training, found by coordinate ascent (Metzler & Croft 2007, Information Retrieval 10(3), section 4); the
    members then learn again from everything. Items nobody names follow by popularity.

    Attributes:
        members: those of positive weight, fitted.
        titles: their names for people.
        weights: their weights, adding up to 1.
        seen: training pairs, shape (users, items).
        popularity: share of the users with a history who chose each item, shape (items,).
        validation_ndcg: nDCG@10 on what was held back: of the fusion, then of each member tried, by title; empty
            where there was too little to hold anything back.
    """

    members: tuple[Recommender, ...]
    titles: tuple[str, ...]
    weights: NDArray[np.float64]
    seen: sparse.csr_array
    popularity: NDArray[np.float64]
    validation_ndcg: Mapping[str, float]

    def __init__(self, params: Mapping[str, Value], seed: int) -> None:
        self.constant: Any = params["constant"]
        self.share: Any = params["share"]
        self.holdout = cast(Holdout, params["holdout"])
        self.seed = seed

    def fit(self, train: Preferences) -> Self:
        """Learn the weights on a part held back, then fit the members on everything.

        Raises:
            ModelError: where there is nothing to learn from.
        """
        require_pairs(train)
        self.seen = train.matrix
        self.popularity = train.item_users / np.count_nonzero(train.user_items)
        tried = candidates(train)
        weights = self._weights_of(tried, train)
        kept = np.flatnonzero(weights)
        self.titles = tuple(tried[place].title for place in kept)
        self.weights = weights[kept] / weights.sum()
        self.members = tuple(tried[place].make(tried[place].params, self.seed).fit(train) for place in kept)
        return self

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return fused scores of every item, shape (len(users), items)."""
        users = np.asarray(users)
        return self._fused([*zip(self.members, self.weights, strict=True)], users, self.seen)

    def score_new(self, new: Preferences) -> NDArray[np.float64]:
        """Return scores for users known by ``new`` alone, fused of the members that can serve them."""
        able = [
            (Newcomers(member, new), weight)
            for member, weight in zip(self.members, self.weights, strict=True)
            if isinstance(member, FoldsIn)
        ]
        return self._fused(able, np.arange(new.n_users), new.matrix)

    def votes_for(self, user: int, item: int) -> list[tuple[int, int, float]]:
        """Return which members name ``item`` for ``user``: place in ``members``, rank from 1 and points, most first."""
        found = []
        for place, (member, weight) in enumerate(zip(self.members, self.weights, strict=True)):
            rank = np.flatnonzero(top_k(member, np.array([user]), DEPTH, exclude=self.seen).items[0] == item)
            if len(rank):
                found.append((place, int(rank[0]) + 1, float(weight / (self.constant + 1 + rank[0]))))
        return sorted(found, key=lambda vote: -vote[2])

    def _fused(
        self, voters: list[tuple[Any, float]], users: NDArray[np.integer], seen: sparse.csr_array
    ) -> NDArray[np.float64]:
        scores = np.tile(_LEAST * self.popularity, (len(users), 1))
        cold = np.diff(seen.indptr)[users] == 0
        for member, weight in voters:
            items = top_k(member, users, DEPTH, exclude=seen).items
            row, place = np.nonzero((items != NOTHING) & ~cold[:, None])
            scores[row, items[row, place]] += weight / (self.constant + 1 + place)
        return scores

    def _weights_of(self, tried: list[Member], train: Preferences) -> NDArray[np.float64]:
        """Return each member's weight; all equal where nothing can be held back."""
        self.validation_ndcg = {}
        rng = np.random.default_rng(self.seed)
        held = hold_out(train, self.share, self.holdout, rng)
        if not held.any():
            return np.ones(len(tried))
        asked = asked_users(train, held, rng)
        rest = train.take(~held)
        block = max(1, _CELLS // train.n_items)
        lists = [
            top_k(member.make(member.params, self.seed).fit(rest), asked, DEPTH, exclude=rest.matrix, block=block).items
            for member in tried
        ]
        wanted = train.take(held).matrix[asked]
        cast_votes: Votes = votes(lists, wanted, self.constant)
        weights, fused, alone = learn_weights(cast_votes)
        self.validation_ndcg = {"Fusion": fused} | {m.title: value for m, value in zip(tried, alone, strict=True)}
        return weights
