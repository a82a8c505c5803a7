"""The compiled loop that adds units up into moments.

It runs on one thread, in the order of the units and without the interpreter lock: the same input gives the same
bits on every machine, and a server's other visitors go on.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np
from numba import njit, types

_BLOCK = 64  # units whose features lie in the processor's first cache at once

# One signature for every memory layout, so that a first call never waits for a second compilation.
_VALUES = types.Array(types.float64, 3, "A", readonly=True)
_GROUP = types.Array(types.int32, 2, "A", readonly=True)
_SHIFT = types.Array(types.float64, 2, "A", readonly=True)
_SUMS = types.Array(types.float64, 3, "C")


def n_features(quantities: int) -> int:
    """Return how many sums ``add_up`` keeps of so many quantities."""
    return 1 + quantities + quantities * (quantities + 1) // 2


@njit([types.void(_VALUES, _GROUP, types.int64, _SHIFT, _SUMS)], cache=True, nogil=True)
def add_up(values, group, groups, shift, sums):
    """Add to row replication · groups + group of ``sums`` the features of each unit.

    The features of a unit are 1, its q values less ``shift``, and the products of these with one another: the
    upper triangle, row by row. A unit with a negative code adds nowhere.

    Args:
        values: shape (units, series, q).
        group: group codes, shape (replications, units).
        groups: number of groups.
        shift: shape (series, q).
        sums: shape (replications · groups, series, features), added to in place.
    """
    units, series, q = values.shape
    features = np.ones((_BLOCK, sums.shape[2]))
    near = np.empty((q, _BLOCK))
    for start in range(0, units, _BLOCK):
        size = min(_BLOCK, units - start)
        for s in range(series):
            for a in range(q):
                for i in range(size):
                    near[a, i] = values[start + i, s, a] - shift[s, a]
                    features[i, 1 + a] = near[a, i]
            column = 1 + q
            for a in range(q):
                for b in range(a, q):
                    for i in range(size):
                        features[i, column] = near[a, i] * near[b, i]
                    column += 1
            # Features are made once for all replications, whose sums take turns in the cache.
            for replication in range(group.shape[0]):
                for i in range(size):
                    code = group[replication, start + i]
                    if code >= 0:
                        row = replication * groups + code
                        for feature in range(sums.shape[2]):
                            sums[row, s, feature] += features[i, feature]
