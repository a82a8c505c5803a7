"""Calibration: whether what a model predicts is, on average, what is observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy import special

GROUPS = 10
LEVEL = 0.95


@dataclass(frozen=True)
class Curve:
    """Predicted against observed, over groups of alike predictions; every array has shape (groups,).

    Attributes:
        predicted: mean prediction of each group, ascending.
        observed: mean of what was observed.
        low: lower end of the 95% interval of ``observed`` over users; NaN with fewer than two users.
        high: upper end.
        count: predictions in the group; of curves put together, of all of them.
    """

    predicted: NDArray[np.float64]
    observed: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    count: NDArray[np.int64]

    def to_dict(self) -> list[dict[str, float | None]]:
        """Return one record a group as plain JSON data, None where an end is missing."""
        names = [each.name for each in fields(self)]
        rows = zip(*(getattr(self, name).tolist() for name in names), strict=True)
        return [dict(zip(names, (cell if np.isfinite(cell) else None for cell in row), strict=True)) for row in rows]

    @property
    def error(self) -> float:
        """How far predictions are from what is observed, averaged over groups by their size; NaN without any.

        The expected calibration error (Naeini, Cooper & Hauskrecht 2015), with groups of equal size (Nixon et al.
        2019), in the unit of the predictions.
        """
        off = np.abs(self.predicted - self.observed)
        return float(np.average(off, weights=self.count)) if len(self.count) else float("nan")


def calibration_curve(
    predicted: NDArray[np.float64],
    observed: NDArray[np.float64],
    users: NDArray[np.integer],
    *,
    groups: int = GROUPS,
) -> Curve:
    """Return mean prediction and mean observation of groups of alike predictions.

    Pairs are ordered by prediction and cut into ``groups`` of as equal size as can be, equal predictions never
    apart (a reliability diagram: Niculescu-Mizil & Caruana 2005). What one user gave is alike, so the interval's
    standard error is that of users as clusters (Cameron & Miller 2015, section II).

    Args:
        predicted: finite, shape (pairs,).
        observed: finite, shape (pairs,).
        users: code of whose each pair is, shape (pairs,).
        groups: how many at most.
    """
    ordered = np.sort(predicted)
    last = np.flatnonzero(np.diff(ordered, append=np.inf) > 0)  # of each distinct prediction
    of_value = _cut(np.diff(last, prepend=-1), groups)
    highest = ordered[last[np.diff(of_value, append=-1) != 0]]
    group = np.searchsorted(highest, predicted)
    count = np.bincount(group)
    mean = np.bincount(group, observed) / count
    there = np.bincount(users) > 0
    cluster = (np.cumsum(there) - 1)[users]
    shape = int(there.sum()), len(count)
    cell = cluster * len(count) + group
    residuals = np.bincount(cell, observed - mean[group], shape[0] * shape[1]).reshape(shape)
    clusters = (np.bincount(cell, minlength=residuals.size).reshape(shape) > 0).sum(axis=0)
    free = np.where(clusters > 1, clusters - 1.0, np.nan)
    error = np.sqrt((residuals**2).sum(axis=0) * clusters / free) / count
    reach = special.stdtrit(free, (1 + LEVEL) / 2) * error
    return Curve(np.bincount(group, predicted) / count, mean, mean - reach, mean + reach, count)


def together(curves: Sequence[Curve], *, groups: int = GROUPS) -> Curve:
    """Return several curves over the same observations, for instance of several seeds, as one.

    Their groups are put in order and cut anew; means are weighted by size. As all share their observations, their
    errors are alike and do not average out: the interval is as wide as theirs.

    Args:
        curves: at least one.
        groups: how many at most.
    """
    parts = [np.concatenate([getattr(each, name) for each in curves]) for name in ("predicted", "count")]
    order = np.argsort(parts[0], kind="stable")
    count = parts[1][order]
    group = _cut(count, groups)
    size = np.bincount(group, count)

    def mean(name: str) -> NDArray[np.float64]:
        values = np.concatenate([getattr(each, name) for each in curves])[order]
        found: NDArray[np.float64] = np.bincount(group, values * count) / size
        return found

    return Curve(mean("predicted"), mean("observed"), mean("low"), mean("high"), size.astype(np.int64))


def calibration_error(predicted: NDArray[np.float64], observed: NDArray[np.float64], *, groups: int = GROUPS) -> float:
    """Return the ``error`` of the curve of ``predicted`` and ``observed``, both of shape (pairs,); NaN without pairs.

    Args:
        predicted: finite.
        observed: finite.
        groups: how many at most.
    """
    return calibration_curve(predicted, observed, np.zeros(len(predicted), dtype=np.intp), groups=groups).error


def _cut(count: NDArray[np.integer], groups: int) -> NDArray[np.intp]:
    """Return the group of each part in order, so that groups hold as equal counts as can be; none is empty."""
    # Each part goes to the group in which the middle of its pairs falls.
    middle = np.cumsum(count) - count / 2
    group = np.minimum(middle * groups / max(1, count.sum()), groups - 1).astype(np.intp)
    return np.unique(group, return_inverse=True)[1]
