"""The user-item pairs an evaluation seeks and predicts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.dataset import Dataset
from engine.models.base import Recommender
from engine.pairs import among, pair_keys, pair_matrix
from engine.preferences import Preferences
from engine.splitting import Split

CELLS_AT_ONCE = 2_000_000
MOST_CELLS_AT_ONCE = 8_000_000
_FEW_USERS = 128


def relevant_items(dataset: Dataset, split: Split, seen: sparse.csr_array) -> sparse.csr_array:
    """Return what there is to find in the test: preferred pairs that are not ``seen``, shape (users, items).

    Every rated pair counts when feedback is explicit (the usual protocol of "any test rating is relevant"),
    every pair of strength above 0 when it is implicit.
    """
    test = dataset.preferences_of(split.test)
    wanted = np.ones(len(test), dtype=bool) if test.explicit else test.value > 0
    pairs = test.user[wanted].astype(np.int64) * test.n_items + test.item[wanted]
    return pair_matrix(pairs[~among(pairs, pair_keys(seen))], test.n_users, test.n_items)


def predict_pairs(model: Recommender, pairs: Preferences) -> NDArray[np.float64]:
    """Return the model's prediction for each pair, clipped to the scale as Surprise does, shape (pairs,).

    Users are scored in blocks, so the memory does not grow with their number.
    """
    predicted = np.empty(len(pairs))
    users = np.unique(pairs.user)
    block = users_at_once(pairs.n_items)
    for start in range(0, len(users), block):
        asked = users[start : start + block]
        first = np.searchsorted(pairs.user, asked[0])
        last = np.searchsorted(pairs.user, asked[-1], side="right")
        scores = model.score(asked)
        row = np.searchsorted(asked, pairs.user[first:last])
        predicted[first:last] = scores[row, pairs.item[first:last]]
    return np.clip(predicted, *pairs.scale)


def users_at_once(n_items: int) -> int:
    """Return how many users to score together.

    A block of scores takes 16 MB, which one block after another finds in the same memory; asking the system for
    fresh memory each time takes longer than many a model takes to score. In a large catalogue it takes up to 64 MB,
    since scoring few users at once costs more a user.
    """
    cells = min(MOST_CELLS_AT_ONCE, max(CELLS_AT_ONCE, _FEW_USERS * n_items))
    return max(1, cells // max(1, n_items))
