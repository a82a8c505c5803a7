"""Items drawn at random for some places of some slates, within the rules."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.policies.pool import Mask, Pool

_TRIES = 8
_STEPS = 100


def drawn(
    pool: Pool, stream: str, wanted: Mask, among: NDArray[np.int64], *, strangers: bool = False
) -> NDArray[np.int64]:
    """Return an item drawn evenly from ``among`` for each place that is ``wanted``.

    A draw that cannot be is drawn again, up to eight times; then the next of ``among`` that can is taken, up to a
    hundred further on.

    Args:
        pool: whose units' luck it is, and what its rules let through.
        stream: names the luck.
        wanted: shape (n, places).
        among: item codes.
        strangers: whether items that are among the unit's candidates cannot be either.

    Returns:
        Item codes, shape (n, places), no item twice in a row; -1 where none is wanted, or none was found.
    """
    found = np.full(wanted.shape, -1, dtype=np.int64)
    if not len(among):
        return found
    there = _keys(pool, *_cells(pool.items)) if strangers else np.zeros(0, dtype=np.int64)
    place = np.zeros(wanted.shape, dtype=np.int64)
    for attempt in range(_TRIES + _STEPS):
        rows, columns = np.nonzero(wanted & (found < 0))
        if not len(rows):
            break
        if attempt < _TRIES:
            place = (pool.luck(stream, np.arange(wanted.shape[1]), attempt) * len(among)).astype(np.int64)
        else:
            place += 1
        item = among[place[rows, columns] % len(among)]
        fine = pool.permitted(rows, item)
        if strangers:
            fine &= ~np.isin(_keys(pool, rows, item), there)
        found[rows[fine], columns[fine]] = item[fine]
        found[_repeated(found)] = -1
    return found


def _cells(items: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.integer]]:
    rows, columns = np.nonzero(items >= 0)
    return rows, items[rows, columns]


def _keys(pool: Pool, rows: NDArray[np.integer], items: NDArray[np.integer]) -> NDArray[np.int64]:
    return np.asarray(rows * np.int64(pool.state.world.n_items) + items)


def _repeated(items: NDArray[np.int64]) -> Mask:
    """Return where a row has an item that it has further left."""
    order = np.argsort(items, axis=1, kind="stable")
    ascending = np.take_along_axis(items, order, axis=1)
    same = np.zeros(items.shape, dtype=bool)
    same[:, 1:] = (ascending[:, 1:] == ascending[:, :-1]) & (ascending[:, 1:] >= 0)
    found = np.zeros(items.shape, dtype=bool)
    np.put_along_axis(found, order, same, axis=1)
    return found
