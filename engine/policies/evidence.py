"""What stages learn from: items' likeness and kinds, and users' mix of kinds, from training data alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.utils.extmath import randomized_svd
from threadpoolctl import threadpool_limits

from engine.categories import Categories, named_categories
from engine.metrics.similarity import cooccurrence
from engine.policies.kinds import Kinds
from engine.preferences import Preferences

Array = NDArray[np.float64]

_RANK = 16
_KINDS = 12


@dataclass(frozen=True)
class Evidence:
    """What one refit learned from; each part is worked out when a stage asks for it, once for all of them.

    Attributes:
        train: the preferences of the refit, units by items, with the items table where there is one.
    """

    train: Preferences

    @cached_property
    def likeness(self) -> Array:
        """Items as unit rows whose products are about their co-occurrence cosine, shape (items, rank).

        The truncated singular value decomposition of the user-item table with columns of length 1 (latent
        semantic analysis, Deerwester et al. 1990, section 4): items had by the same users, or by users alike,
        are alike. An item nobody has is a row of zeros, like nothing.
        """
        train = self.train
        table = sparse.csr_array(cooccurrence(train.matrix).T)
        rank = min(_RANK, *(side - 1 for side in table.shape))
        if rank < 1 or not table.nnz:
            return np.zeros((train.n_items, 1))
        with threadpool_limits(1):  # the order of sums decides the last bits
            _, strength, items = randomized_svd(table, rank, n_iter=4, random_state=0)
        rows = items.T * strength
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-9))

    @cached_property
    def named(self) -> Categories | None:
        """The catalogue's own categories; None where it names none."""
        return None if self.train.items is None else named_categories(self.train.items)

    @cached_property
    def kinds(self) -> sparse.csr_array:
        """Each item's shares of kinds, adding up to 1 (or none), shape (items, kinds).

        The catalogue's categories; where it names none, a dozen clusters of items alike (k-means on
        ``likeness``), those that nobody had in none.
        """
        if self.named is not None:
            return self.named.shares
        rows = self.likeness
        known = np.flatnonzero((rows**2).sum(axis=1) > 0)
        groups = min(_KINDS, len(np.unique(rows[known].round(9), axis=0)))
        if groups < 1:
            return sparse.csr_array((self.train.n_items, 1))
        with threadpool_limits(1):  # the order of sums decides the last bits
            label = KMeans(groups, n_init=1, random_state=0).fit_predict(rows[known])
        shape = (self.train.n_items, groups)
        return sparse.csr_array((np.ones(len(known)), (known, label)), shape=shape)

    @cached_property
    def kinds_of_items(self) -> Kinds:
        """``kinds`` in rows of equal length."""
        return Kinds.of(self.kinds)

    @cached_property
    def mix(self) -> Array:
        """Each user's own shares of kinds over what they had, adding up to 1 or, without any, to 0.

        Shape (users, kinds); every item a user had counts the same (Steck 2018, equation 2 with equal weights).
        """
        had = sparse.csr_array(
            (np.ones(len(self.train)), (self.train.user, self.train.item)),
            shape=(self.train.n_users, self.train.n_items),
        )
        weight = (had @ self.kinds).toarray()
        total = weight.sum(axis=1, keepdims=True)
        return np.asarray(np.divide(weight, total, out=np.zeros_like(weight), where=total > 0))
