"""Linear item models: an item's score is a weighted sum over what the user had."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.errors import ModelError
from engine.models.few_rows import FewRows
from engine.models.histories import HistoryModel, choices
from engine.models.products import dense_product, spread
from engine.preferences import Preferences

MOST_COMPARED = 15_000


class LinearModel(HistoryModel):
    """Scores ``choices @ weights``, so that each item of the history has its own part in a score.

    Attributes:
        weighted: whether a user's values count as they are, or each choice as 1.
        codes: codes of the items with a training pair, ascending; all others score 0.
        weights: shape (codes, codes), dense, sparse or what they follow from; row j, column i is what choosing j
            adds to i.
    """

    weighted: bool
    codes: NDArray[np.int64]
    weights: NDArray[np.float64] | sparse.csr_array | FewRows

    def contributions(self, user: int, item: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return what each item of the user's history adds to the score of ``item``: codes and amounts."""
        row = choices(self.histories.of_users(np.array([user])), weighted=self.weighted)
        place = np.searchsorted(self.codes, item)
        if place == len(self.codes) or self.codes[place] != item:
            return row.indices, np.zeros(len(row.indices))
        places = np.searchsorted(self.codes, row.indices)
        return row.indices, row.data * self._towards(places, int(place))

    def _learn_from(self, train: Preferences) -> sparse.csr_array:
        """Keep the pairs and return the choices among the items that have any, shape (users, codes)."""
        self._remember(train)
        self.codes = np.flatnonzero(train.item_users)
        return choices(train, weighted=self.weighted)[:, self.codes]

    def _scores(self, new: Preferences) -> NDArray[np.float64]:
        chosen, columns = choices(new, weighted=self.weighted), None
        if len(self.codes) < new.n_items:
            chosen, columns = chosen[:, self.codes], self.codes
        if isinstance(self.weights, FewRows):
            return spread(self.weights.scores(chosen), columns, new.n_items)
        return dense_product(chosen, self.weights, columns=columns, width=new.n_items)

    def _towards(self, places: NDArray[np.integer], place: int) -> NDArray[np.float64]:
        """Return what choosing the items at ``places`` adds to the one at ``place``, shape (places,)."""
        weights = self.weights
        if isinstance(weights, FewRows):
            return weights.towards(places, place)
        column: NDArray[np.float64] = (
            weights[places, place] if isinstance(weights, np.ndarray) else weights[:, [place]].toarray()[places, 0]
        )
        return column


def require_comparable(title: str, n: int, what: str) -> None:
    """Raise ModelError where comparing every two of ``n`` would not fit into memory."""
    if n > MOST_COMPARED:
        raise ModelError(
            f"{title} compares every two {what}, and {n:,} would take {n * n * 8 / 1e9:,.0f} GB; it takes up to "
            f"{MOST_COMPARED:,}. Use als or item_knn, or keep the most active."
        )
