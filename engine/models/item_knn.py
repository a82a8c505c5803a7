"""Item-to-item neighbours: what is chosen by the same people as what the user had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from scipy import sparse

from engine.models.linear import LinearModel
from engine.models.params import Value
from engine.preferences import Preferences


class ItemKnn(LinearModel):
    """Each item's most similar items, found by the ``implicit`` library; a score adds up similarities.

    Sarwar, Karypis, Konstan & Riedl 2001, "Item-based collaborative filtering recommendation algorithms", WWW;
    Deshpande & Karypis 2004, ACM TOIS 22(1), section 4.
    """

    def __init__(self, params: Mapping[str, Value], _seed: int = 0) -> None:
        self.weighted = bool(params["weighted"])
        self.k: Any = params["k"]
        self.similarity: Any = params["similarity"]

    def fit(self, train: Preferences) -> Self:
        """Compute each item's ``k`` nearest items.

        Raises:
            ModelError: where there is nothing to learn from.
        """
        from implicit.nearest_neighbours import all_pairs_knn, normalize, tfidf_weight

        columns = sparse.csr_matrix(self._learn_from(train).T)  # items by users
        columns.eliminate_zeros()
        weight = tfidf_weight if self.similarity == "tfidf" else lambda rows: rows
        with np.errstate(invalid="ignore"):
            vectors = sparse.csr_matrix(normalize(weight(columns)))
        vectors.data = np.nan_to_num(vectors.data)
        # One more than asked: an item is always its own nearest, which no list needs.
        nearest = all_pairs_knn(vectors.T.tocsr(), self.k + 1, show_progress=False).tocsr()
        nearest.setdiag(0.0)
        nearest.eliminate_zeros()
        self.weights = sparse.csr_array(nearest.T)
        return self
