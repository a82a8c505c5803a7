"""The compiled loops: cosines of one item with all others, read off for lists and for histories.

One row of cosines is held at a time, so memory grows with items, never with pairs of items. Codes are read as
unsigned, which spares a check for a negative one at every step. All in one file, because numba's cache notices
changes in the file of a function only.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np

from engine.compiled import compiled


@compiled
def add_cosines_of_lists(
    unit_ends, features, values, item_ends, items, item_values, list_ends, lists, ranked, row, total
):
    """Add to ``total`` each list's cosines of all unordered pairs of different items, shape (lists,).

    Args:
        unit_ends, features, values: items as unit rows, CSR pointers, feature codes and values.
        item_ends, items, item_values: the same by feature.
        list_ends, lists: by item, the lists that hold it, CSR pointers and rows of ``ranked``.
        ranked: item codes, shape (lists, k); -1 where a list is shorter.
        row: zeros, shape (items,); written and cleared.
        total: added to.
    """
    for item in range(len(unit_ends) - 1):
        if list_ends[item] == list_ends[item + 1]:
            continue
        size = unit_ends[item + 1] - unit_ends[item]
        if size == 0:
            continue
        touched = _fill(item, unit_ends, features, values, item_ends, items, item_values, row)
        for place in range(list_ends[item], list_ends[item + 1]):
            owner = lists[place]
            for position in range(ranked.shape[1]):
                other = ranked[owner, position]
                if other < 0 or other == item:
                    continue
                # Each pair is read once, off the row of its shorter item: popular items, whose rows are dear,
                # seldom need one.
                other_size = unit_ends[other + 1] - unit_ends[other]
                if other_size > size or (other_size == size and other > item):
                    total[owner] += row[other]
        _clear(item, unit_ends, features, item_ends, items, touched, row)


@compiled
def add_cosines_with_histories(
    unit_ends, features, values, item_ends, items, item_values, place_ends, owners, history_ends, had, row, total
):
    """Add to ``total`` the cosines of each place's item with everything its owner had, shape (places,).

    Places are ordered by item: those of an item are ``place_ends[item]`` to ``place_ends[item + 1]``.

    Args:
        unit_ends, features, values: items as unit rows, CSR pointers, feature codes and values.
        item_ends, items, item_values: the same by feature.
        place_ends, owners: by item, whose places hold it, CSR pointers and rows of the histories.
        history_ends, had: what each owner had, CSR pointers and item codes.
        row: zeros, shape (items,); written and cleared.
        total: added to.
    """
    for item in range(len(unit_ends) - 1):
        if place_ends[item] == place_ends[item + 1]:
            continue
        touched = _fill(item, unit_ends, features, values, item_ends, items, item_values, row)
        for place in range(place_ends[item], place_ends[item + 1]):
            owner = owners[place]
            together = total[place]
            for item_had in had[history_ends[owner] : history_ends[owner + 1]]:
                together += row[np.uint64(item_had)]
            total[place] = together
        _clear(item, unit_ends, features, item_ends, items, touched, row)


@compiled
def _fill(item, unit_ends, features, values, item_ends, items, item_values, row):
    """Add the products of the unit row of ``item`` with all unit rows to ``row``; return how many were added."""
    touched = 0
    for entry in range(unit_ends[item], unit_ends[item + 1]):
        value = values[entry]
        feature = features[entry]
        start, end = item_ends[feature], item_ends[feature + 1]
        touched += end - start
        others, other_values = items[start:end], item_values[start:end]
        for place in range(len(others)):
            row[np.uint64(others[place])] += value * other_values[place]
    return touched


@compiled
def _clear(item, unit_ends, features, item_ends, items, touched, row):
    """Set ``row`` to zero again, in a large catalogue only where ``_fill`` added something."""
    if touched >= len(row):
        row[:] = 0.0
        return
    for entry in range(unit_ends[item], unit_ends[item + 1]):
        feature = features[entry]
        for other in range(item_ends[feature], item_ends[feature + 1]):
            row[items[other]] = 0.0
