"""Preferences as the Trainset that Surprise learns from, and learned rows back in code order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.models.checks import require_pairs
from engine.models.negatives import with_negatives
from engine.preferences import Preferences

if TYPE_CHECKING:
    from surprise import Trainset


@dataclass(frozen=True)
class Known:
    """Which users and items a model has learned about.

    Attributes:
        users: user codes by Surprise's inner id, int32, ascending.
        items: item codes by Surprise's inner id, int32, in order of first appearance.
        n_users: users in the Dataset.
        n_items: items in the catalogue.
        mean: mean of all values; what Surprise predicts where it cannot predict.
    """

    users: NDArray[np.int32]
    items: NDArray[np.int32]
    n_users: int
    n_items: int
    mean: float

    def by_user(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Move rows from inner ids to user codes; unknown users get zeros."""
        return _spread(rows, self.users, self.n_users)

    def by_item(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Move rows from inner ids to item codes; unknown items get zeros."""
        return _spread(rows, self.items, self.n_items)

    @cached_property
    def user_mask(self) -> NDArray[np.bool_]:
        """Whether each user is known, shape (users,)."""
        return self.by_user(np.ones(len(self.users), dtype=bool))

    @cached_property
    def item_mask(self) -> NDArray[np.bool_]:
        """Whether each item is known, shape (items,)."""
        return self.by_item(np.ones(len(self.items), dtype=bool))


def _spread(rows: NDArray[Any], codes: NDArray[np.int32], n: int) -> NDArray[Any]:
    spread = np.zeros((n, *rows.shape[1:]), dtype=rows.dtype)
    spread[codes] = rows
    return spread


def prepared(train: Preferences, negatives: int | None, seed: int) -> Preferences:
    """Check ``train`` and add sampled unobserved pairs: ``negatives`` a pair, by default 1 if implicit.

    Raises:
        ModelError: where there is nothing to learn from.
    """
    require_pairs(train)
    per_pair = int(not train.explicit) if negatives is None else negatives
    return with_negatives(train, per_pair, np.random.default_rng(seed)) if per_pair else train


def in_steps(train: Preferences, steps: int | None) -> tuple[Preferences, int]:
    """Return ``train`` with values counted in ``1/steps``, and the steps.

    Surprise's SlopeOne and CoClustering cut a value's fraction off (they declare it a C int). One step, the
    default for ratings, leaves values as they are; 1000, the default for events, keeps three digits.
    """
    count = (1 if train.explicit else 1000) if steps is None else steps
    if count == 1:
        return train, 1
    low, high = train.scale
    return replace(train, value=np.rint(train.value * count), scale=(low * count, high * count)), count


def surprise_trainset(train: Preferences) -> tuple[Trainset, Known]:
    """Build what ``Dataset.load_from_df(...).build_full_trainset()`` builds from the same rows, faster.

    Raw ids are the codes. Rows are in user order, so users are numbered by ascending code and items by
    first appearance, as Surprise numbers them.
    """
    from surprise import Trainset

    users, user_start = np.unique(train.user, return_index=True)
    ascending, first, inner = np.unique(train.item, return_index=True, return_inverse=True)
    appearance = np.argsort(first, kind="stable")
    items = ascending[appearance]
    rank = np.empty(len(items), dtype=np.int64)
    rank[appearance] = np.arange(len(items))
    inner_item = rank[inner]

    inner_user = np.searchsorted(users, train.user)
    user_rows = list(zip(inner_item.tolist(), train.value.tolist(), strict=True))
    bounds = [*user_start.tolist(), len(train)]
    ratings_of_user = {u: user_rows[bounds[u] : bounds[u + 1]] for u in range(len(users))}

    by_item = np.argsort(inner_item, kind="stable")
    item_rows = list(zip(inner_user[by_item].tolist(), train.value[by_item].tolist(), strict=True))
    bounds = np.concatenate([[0], np.cumsum(np.bincount(inner_item))]).tolist()
    ratings_of_item = {i: item_rows[bounds[i] : bounds[i + 1]] for i in range(len(items))}

    trainset = Trainset(
        ratings_of_user,
        ratings_of_item,
        len(users),
        len(items),
        len(train),
        train.scale,
        {code: inner_id for inner_id, code in enumerate(users.tolist())},
        {code: inner_id for inner_id, code in enumerate(items.tolist())},
    )
    return trainset, Known(users, items, train.n_users, train.n_items, float(trainset.global_mean))


def learn(title: str, fit: Callable[[], object]) -> None:
    """Run ``fit`` and turn Surprise's arithmetic failures into one sentence."""
    try:
        with np.errstate(all="ignore"):  # runaway numbers are found, and named, afterwards
            fit()
    except (ZeroDivisionError, OverflowError) as error:
        raise ModelError(f"{title} could not learn from this data: {error}. Try other parameters.") from error
