"""What the ratings of a log say of their own scale: its ends, and the mark that stands for no rating."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_TOPS = (1.0, 5.0, 10.0, 100.0)
_USUAL_SHARE = 0.95
_MARKS = (-1.0, 0.0, 99.0)
_ZERO_SHARE = 0.2
_ZERO_TO_LOWEST = 10


def usual_scale(ratings: NDArray[np.float64]) -> tuple[float, float] | None:
    """Return the usual scale that holds nearly all ratings: up to 1, 5, 10 or 100, from 0, 0.5 or 1.

    A single 99 among stars is a slip, so 95% decide; where no usual scale holds that many (negative ratings,
    counts), the data's own range is the scale and nothing is out of it.
    """
    if not len(ratings):
        return None
    for top in _TOPS:
        within = (ratings >= 0) & (ratings <= top)
        if within.mean() < _USUAL_SHARE:
            continue
        fine = ratings[within & (ratings > 0)]
        if top == 1.0 or (ratings == 0).mean() > 0.005 or (len(fine) and fine.min() < 0.5):
            return 0.0, top
        return (0.5 if len(fine) and fine.min() < 1 else 1.0), top
    return float(ratings.min()), float(ratings.max())


def mark_of_none(ratings: NDArray[np.float64]) -> float | None:
    """Return the number that stands for "no rating given", or None where every number is a rating.

    Logs that hold more than ratings write what was had but not rated as -1 (anime lists), 0 (Book-Crossing) or 99
    (Jester). A mark is on more than 5% of the rows, for fewer are slips, and beside the scale of all others: -1
    below one of stars, 99 above one up to 10. A 0 may well be the lowest rating, so it must also be common
    and more than ten times as common as the lowest one above it.
    """
    for mark in _MARKS if len(ratings) else ():
        marked = ratings == mark
        if marked.mean() <= 1 - _USUAL_SHARE:
            continue
        scale = usual_scale(ratings[~marked])
        if scale is None:
            continue
        low, high = scale
        beside = high <= 10 if mark > high else low >= 0 and high >= 5
        if mark == 0.0:
            lowest = int((ratings == ratings[ratings >= 1].min(initial=np.inf)).sum())
            beside = low >= 1 and high >= 5 and marked.mean() >= _ZERO_SHARE
            beside = beside and int(marked.sum()) > _ZERO_TO_LOWEST * lowest
        if beside and not low <= mark <= high:
            return mark
    return None
