"""BPR: hidden traits learned by putting what was chosen above what was not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.models.checks import require_catalogue, require_finite, require_pairs
from engine.models.histories import choices
from engine.models.params import Value
from engine.preferences import Preferences

_PENALTY = 0.001  # of the regression that takes new users in, as a share of its mean square
_TINY = 1e-12


class Bpr:
    """Bayesian personalised ranking by the ``implicit`` library (Rendle et al. 2009, UAI).

    The library draws the items a user did not choose as often as others chose them, which teaches how much
    more an item is liked than its popularity says. Adding the logarithm of that popularity undoes it (Yi et
    al. 2019, "Sampling-bias-corrected neural modeling", RecSys, section 3).

    Attributes:
        codes: codes of the items with a training pair, ascending.
        user_factors: shape (users, factors); zeros where a user has no training pair.
        item_factors: shape (codes, factors): of a million items, only those that anybody chose take memory.
        item_bias: shape (items,), popularity's part added.
        popularity: share of the users with a history who chose each item, shape (items,).
        known: which users have a history, shape (users,).
        taking_in: from the mean of a history's item factors to the user's, shape (factors, factors).
    """

    codes: NDArray[np.int64]
    user_factors: NDArray[np.float64]
    item_factors: NDArray[np.float64]
    item_bias: NDArray[np.float64]
    popularity: NDArray[np.float64]
    known: NDArray[np.bool_]
    taking_in: NDArray[np.float64]

    def __init__(self, params: Mapping[str, Value], seed: int) -> None:
        self.options: dict[str, Any] = {
            name: params[name] for name in ("factors", "learning_rate", "regularization", "iterations")
        }
        self.correction: Any = params["correction"]
        self.seed = seed

    def fit(self, train: Preferences) -> Self:
        """Descend along sampled pairs of items, in one thread so that a seed fixes every bit.

        Raises:
            ModelError: where there is nothing to learn from, or training ran away.
        """
        from implicit.cpu.bpr import BayesianPersonalizedRanking
        from threadpoolctl import threadpool_limits

        require_pairs(train)
        self.codes = np.flatnonzero(train.item_users)
        chosen = sparse.csr_matrix(choices(train, weighted=False)[:, self.codes].astype(np.float32))
        chosen.eliminate_zeros()
        with threadpool_limits(1, "blas"):
            model = BayesianPersonalizedRanking(**self.options, num_threads=1, random_state=self.seed % 2**32)
            if chosen.nnz:
                model.fit(chosen, show_progress=False)
        self.known = train.user_items > 0
        self.popularity = train.item_users / np.count_nonzero(self.known)
        n_factors = self.options["factors"]
        users = model.user_factors if chosen.nnz else np.zeros((train.n_users, n_factors + 1))
        items = model.item_factors if chosen.nnz else np.zeros((len(self.codes), n_factors + 1))
        require_finite("BPR", users, items)
        # The last column is the item's bias; the user's counterpart is always 1.
        self.user_factors = np.where(self.known[:, None], users[:, :-1].astype(np.float64), 0.0)
        self.item_factors = items[:, :-1].astype(np.float64)
        self.item_bias = self.correction * np.log1p(train.item_users)
        self.item_bias[self.codes] += items[:, -1]
        self.taking_in = self._learn_taking_in(train)
        return self

    def score(self, users: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return scores of every item, shape (len(users), items); users without a history get popularity."""
        users = np.asarray(users)
        scores = np.tile(self.item_bias, (len(users), 1))
        scores[:, self.codes] += self.user_factors[users] @ self.item_factors.T
        scores[~self.known[users]] = self.popularity
        return scores

    def score_new(self, new: Preferences) -> NDArray[np.float64]:
        """Return scores for users known by ``new`` alone, shape (new.n_users, items).

        Their factors are those that training gave, in the least squares sense, to users whose histories' item
        factors have the same mean.

        Raises:
            ModelError: where ``new`` is about another catalogue.
        """
        require_catalogue(new, len(self.item_bias))
        scores = np.tile(self.item_bias, (new.n_users, 1))
        scores[:, self.codes] += self._means(new) @ self.taking_in @ self.item_factors.T
        scores[new.user_items == 0] = self.popularity
        return scores

    def contributions(self, history: Preferences, item: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return what each item of one person's history adds to the score of ``item``: codes and amounts.

        With the item's own bias they add up to what ``score_new`` gives.
        """
        towards = self.taking_in @ self.factors_of(np.array([item]))[0]
        chosen = self._chosen(history)
        amounts = self.item_factors[chosen.indices] @ towards / max(chosen.nnz, 1)
        return self.codes[chosen.indices].astype(np.int32), amounts

    def _learn_taking_in(self, train: Preferences) -> NDArray[np.float64]:
        """Return the ridge regression of the users' factors on the mean of their items'."""
        means = self._means(train)[self.known]
        products = means.T @ means
        penalty = _PENALTY * float(np.trace(products)) / len(products) + _TINY
        products = products + penalty * np.eye(len(products))
        return np.linalg.solve(products, means.T @ self.user_factors[self.known]).astype(np.float64)

    def _means(self, pairs: Preferences) -> NDArray[np.float64]:
        """Return the mean of the item factors of each user's choices, zeros without any, shape (users, factors)."""
        chosen = self._chosen(pairs)
        totals: NDArray[np.float64] = chosen @ self.item_factors
        means: NDArray[np.float64] = totals / np.maximum(np.diff(chosen.indptr), 1)[:, None]
        return means

    def _chosen(self, pairs: Preferences) -> sparse.csr_array:
        chosen = choices(pairs, weighted=False)[:, self.codes]
        chosen.eliminate_zeros()
        return chosen

    def factors_of(self, items: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return the hidden traits of ``items`` (codes), zeros without a training pair, shape (len(items), factors)."""
        place = np.minimum(np.searchsorted(self.codes, items), len(self.codes) - 1)
        return np.where((self.codes[place] == items)[:, None], self.item_factors[place], 0.0)
