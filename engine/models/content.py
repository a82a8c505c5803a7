"""Content: items like what the user had, by what is written and known of them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.preprocessing import normalize

from engine.errors import ModelError
from engine.models.attributes import attributes
from engine.models.embeddings import embeddings
from engine.models.histories import HistoryModel, choices
from engine.models.params import Value
from engine.models.products import dense_product
from engine.preferences import Preferences

MEANING = "what its texts mean"
"""What two items have in common whose embeddings are close."""


class Content(HistoryModel):
    """The cosine between an item and the sum of the items a user had (Lops, de Gemmis & Semeraro 2011,
    "Content-based recommender systems", Recommender Systems Handbook, section 3.3).

    Items nobody chose yet are scored like all others. Attributes count by how few items have them, words by
    TF-IDF, and by choice what texts mean by sentence embeddings; popularity decides between equals.

    Attributes:
        names: what each feature says, for instance ``category=Shoes``.
        features: each item's features, shape (items, features).
        having: which items have each feature, and how much: the same, shape (features, items).
        meanings: each item's sentence embedding, shape (items, dimensions), no dimensions without embeddings.
            Features and embedding together have length 1 (0 where nothing is known).
    """

    names: tuple[str, ...]
    features: sparse.csr_array
    having: sparse.csr_array
    meanings: NDArray[np.float32]

    def __init__(self, params: Mapping[str, Value], _seed: int = 0) -> None:
        self.weighted = bool(params["weighted"])
        self.texts: Any = params["texts"]
        self.popularity_weight: Any = params["popularity_weight"]
        self.embeddings: Any = params.get("embeddings")
        weight = params.get("embedding_weight")
        self.embedding_weight: Any = 1.0 if weight is None else weight

    def fit(self, train: Preferences) -> Self:
        """Turn the items table into features.

        Raises:
            ModelError: where there is nothing to learn from, nothing is known of the items, or embeddings are asked
                for that cannot be had.
        """
        self._remember(train)
        meanings = np.zeros((train.n_items, 0), dtype=np.float32)
        if self.embeddings is not None:
            meanings = np.float32(self.embedding_weight) * embeddings(train.items, self.embeddings)
        try:
            self.names, features = _features(train, texts=self.texts)
        except ModelError:
            if not meanings.any():
                raise
            self.names, features = (), sparse.csr_array((train.n_items, 0))
        lengths = np.sqrt((features**2).sum(axis=1) + (meanings**2).sum(axis=1))
        scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        self.features = sparse.csr_array(sparse.diags_array(scale) @ features)
        self.having = sparse.csr_array(self.features.T)
        self.meanings = meanings * scale[:, None].astype(np.float32)
        return self

    def among(self, train: Preferences) -> Self:
        """Return the fitted model with the pairs of ``train`` in place of its own; the items are what they were."""
        other = copy.copy(self)
        other._remember(train)
        return other

    def contributions(self, user: int, item: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return what each item of the user's history adds to the likeness of ``item``: codes and amounts."""
        row = choices(self.histories.of_users(np.array([user])), weighted=self.weighted)
        profile, meant = row @ self.features, row @ self.meanings
        length = np.hypot(sparse.linalg.norm(profile), np.linalg.norm(meant)) or 1.0
        likeness = (self.features[row.indices] @ self.features[[item]].T).toarray()[:, 0]
        likeness = likeness + self.meanings[row.indices] @ self.meanings[item]
        return row.indices, row.data * likeness / length

    def in_common(self, user: int, item: int) -> str:
        """Return what adds most to the likeness of ``item`` to the user's history, a feature or ``MEANING``."""
        row = choices(self.histories.of_users(np.array([user])), weighted=self.weighted)
        shared = sparse.csr_array((row @ self.features).multiply(self.features[[item]]))
        most = shared.data.max(initial=0.0)
        if float(((row @ self.meanings) @ self.meanings[item]).sum()) > most:
            return MEANING
        return self.names[shared.indices[np.argmax(shared.data)]] if most > 0 else ""

    def _scores(self, new: Preferences) -> NDArray[np.float64]:
        chosen = choices(new, weighted=self.weighted)
        profiles, meant = chosen @ self.features, chosen.astype(np.float32) @ self.meanings
        likeness = dense_product(profiles, self.having)
        if meant.size:
            likeness += meant @ self.meanings.T
        lengths = np.sqrt((profiles**2).sum(axis=1) + (meant**2).sum(axis=1))
        likeness /= np.where(lengths > 0, lengths, 1.0)[:, None]
        likeness += self.popularity_weight * self.popularity
        scores: NDArray[np.float64] = likeness
        return scores


def _features(train: Preferences, *, texts: bool) -> tuple[tuple[str, ...], sparse.csr_array]:
    """Return each feature's name, and the items' features of length 1: attributes weighed by rarity, words as they are.

    Raises:
        ModelError: where nothing is known of the items.
    """
    known = attributes(train, texts=texts)
    having = np.bincount(known.matrix.indices, minlength=known.matrix.shape[1])
    rarity = np.log((1 + train.n_items) / (1 + having)) + 1  # scikit-learn's smoothed idf
    weight = np.where(known.written, 1.0, rarity)  # TF-IDF holds it already
    return known.names, sparse.csr_array(normalize(known.matrix @ sparse.diags_array(weight)))
