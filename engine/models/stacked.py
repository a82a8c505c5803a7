"""Stacked: one score of all that behaviour, times and side tables say, each weighted by how well it foretold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.metrics.ndcg import ndcg
from engine.models.base import FoldsIn, Recommender
from engine.models.checks import require_pairs
from engine.models.conditional_logit import learn_choice
from engine.models.group_popularity import GroupPopularity
from engine.models.holdout import Holdout, asked_users, hold_out
from engine.models.members import Member, advisers, candidates
from engine.models.newcomers import Newcomers
from engine.models.params import Value
from engine.models.ranking import top_k
from engine.preferences import Preferences

K = 10
_PROPOSED = 100
_FAINT = 0.05  # of a user's mean score, added before a logarithm is taken
_CELLS = 8_000_000


class Stacked:
    """Linear stacking (Wolpert 1992, Neural Networks 5(2); Sill et al. 2009, "Feature-weighted linear stacking").

    Every member's scores are standardised over what the user has not had, so that members of different units
    can be added. The weights are those of a conditional logit on choices held back from training, among the
    first 100 items of each list-making member; the members then learn again from everything. Users without a
    history get what is popular in their groups.

    Attributes:
        members: fitted; list makers, then advisers.
        titles: their names for people.
        weights: what one standard deviation of each member's score adds; may be below 0.
        adds_up: whose scores are taken by their logarithm.
        seen: training pairs, shape (users, items).
        popularity: share of the users with a history who chose each item, shape (items,).
        welcome: scores users without a history.
        validation_ndcg: nDCG@10 of each list maker on what was held back, by title; empty where that was too little.
    """

    members: tuple[Recommender, ...]
    titles: tuple[str, ...]
    weights: NDArray[np.float64]
    adds_up: tuple[bool, ...]
    seen: sparse.csr_array
    popularity: NDArray[np.float64]
    welcome: GroupPopularity
    validation_ndcg: Mapping[str, float]

    def __init__(self, params: Mapping[str, Value], seed: int) -> None:
        self.share: Any = params["share"]
        self.penalty: Any = params["penalty"]
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
        makers, asides = candidates(train), advisers(train)
        every = makers + asides
        self.titles = tuple(member.title for member in every)
        self.adds_up = tuple(member.adds_up for member in every)
        self.weights = self._learn(makers, asides, train)
        self.members = self._fitted(every, train)
        self.welcome = GroupPopularity({"smoothing": 20.0, "popularity_weight": 1.0, "groups": True}).fit(train)
        return self

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return scores of every item, shape (len(users), items)."""
        users = np.asarray(users)
        scores = self._added(self.members, self.weights, self.adds_up, users, self.seen)
        cold = np.diff(self.seen.indptr)[users] == 0
        scores[cold] = self.welcome.score(users[cold])
        return scores

    def score_new(self, new: Preferences) -> NDArray[np.float64]:
        """Return scores for users known by ``new`` alone, by the members that can serve them."""
        able = [place for place, member in enumerate(self.members) if isinstance(member, FoldsIn)]
        voters = [Newcomers(cast(FoldsIn, self.members[place]), new) for place in able]
        adds_up = [self.adds_up[place] for place in able]
        scores = self._added(voters, self.weights[able], adds_up, np.arange(new.n_users), new.matrix)
        cold = np.flatnonzero(new.user_items == 0)
        scores[cold] = self.welcome.score_new(new.of_users(cold))
        return scores

    def parts(self, user: int) -> NDArray[np.float64]:
        """Return what each member adds to the score of each item for ``user``, shape (members, items)."""
        return self._parts(self.members, np.array([user]), self.seen)

    def parts_new(self, new: Preferences) -> NDArray[np.float64]:
        """Return what each member adds for one person known by ``new`` alone, shape (members, items).

        Members that cannot serve new users add nothing.
        """
        voters = [Newcomers(member, new) if isinstance(member, FoldsIn) else None for member in self.members]
        return self._parts(voters, np.array([0]), new.matrix)

    def _parts(
        self, voters: Sequence[Recommender | None], user: NDArray[np.integer], seen: sparse.csr_array
    ) -> NDArray[np.float64]:
        had = seen[user].toarray() != 0
        parts = np.zeros((len(voters), seen.shape[1]))
        for place, (voter, adds) in enumerate(zip(voters, self.adds_up, strict=True)):
            if voter is not None:
                parts[place] = self.weights[place] * _column(voter, adds, user, had)[0]
        return parts

    def _fitted(self, members: Sequence[Member], train: Preferences) -> tuple[Recommender, ...]:
        return tuple(member.make(member.params, self.seed).fit(train) for member in members)

    @staticmethod
    def _added(
        voters: Sequence[Any],
        weights: NDArray[np.float64],
        adds_up: Sequence[bool],
        users: NDArray[np.integer],
        seen: sparse.csr_array,
    ) -> NDArray[np.float64]:
        had = seen[users].toarray() != 0
        scores = np.zeros(had.shape)
        for voter, weight, adds in zip(voters, weights, adds_up, strict=True):
            if weight != 0:
                scores += weight * _column(voter, adds, users, had)
        return scores

    def _learn(self, makers: list[Member], asides: list[Member], train: Preferences) -> NDArray[np.float64]:
        """Return each member's weight; 1 for each list maker where nothing can be held back."""
        self.validation_ndcg = {}
        equal = np.repeat([1.0, 0.0], [len(makers), len(asides)])
        rng = np.random.default_rng(self.seed)
        held = hold_out(train, self.share, self.holdout, rng)
        if not held.any():
            return equal
        asked = asked_users(train, held, rng)
        rest, relevant = train.take(~held), train.take(held).matrix
        voters = self._fitted(makers + asides, rest)
        parts = [
            self._candidates(voters[: len(makers)], voters, block, rest.matrix, relevant)
            for block in _blocks(asked, len(voters) * train.n_items)
        ]
        columns, wanted, user = (np.concatenate(part) for part in zip(*parts, strict=True))
        weights = learn_choice(columns, wanted, user, self.penalty)
        if not weights.any():
            return equal
        for title, voter in zip(self.titles, voters[: len(makers)], strict=False):
            listed = top_k(voter, asked, K, exclude=rest.matrix, block=max(1, _CELLS // train.n_items)).items
            self.validation_ndcg[title] = float(np.nanmean(ndcg(listed, relevant[asked])))
        return weights

    def _candidates(
        self,
        makers: Sequence[Recommender],
        voters: Sequence[Recommender],
        users: NDArray[np.integer],
        seen: sparse.csr_array,
        relevant: sparse.csr_array,
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
        """Return what each voter says of the items any list maker proposes, who wanted them, and whose they are."""
        had = seen[users].toarray() != 0
        proposed = np.zeros(had.shape, dtype=bool)
        for maker in makers:
            items = top_k(maker, users, min(_PROPOSED, seen.shape[1]), exclude=seen).items
            row, place = np.nonzero(items >= 0)
            proposed[row, items[row, place]] = True
        user, item = np.nonzero(proposed)
        columns = [
            _column(voter, adds, users, had)[user, item] for voter, adds in zip(voters, self.adds_up, strict=True)
        ]
        return np.stack(columns, axis=1), relevant[users].toarray()[user, item] != 0, users[user].astype(np.int64)


def _column(
    voter: Recommender, adds_up: bool, users: NDArray[np.integer], had: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return a voter's scores, mean 0 and deviation 1 over what each user has not had, shape (users, items)."""
    scores = voter.score(users)
    left = np.maximum((~had).sum(axis=1, keepdims=True), 1)
    if adds_up:
        scores = np.maximum(scores, 0.0)
        mean = np.where(had, 0.0, scores).sum(axis=1, keepdims=True) / left
        scores = np.log(np.divide(scores, mean, out=np.zeros_like(scores), where=mean > 0) + _FAINT)
    scores = scores - np.where(had, 0.0, scores).sum(axis=1, keepdims=True) / left
    spread = np.sqrt((np.where(had, 0.0, scores) ** 2).sum(axis=1, keepdims=True) / left)
    level = np.abs(scores).max(axis=1, keepdims=True)
    column: NDArray[np.float64] = np.divide(scores, spread, out=np.zeros_like(scores), where=spread > 1e-9 * level)
    return column


def _blocks(users: NDArray[np.integer], cells: int) -> list[NDArray[np.integer]]:
    """Cut ``users`` so that a block of so many cells a user stays within memory."""
    return np.array_split(users, min(len(users), -(-len(users) * cells // _CELLS)))
