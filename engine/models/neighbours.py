"""Neighbour models: KNNBasic, KNNWithMeans, KNNWithZScore and KNNBaseline, by users or by items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.models.bias import baseline_options
from engine.models.checks import require_finite
from engine.models.kernels import nearest_by_heap, nearest_by_walk
from engine.models.params import Value
from engine.models.similarities import common_cosine
from engine.models.threads import share_rows
from engine.models.trainset import Known, learn, prepared, surprise_trainset
from engine.preferences import Preferences

WALK_FROM = 32  # from so many users on, sorting each item's neighbours once pays when comparing items
_ROWS_A_THREAD = 16


@dataclass(frozen=True)
class Walk:
    """Ratings as the walk over similar x reads them: CSR over (known x, y), y by ascending number of ratings.

    Attributes:
        indptr: row pointers of the known x, shape (known x + 1,).
        ranks: y of each rating, ascending in a row, uint32.
        deviation: what the rating contributes.
        codes: y of each rank.
    """

    indptr: NDArray[np.int64]
    ranks: NDArray[np.uint32]
    deviation: NDArray[np.float64]
    codes: NDArray[np.int64]


def _walk(
    place: NDArray[np.integer], n_x: int, y: NDArray[np.integer], n_y: int, deviation: NDArray[np.float64]
) -> Walk:
    """Arrange ratings by ``place`` among the ``n_x`` known x and by ``y`` below ``n_y``."""
    codes = np.argsort(np.bincount(y, minlength=n_y), kind="stable")
    rank = np.empty(n_y, dtype=np.uint32)
    rank[codes] = np.arange(n_y, dtype=np.uint32)
    order = np.lexsort((rank[y], place))
    return Walk(np.cumsum(np.bincount(place + 1, minlength=n_x + 1)), rank[y][order], deviation[order], codes)


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
            self.walk = _walk(self.position[data.user], len(codes), data.item, data.n_items, self.deviation)
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
        n_x = len(self.position)
        self.spread = np.ones(n_x)
        self.centre_user, self.centre_item = np.zeros(data.n_users), np.zeros(data.n_items)
        self.deviation = data.value
        if self.algorithm == "KNNBaseline":
            self.centre_user = self.known.mean + self.known.by_user(fitted.bu)
            self.centre_item = self.known.by_item(fitted.bi)
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
        if self.algorithm == "KNNBasic":
            np.nan_to_num(scores, copy=False, nan=self.known.mean)
        else:
            np.nan_to_num(scores, copy=False, nan=0.0)
            scores *= self.spread[users][:, None] if self.user_based else self.spread
            scores += self.centre_user[users][:, None]
            scores += self.centre_item
        if self.algorithm != "KNNBaseline":
            scores[~self.known.user_mask[users]] = self.known.mean
            scores[:, ~self.known.item_mask] = self.known.mean
        return scores

    def neighbours(self, user: int, item: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the neighbours that a prediction is made of, nearest first.

        Returns:
            Places in ``ratings`` (raters of the item where ``user_based``, else what the user rated) and
            their similarities, all positive; empty where user or item is unknown.
        """
        indptr, nothing = self.ratings.indptr, np.empty(0, dtype=np.int64)
        x = self.position[user if self.user_based else item]
        if x < 0:
            return nothing, np.empty(0)
        if self.user_based:
            places = np.flatnonzero(self.ratings.indices == item)
            others = self.position[np.searchsorted(indptr, places, side="right") - 1]
        else:
            places = np.arange(indptr[user], indptr[user + 1])
            others = self.rated[places]
        closeness = self.similarity[x, others]
        near = np.argsort(-closeness, kind="stable")[: self.k]
        near = near[closeness[near] > 0]
        return places[near], closeness[near]

    def _mean_deviations(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return the k nearest neighbours' weighted mean deviation; NaN where there are too few."""
        found = np.full((len(users), self.known.n_items), np.nan)
        if self.user_based:
            self._walk_rows(self.walk, self.position[users], found)
            return found
        codes, indptr = np.sort(self.known.items), self.ratings.indptr
        if len(users) < WALK_FROM:
            nearest_by_heap(
                self.similarity, codes, indptr, self.rated, self.deviation, users, self.k, self.min_k, found
            )
            return found
        lengths = np.diff(indptr)[users]
        stored = np.repeat(indptr[users] - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
        asked = np.repeat(np.arange(len(users)), lengths)
        walk = _walk(self.rated[stored], len(codes), asked, len(users), self.deviation[stored])
        by_item = np.empty((len(codes), len(users)))
        self._walk_rows(walk, np.arange(len(codes)), by_item)
        found[:, codes] = by_item.T
        return found

    def _walk_rows(self, walk: Walk, rows: NDArray[np.int64], out: NDArray[np.float64]) -> None:
        """Fill ``out`` with the mean deviations of the known x at ``rows``, on every core."""
        ratings = walk.indptr, walk.ranks, walk.deviation, walk.codes

        def fill(start: int, end: int) -> None:
            nearest_by_walk(self.similarity, rows[start:end], *ratings, self.k, self.min_k, out[start:end])

        share_rows(len(rows), fill, fewest=_ROWS_A_THREAD)
