"""SLIM: a sparse linear model of items, few weights and none below zero."""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

from engine.models.ease import mean_square
from engine.models.linear import LinearModel, require_comparable
from engine.models.params import Value
from engine.models.products import gram_of
from engine.preferences import Preferences


class Slim(LinearModel):
    """Each item foretold from few of the user's other items (Ning & Karypis 2011, ICDM, eq. 3).

    Minimises ``|x_i - X w|² / 2 + l2 |w|² / 2 + l1 |w|₁`` over ``w ≥ 0`` with ``w_i = 0`` for each item i, by
    coordinate descent on ``XᵀX`` (Friedman, Hastie & Tibshirani 2010, Journal of Statistical Software 33(1),
    section 2.2).
    """

    def __init__(self, params: Mapping[str, Value], _seed: int = 0) -> None:
        self.weighted = bool(params["weighted"])
        self.l1: Any = params["l1"]
        self.l2: Any = params["l2"]
        self.iterations: Any = params["iterations"]

    def fit(self, train: Preferences) -> Self:
        """Solve for the weights, item by item.

        Raises:
            ModelError: where there is nothing to learn from, or too many items to compare.
        """
        require_comparable("SLIM", int(np.count_nonzero(train.item_users)), "items")
        rows = self._learn_from(train)
        unit = mean_square(rows)
        gram = gram_of(rows)
        self.weights = _sparse(gram, self.l1 * unit, self.l2 * unit, self.iterations)
        return self


def _sparse(gram: NDArray[np.float64], l1: float, l2: float, iterations: int) -> sparse.csr_array:
    n = len(gram)
    weights = np.zeros((n, n))  # row i: weights towards item i
    tolerance = 1e-3 * np.sqrt(gram.diagonal().mean())
    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as threads:
        # Items in turn, since those chosen most often take longest and may stand together.
        parts = [np.arange(first, n, 4 * cores) for first in range(4 * cores)]
        list(threads.map(lambda items: descend(gram, l1, l2, iterations, tolerance, items, weights), parts))
    return sparse.csr_array(sparse.csr_array(weights).T)


@njit(cache=True, nogil=True)
def descend(gram, l1, l2, iterations, tolerance, items, weights):
    """Fill row i of ``weights`` (n, n) with item i's non-negative elastic net on all others, for i in ``items``.

    Coordinate descent with covariance updates: ``left[j]`` is what item j still has in common with the
    residual. Where the Gram matrix has no entry below zero, an item with no more than ``l1`` in common at the
    start can never enter, so only the others are visited. A sweep over all of them is followed by sweeps over
    those that have a weight, as in glmnet. Ends when no step of a full sweep moves the residual by more than
    ``tolerance``.
    """
    n = len(gram)
    positive = gram.min() >= 0
    visited = np.empty(n, dtype=np.int64)
    active = np.empty(n, dtype=np.int64)
    left = np.empty(n)
    start = np.empty(n)
    among = np.zeros(n, dtype=np.bool_)
    for i in items:
        weight = weights[i]
        size = 0
        for j in range(n):
            left[j] = gram[i, j]
            if j != i and gram[j, j] > 0 and (left[j] > l1 or not positive):
                visited[size] = j
                size += 1
        for _ in range(iterations):
            most = 0.0
            for v in range(size):
                most = max(most, _step(gram, l1, l2, visited[v], weight, left, visited, size))
            if most <= tolerance:
                break
            n_active = 0
            for v in range(size):
                if weight[visited[v]] > 0.0:
                    active[n_active] = visited[v]
                    among[visited[v]] = True
                    start[n_active] = weight[visited[v]]
                    n_active += 1
            for _ in range(iterations):
                most = 0.0
                for a in range(n_active):
                    most = max(most, _step(gram, l1, l2, active[a], weight, left, active, n_active))
                if most <= tolerance:
                    break
            # The inner sweeps kept ``left`` up to date for the active items alone; now for the others.
            for a in range(n_active):
                change = weight[active[a]] - start[a]
                if change != 0.0:
                    for v in range(size):
                        if not among[visited[v]]:
                            left[visited[v]] -= change * gram[active[a], visited[v]]
            for a in range(n_active):
                among[active[a]] = False


@njit(cache=True, nogil=True)
def _step(gram, l1, l2, j, weight, left, among, size):
    """Solve for the weight of ``j`` with all others fixed, bring ``left`` up to date for ``among[:size]``, and
    return how far the residual moved."""
    change = max((left[j] + gram[j, j] * weight[j] - l1) / (gram[j, j] + l2), 0.0) - weight[j]
    if change == 0.0:
        return 0.0
    weight[j] += change
    row = gram[j]
    for u in range(size):
        left[among[u]] -= change * row[among[u]]
    return abs(change) * np.sqrt(row[j])
