"""Compiled inner loops of a session. All in one file: numba's cache notices changes in a function's own file only.

Every loop runs in a fixed order, so the same input gives the same bits. No unit's row depends on another's.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def count_showings(remembered, days, units, items, since, times):
    """Add to ``times`` how often each item is among its unit's remembered showings of day ``since`` and after."""
    for row in range(len(units)):
        unit = units[row]
        for column in range(items.shape[1]):
            item = items[row, column]
            found = 0
            if item >= 0:
                for place in range(remembered.shape[1]):
                    found += (remembered[unit, place] == item) & (days[unit, place] >= since)
            times[row, column] += found


@njit(cache=True, nogil=True)
def add_showings(remembered, days, count, units, slates, day):
    """Write each unit's slate over its oldest showings, in place; -1 is no item. Each unit appears at most once."""
    memory = remembered.shape[1]
    for row in range(len(units)):
        unit = units[row]
        for column in range(slates.shape[1]):
            if slates[row, column] >= 0:
                place = count[unit] % memory
                remembered[unit, place] = slates[row, column]
                days[unit, place] = day
                count[unit] += 1
