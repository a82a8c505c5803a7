"""What a group of users consumed in one round, measured for the group and for bootstrap draws of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.world import Consumed, World

Array = NDArray[np.float64]

MEASURES = (
    "diversity",
    "category_diversity",
    "distance_between_users",
    "taste_drift",
    "gini",
    "coverage",
    "welfare",
)


def measure(world: World, start: World, consumed: Consumed, weights: Array) -> Array:
    """Return every measure of one round's consumption, shape (draws, measures), in the order of ``MEASURES``.

    diversity: 1 - mean cosine between the item vectors of what one user consumed (intra-list diversity,
    Smyth & McClave 2001), mean over users. category_diversity: share of a user's pairs of items that differ
    in category. distance_between_users: mean over pairs of users of 1 - cosine between the mean item
    directions they consumed. taste_drift: mean 1 - cosine between a user's taste now and at the start.
    gini and coverage: of consumption, over the whole catalogue. welfare: mean true utility consumed.

    Args:
        world: the users after the round.
        start: the users before the first.
        consumed: what was consumed in the round.
        weights: how often each user counts, a row a bootstrap draw, shape (draws, users).

    Returns:
        NaN where a measure cannot be: nothing consumed, one item a user, or no categories.
    """
    n, items = world.n_units, world.n_items
    taken = sparse.csr_array((np.ones(len(consumed)), (consumed.unit, consumed.item)), shape=(n, items))
    count = np.asarray(taken.sum(axis=1), dtype=np.float64)
    direction = _unit(world.vectors)
    total = np.asarray(taken @ direction)
    exposure = np.asarray((taken.T @ weights.T).T, dtype=np.float64)
    columns = (
        _mean(_spread(total, taken @ (direction**2).sum(axis=1), count), weights),
        _mean(_category_spread(world, taken, count), weights),
        _apart(_unit(total), weights),
        _mean(1 - np.einsum("nr,nr->n", _unit(world.taste), _unit(start.taste)), weights),
        _gini(exposure),
        (exposure > 0).mean(axis=1),
        _share(weights @ np.bincount(consumed.unit, consumed.utility, minlength=n), weights @ count),
    )
    return np.column_stack(columns)


def _spread(total: Array, squares: Array, count: Array) -> Array:
    """Return each user's mean distance over ordered pairs of items: ``1 - (|sum|^2 - squares) / (m (m - 1))``."""
    return 1 - _share((total**2).sum(axis=1) - squares, count * (count - 1))


def _category_spread(world: World, taken: sparse.csr_array, count: Array) -> Array:
    if not world.categories:
        return np.full(len(count), np.nan)
    known = np.flatnonzero(world.category >= 0)
    member = sparse.csr_array(
        (np.ones(len(known)), (known, world.category[known])), shape=(world.n_items, len(world.categories))
    )
    per_category = (taken @ member).toarray()
    held = per_category.sum(axis=1)
    return _spread(per_category, held, held)


def _apart(profiles: Array, weights: Array) -> Array:
    """Return the mean distance of distinct users, closed over all pairs by the length of their sum."""
    there = (profiles**2).sum(axis=1) > 0
    weights = weights * there
    own = (weights**2).sum(axis=1)
    pairs = weights.sum(axis=1) ** 2 - own
    return 1 - _share(((weights @ profiles) ** 2).sum(axis=1) - own, pairs)


def _gini(exposure: Array) -> Array:
    """Return each row's Gini coefficient (Gunawardana & Shani 2015, section 8.3.3.2)."""
    n = exposure.shape[1]
    rank = 2 * np.arange(1, n + 1) - n - 1
    return _share(np.sort(exposure, axis=1) @ rank, n * exposure.sum(axis=1))


def _mean(values: Array, weights: Array) -> Array:
    known = np.isfinite(values)
    return _share(weights @ np.where(known, values, 0.0), weights @ known.astype(np.float64))


def _share(part: Array, whole: Array) -> Array:
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0))


def _unit(rows: Array) -> Array:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-12))
