"""Neighbour models: KNNBasic, KNNWithMeans, KNNWithZScore and KNNBaseline, by users or by items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.models.bias import baseline_options, tendencies
from engine.models.checks import require_catalogue, require_finite
from engine.models.kernels import nearest_by_heap, nearest_by_walk
from engine.models.likeness import Sums, similarity, sums
from engine.models.params import Value
from engine.models.similarities import common_cosine
from engine.models.threads import share_rows
from engine.models.trainset import Known, learn, prepared, surprise_trainset
from engine.models.walk import Walk, arrange
from engine.preferences import Preferences

WALK_FROM = 32  # from so many users on, sorting each item's neighbours once pays when comparing items
_ROWS_A_THREAD = 16
_CELLS = 2_000_000


class NeighbourModel:
    """What similar users (or items) rated, weighted by similarity and centred as the algorithm centres.

    Following Surprise, x is the compared side: users where ``user_based``, else items. Every flavour is
    ``centre + spread[x] * weighted mean of deviations``.

    Attributes:
        known: which users and items were learned about.
        similarity: shape (known x, known x), in ascending code order.
        position: place of each x among the known ones, shape (users or items,); -1 where unknown.
        ratings: the training values, CSR over (users, items).
        walk: the ratings as the walk over similar users reads them; only where ``user_based``.
        rated: place among the known items of each stored value of ``ratings``; only where not.
        deviation: what neighbours contribute for each stored value of ``ratings``, same order.
        centre_user, centre_item: added to a known pair's prediction, shapes (users,) and (items,).
        spread: factor on the neighbours' mean deviation, by code of x.
        overall_spread: what it is for somebody whose values are all equal.
        user_bias, item_bias: what ``pearson_baseline`` takes off each value, shapes (users,) and (items,).
    """

    known: Known
    similarity: NDArray[np.float64]
    position: NDArray[np.int64]
    ratings: sparse.csr_array
    walk: Walk
    rated: NDArray[np.int64]
    deviation: NDArray[np.float64]
    centre_user: NDArray[np.float64]
    centre_item: NDArray[np.float64]
    spread: NDArray[np.float64]
    overall_spread: float
    user_bias: NDArray[np.float64]
    item_bias: NDArray[np.float64]

    def __init__(self, algorithm: str, title: str, params: Mapping[str, Value], seed: int) -> None:
        self.algorithm = algorithm
        self.title = title
        self.params = dict(params)
        self.negatives: Any = self.params["negatives"]
        self.seed = seed
        self.user_based = bool(params["user_based"])
        self.k: Any = params["k"]
        self.min_k: Any = params["min_k"]

    def fit(self, train: Preferences) -> Self:
        """Compute similarities by Surprise's algorithm and keep its arrays."""
        data = prepared(train, self.negatives, self.seed)
        fitted, self.known = self._fit_surprise(data)
        codes = self.known.users if self.user_based else self.known.items
        ascending = np.argsort(codes)
        similarity = fitted.sim
        if (ascending != np.arange(len(codes))).any():
            similarity = similarity[np.ix_(ascending, ascending)]
        self.similarity = np.nan_to_num(similarity, copy=False, nan=0.0)
        n_x = data.n_users if self.user_based else data.n_items
        self.position = np.full(n_x, -1)
        self.position[codes[ascending]] = np.arange(len(codes))
        self.ratings = data.matrix
        self._centre(fitted, data)
        require_finite(self.title, self.deviation, self.centre_user, self.centre_item)
        if self.user_based:
            self.walk = arrange(self.position[data.user], len(codes), data.item, data.n_items, self.deviation)
        else:
            self.rated = self.position[data.item]
        return self

    def _fit_surprise(self, data: Preferences) -> tuple[Any, Known]:
        import surprise

        trainset, known = surprise_trainset(data)
        algorithm = getattr(surprise, self.algorithm)(
            k=self.k,
            min_k=self.min_k,
            sim_options={
                "name": self.params["similarity"],
                "user_based": self.user_based,
                "min_support": self.params["min_support"],
                "shrinkage": self.params["shrinkage"],
            },
            bsl_options=baseline_options(self.params, "baseline_"),
            verbose=False,
        )
        try:
            with np.errstate(all="ignore"):
                algorithm.fit(trainset)
        except ZeroDivisionError:  # a similarity is undefined
            algorithm.compute_similarities = lambda: self._defined_similarities(algorithm, data, known)
            learn(self.title, lambda: algorithm.fit(trainset))
        return algorithm, known

    def _defined_similarities(self, algorithm: Any, data: Preferences, known: Known) -> NDArray[np.float64]:
        """Return the similarities in Surprise's inner order, the undefined ones zero."""
        values, min_support, shrinkage = data.value, self.params["min_support"], None
        if self.params["similarity"] == "pearson_baseline":
            user_bias, item_bias = algorithm.compute_baselines()
            baseline = known.by_user(user_bias)[data.user] + known.by_item(item_bias)[data.item]
            values = values - known.mean - baseline
            min_support, shrinkage = max(2, int(min_support or 0)), self.params["shrinkage"]
        deviations = sparse.csr_array((values, (data.user, data.item)), shape=(data.n_users, data.n_items))
        rows = deviations[known.users] if self.user_based else deviations.T.tocsr()[known.items]
        return common_cosine(rows, min_support=min_support, shrinkage=shrinkage)  # type: ignore[arg-type]

    def _centre(self, fitted: Any, data: Preferences) -> None:
        """Keep what is taken off each rating, and put back on each prediction."""
        x = data.user if self.user_based else data.item
        by_x = self.known.by_user if self.user_based else self.known.by_item
        self.overall_spread = float(getattr(fitted, "overall_sigma", 1.0))
        if fitted.bu is not None:
            self.user_bias, self.item_bias = self.known.by_user(fitted.bu), self.known.by_item(fitted.bi)
        n_x = len(self.position)
        self.spread = np.ones(n_x)
        self.centre_user, self.centre_item = np.zeros(data.n_users), np.zeros(data.n_items)
        self.deviation = data.value
        if self.algorithm == "KNNBaseline":
            self.centre_user, self.centre_item = self.known.mean + self.user_bias, self.item_bias
            self.deviation = data.value - (self.centre_user[data.user] + self.centre_item[data.item])
        elif self.algorithm != "KNNBasic":
            means = by_x(fitted.means)
            if self.user_based:
                self.centre_user = means
            else:
                self.centre_item = means
            self.deviation = data.value - means[x]
            if self.algorithm == "KNNWithZScore":
                self.spread = by_x(fitted.sigmas)
                self.deviation = self.deviation / np.where(self.spread == 0, 1.0, self.spread)[x]

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return unclipped predictions, shape (len(users), items).

        Without enough neighbours a known pair gets its centre (KNNBasic: the mean). An unknown user or item
        gets the mean; in KNNBaseline, the baseline with a zero bias for the unknown side.
        """
        users = np.asarray(users)
        scores = self._mean_deviations(users)
        spread = self.spread[users] if self.user_based else np.ones(len(users))
        return self.centred(scores, self.centre_user[users], spread, self.known.user_mask[users])

    def score_new(self, new: Preferences) -> NDArray[np.float64]:
        """Return predictions for users known by ``new`` alone, as if they had been there in training, (users, items).

        What others gave, and the tendencies and likenesses among items, stay as they were learned.

        Raises:
            ModelError: where ``new`` is about another catalogue.
        """
        require_catalogue(new, self.known.n_items)
        told = self.told(new)
        centre, spread, deviation = self.own_centre(told)
        found = np.full((told.n_users, told.n_items), np.nan)
        if self.user_based:
            known, block = np.flatnonzero(self.known.user_mask), max(1, _CELLS // len(self.similarity))
            for start in range(0, told.n_users, block):
                some = np.arange(start, min(start + block, told.n_users))
                closeness = self.likeness(told.of_users(some), known)
                self._walk_rows(self.walk, np.arange(len(some)), found[start : start + block], closeness)
        else:
            rated = self.position[told.item]
            self._nearest_rated(told.matrix.indptr, rated, deviation, np.arange(told.n_users), found)
        return self.centred(found, centre, spread, told.user_items > 0)

    def learned_of(self, user: int, history: Preferences) -> Preferences:
        """Return the ``history`` of ``user`` (as user 0) as it was learned, sampled untouched items among it."""
        row = self.ratings[[user]]
        return replace(history, user=np.zeros(row.nnz, dtype=np.int32), item=row.indices, value=row.data, time=None)

    def told(self, new: Preferences) -> Preferences:
        """Return the pairs of ``new`` about known items, without their times."""
        return replace(new.take(self.known.item_mask[new.item]), time=None)

    def own_centre(self, told: Preferences) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return new users' centres and spreads, shape (users,), and what each of their values contributes."""
        n = np.maximum(told.user_items, 1)
        centre, spread, by_item = np.zeros(told.n_users), np.ones(told.n_users), np.zeros(len(told))
        if self.algorithm == "KNNBaseline":
            centre = self.known.mean + self._biases(told)
            by_item = centre[told.user] + self.centre_item[told.item]
        elif self.algorithm != "KNNBasic" and self.user_based:
            centre = np.bincount(told.user, weights=told.value, minlength=told.n_users) / n
            if self.algorithm == "KNNWithZScore":
                squares = (told.value - centre[told.user]) ** 2
                own = np.sqrt(np.bincount(told.user, weights=squares, minlength=told.n_users) / n)
                spread = np.where(own == 0, self.overall_spread, own)
        else:
            by_item = self.centre_item[told.item]
        deviation = told.value - by_item
        if not self.user_based:
            deviation = deviation / np.where(self.spread == 0, 1.0, self.spread)[told.item]
        return centre, spread, deviation

    def likeness(self, told: Preferences, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return how alike new users are to known ``users`` (codes), shape (new users, len(users))."""
        people = sparse.csr_array((self.compared(told), told.item, told.matrix.indptr), shape=told.matrix.shape)
        return self.similarities(sums(people, self.compared_of(users)))

    def similarities(self, of: Sums) -> NDArray[np.float64]:
        """Return the similarities this model takes from ``of``, same shape."""
        name, min_support, shrinkage = (self.params[each] for each in ("similarity", "min_support", "shrinkage"))
        return similarity(name, of, min_support=min_support, shrinkage=shrinkage)  # type: ignore[arg-type]

    def compared(self, told: Preferences) -> NDArray[np.float64]:
        """Return what similarities compare of new users' values, shape (pairs,)."""
        if self.params["similarity"] != "pearson_baseline":
            return told.value
        return told.value - (self.known.mean + self._biases(told)[told.user] + self.item_bias[told.item])

    def compared_of(self, users: NDArray[np.integer]) -> sparse.csr_array:
        """Return what similarities compare of known ``users`` (codes), shape (len(users), items)."""
        rows = self.ratings[users]
        if self.params["similarity"] != "pearson_baseline":
            return rows
        owner = np.repeat(users, np.diff(rows.indptr))
        baseline = self.known.mean + self.user_bias[owner] + self.item_bias[rows.indices]
        return sparse.csr_array((rows.data - baseline, rows.indices, rows.indptr), shape=rows.shape)

    def _biases(self, told: Preferences) -> NDArray[np.float64]:
        options = baseline_options(self.params, "baseline_")
        return tendencies(told, self.item_bias[told.item], self.known.mean, options)

    def centred(
        self,
        scores: NDArray[np.float64],
        centre: NDArray[np.float64],
        spread: NDArray[np.float64],
        known: NDArray[np.bool_],
    ) -> NDArray[np.float64]:
        """Make mean deviations predictions, in place: of users of these centres and spreads, ``known`` or not."""
        if self.algorithm == "KNNBasic":
            np.nan_to_num(scores, copy=False, nan=self.known.mean)
        else:
            np.nan_to_num(scores, copy=False, nan=0.0)
            scores *= spread[:, None] if self.user_based else self.spread
            scores += centre[:, None]
            scores += self.centre_item
        if self.algorithm != "KNNBaseline":
            scores[~known] = self.known.mean
            scores[:, ~self.known.item_mask] = self.known.mean
        return scores

    def _mean_deviations(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return the k nearest neighbours' weighted mean deviation; NaN where there are too few."""
        found = np.full((len(users), self.known.n_items), np.nan)
        if self.user_based:
            self._walk_rows(self.walk, self.position[users], found, self.similarity)
            return found
        self._nearest_rated(self.ratings.indptr, self.rated, self.deviation, users, found)
        return found

    def _nearest_rated(
        self,
        indptr: NDArray[np.integer],
        rated: NDArray[np.int64],
        deviation: NDArray[np.float64],
        users: NDArray[np.integer],
        found: NDArray[np.float64],
    ) -> None:
        """Fill ``found`` from what ``users`` rated: ``rated`` and ``deviation`` of each value, user by user."""
        codes = np.sort(self.known.items)
        if len(users) < WALK_FROM:
            nearest_by_heap(self.similarity, codes, indptr, rated, deviation, users, self.k, self.min_k, found)
            return
        lengths = np.diff(indptr)[users]
        stored = np.repeat(indptr[users] - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
        asked = np.repeat(np.arange(len(users)), lengths)
        walk = arrange(rated[stored], len(codes), asked, len(users), deviation[stored])
        by_item = np.empty((len(codes), len(users)))
        self._walk_rows(walk, np.arange(len(codes)), by_item, self.similarity)
        found[:, codes] = by_item.T

    def _walk_rows(
        self, walk: Walk, rows: NDArray[np.int64], out: NDArray[np.float64], closeness: NDArray[np.float64]
    ) -> None:
        """Fill ``out`` with the mean deviations of whoever is at ``rows`` of ``closeness``, on every core."""
        ratings = walk.indptr, walk.ranks, walk.deviation, walk.codes

        def fill(start: int, end: int) -> None:
            nearest_by_walk(closeness, rows[start:end], *ratings, self.k, self.min_k, out[start:end])

        share_rows(len(rows), fill, fewest=_ROWS_A_THREAD)
