"""What groups of users consumed in some rounds: how varied, how alike, how concentrated, how well liked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.world import Consumed, World

Array = NDArray[np.float64]


def taken_by(world: World, consumed: Consumed) -> sparse.csr_array:
    """Return what each unit consumed, ones, shape (units, items)."""
    ones = np.ones(len(consumed))
    return sparse.csr_array((ones, (consumed.unit, consumed.item)), shape=(world.n_units, world.n_items))


def spread_within(world: World, taken: sparse.csr_array) -> Array:
    """Return 1 - mean cosine over the pairs of items each unit took, shape (units,).

    Intra-list diversity (Smyth & McClave 2001), the spread within a user of Anwar et al. 2024; closed over all
    pairs by the length of the sum of the items' directions. NaN for fewer than two items.
    """
    direction = _unit(world.vectors)
    return _mean_distance(np.asarray(taken @ direction), taken @ (direction**2).sum(axis=1), _count(taken))


def category_spread(world: World, taken: sparse.csr_array) -> Array:
    """Return the share of the pairs of items each unit took that differ in category, shape (units,)."""
    if not world.categories:
        return np.full(world.n_units, np.nan)
    known = np.flatnonzero(world.category >= 0)
    member = sparse.csr_array(
        (np.ones(len(known)), (known, world.category[known])), shape=(world.n_items, len(world.categories))
    )
    per_category = (taken @ member).toarray()
    held = per_category.sum(axis=1)
    return _mean_distance(per_category, held, held)


def distance_between(world: World, taken: sparse.csr_array, members: Array) -> Array:
    """Return the mean distance of two users of each group, shape (groups,).

    1 - cosine of the mean directions of what the two took, over all pairs of distinct users who took something:
    the inter-user axis of Anwar et al. 2024 ("Filter bubble or homogenization?", WWW).
    """
    profile = _unit(np.asarray(taken @ _unit(world.vectors)))
    weights = members * ((profile**2).sum(axis=1) > 0)
    own = weights.sum(axis=1)
    return 1 - share(((weights @ profile) ** 2).sum(axis=1) - own, weights.sum(axis=1) ** 2 - own)


def taste_drift(now: World, start: World) -> Array:
    """Return 1 - cosine of each unit's taste now and at the start, shape (units,).

    Jiang et al. 2019 ("Degenerate feedback loops in recommender systems", section 2) follow the distance of
    interest from where it began.
    """
    return np.asarray(1 - np.einsum("nr,nr->n", _unit(now.taste), _unit(start.taste)))


def gini(exposure: Array) -> Array:
    """Return each row's Gini coefficient (Gunawardana & Shani 2015, section 8.3.3.2); items without count."""
    n = exposure.shape[1]
    rank = 2 * np.arange(1, n + 1) - n - 1
    return share(np.sort(exposure, axis=1) @ rank, n * exposure.sum(axis=1))


def coverage(exposure: Array) -> Array:
    """Return the share of the catalogue that each row has anything of."""
    return np.asarray((exposure > 0).mean(axis=1))


def mean_of(values: Array, members: Array) -> Array:
    """Return each group's mean of what is known of its users, shape (groups,)."""
    known = np.isfinite(values)
    return share(members @ np.where(known, values, 0.0), members @ known.astype(np.float64))


def share(part: Array, whole: Array) -> Array:
    """Return ``part / whole``, NaN where there is no whole."""
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0))


def _mean_distance(total: Array, squares: Array, count: Array) -> Array:
    """Return the mean distance over ordered pairs: ``1 - (|sum|^2 - squares) / (m (m - 1))``."""
    return 1 - share((total**2).sum(axis=1) - squares, count * (count - 1))


def _count(taken: sparse.csr_array) -> Array:
    return np.asarray(taken.sum(axis=1), dtype=np.float64)


def _unit(rows: Array) -> Array:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-12))
