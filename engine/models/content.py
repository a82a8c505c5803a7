"""Content: items like what the user had, by what is written and known of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.preprocessing import normalize

from engine.models.attributes import attributes
from engine.models.histories import HistoryModel, choices
from engine.models.params import Value
from engine.preferences import Preferences


class Content(HistoryModel):
    """The cosine between an item and the sum of the items a user had (Lops, de Gemmis & Semeraro 2011,
    "Content-based recommender systems", Recommender Systems Handbook, section 3.3).

    Items nobody chose yet are scored like all others. Attributes count by how few items have them, words by
    TF-IDF; popularity decides between equals.

    Attributes:
        names: what each feature says, for instance ``category=Shoes``.
        features: each item's features, length 1 (0 where nothing is known), shape (items, features).
    """

    names: tuple[str, ...]
    features: sparse.csr_array

    def __init__(self, params: Mapping[str, Value], _seed: int = 0) -> None:
        self.weighted = bool(params["weighted"])
        self.texts: Any = params["texts"]
        self.popularity_weight: Any = params["popularity_weight"]

    def fit(self, train: Preferences) -> Self:
        """Turn the items table into features.

        Raises:
            ModelError: where there is nothing to learn from, or nothing is known of the items.
        """
        self._remember(train)
        known = attributes(train, texts=self.texts)
        having = np.bincount(known.matrix.indices, minlength=known.matrix.shape[1])
        rarity = np.log((1 + train.n_items) / (1 + having)) + 1  # scikit-learn's smoothed idf
        scaled = known.matrix @ sparse.diags_array(np.where(known.written, 1.0, rarity))  # TF-IDF holds it already
        self.names = known.names
        self.features = sparse.csr_array(normalize(scaled))
        return self

    def contributions(self, user: int, item: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return what each item of the user's history adds to the likeness of ``item``: codes and amounts."""
        row = choices(self.histories.of_users(np.array([user])), weighted=self.weighted)
        profile = row @ self.features
        length = sparse.linalg.norm(profile) or 1.0
        likeness = (self.features[row.indices] @ self.features[[item]].T).toarray()[:, 0]
        return row.indices, row.data * likeness / length

    def in_common(self, user: int, item: int) -> str:
        """Return the feature that adds most to the likeness of ``item`` to the user's history; empty if none."""
        row = choices(self.histories.of_users(np.array([user])), weighted=self.weighted)
        shared = sparse.csr_array((row @ self.features).multiply(self.features[[item]]))
        return self.names[shared.indices[np.argmax(shared.data)]] if shared.nnz and shared.data.max() > 0 else ""

    def _scores(self, new: Preferences) -> NDArray[np.float64]:
        profiles = choices(new, weighted=self.weighted) @ self.features
        likeness = (normalize(profiles) @ self.features.T).toarray()
        scores: NDArray[np.float64] = likeness + self.popularity_weight * self.popularity
        return scores
