"""What the users of a log did within their first days in view: where planning starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.dataset import Dataset
from engine.errors import ExperimentError
from engine.world.catalogue import item_prices, price_effect
from engine.world.events import purchases_per_view
from engine.world.parameters import WorldParameters
from experiments.activity import QUANTITIES, Activity, activity
from experiments.metrics import Metric
from experiments.moments import Floats, Moments, from_sums
from experiments.quantiles import quantile_estimates


@dataclass(frozen=True, eq=False, kw_only=True)
class History:
    """Users of a log, counted from the start of a window of days.

    The log is cut into as many windows of ``days`` days as it holds, back from its end. A user is a unit of
    each window they appear in; figures are pooled over windows. Users come back, so their number grows slower
    than in proportion to days.

    Attributes:
        users: distinct users seen within the first 1, 2, ... days of a window, averaged, shape (days,).
        moments: of ``activity.QUANTITIES`` over those users and days, one variant, leading axis (days,).
        quantiles: by name of a quantile metric, its value and one user's linearised variance, shape (2, days).
        measured: the quantities the log really holds; the others are zero.
        timed: whether the log has times; without them everybody is a unit of one day.
        purchase_rate: purchases a click, as simulated users have it: the log's own where it names both.
        price_mean: mean price of what simulated users buy, 1 where items have none: items weigh by how often the
            log touches them and by how their price weighs with those users.
        price_square: mean squared price, weighted alike.
    """

    users: Floats
    moments: Moments
    quantiles: Mapping[str, Floats] = field(default_factory=dict)
    measured: frozenset[str]
    timed: bool
    purchase_rate: float
    price_mean: float
    price_square: float


def history(dataset: Dataset, days: int, *, quantiles: Sequence[Metric] = ()) -> History:
    """Return what users do within their first 1, 2, ... ``days`` days in view; fewer where the log is shorter.

    Args:
        dataset: the log.
        days: length of a window, 1 or more.
        quantiles: quantile metrics to measure too; they have no moments, so the units are ranked for each day.

    Raises:
        ExperimentError: where ``days`` is less than 1, or the log is empty.
    """
    if days < 1:
        raise ExperimentError(f"{days} days of a log were asked for; expected 1 or more.")
    done = activity(dataset)
    length = min(days, done.span)
    windows = done.span // length
    window, offset = np.divmod(done.day - (done.span - windows * length), length)
    inside = window >= 0
    unit = window[inside] * done.n_users + done.user[inside]
    offset, values = offset[inside], done.values[inside]
    moments = _by_day(unit, offset, values, length)
    price, weight = _prices(dataset)
    return History(
        users=moments.n[:, 0] / windows,
        moments=moments,
        quantiles={each.name: _ranked(each, unit, offset, values, length) for each in quantiles if _held(done, each)},
        measured=done.measured,
        timed=done.timed,
        purchase_rate=purchases_per_view(dataset) or WorldParameters().purchase_rate,
        price_mean=float(np.average(price, weights=weight)),
        price_square=float(np.average(price**2, weights=weight)),
    )


def _prices(dataset: Dataset) -> tuple[Floats, Floats]:
    """Return the price of each item and how much of the purchases it has among simulated users."""
    touched = np.bincount(dataset.interactions["item"], minlength=dataset.n_items).astype(np.float64)
    price = item_prices(dataset.items)
    if price is None:
        return np.ones(dataset.n_items), touched
    return price, touched * np.exp(price_effect(price, WorldParameters().strength("price_sensitivity")))


def _held(done: Activity, metric: Metric) -> bool:
    return done.measured.issuperset(metric.quantities)


def _ranked(metric: Metric, unit: NDArray[np.int64], offset: NDArray[np.int64], values: Floats, days: int) -> Floats:
    """Return a quantile over the units seen within the first 1, 2, ... days, and its linearised variance."""
    column = values[:, QUANTITIES.index(metric.numerator)]
    names, code = np.unique(unit, return_inverse=True)
    first = np.full(len(names), days)
    np.minimum.at(first, code, offset)
    found = np.full((2, days), np.nan)
    for day in range(days):
        so_far = np.bincount(code, weights=column * (offset <= day), minlength=len(names))[first <= day]
        if len(so_far) < 2:
            continue
        ranked = quantile_estimates(
            so_far[:, None], np.zeros(len(so_far), int), 1, names=[metric.name], levels=[metric.quantile or 0.5]
        )
        found[:, day] = ranked.value[0, 0], ranked.variance[0, 0] * len(so_far)
    return found


def _by_day(unit: NDArray[np.int64], offset: NDArray[np.int64], values: Floats, days: int) -> Moments:
    """Return the moments of what each unit has done by the end of each day.

    A sum over units changes on a day only by the units that did something, so raw sums are added up from
    their changes: no array of units by days is ever held.
    """
    key, row = np.unique(unit * days + offset, return_inverse=True)
    order = np.argsort(row, kind="stable")
    done = np.add.reduceat(values[order], np.searchsorted(row[order], np.arange(len(key))), axis=0)
    who, day = np.divmod(key, days)
    first = np.ones(len(key), dtype=bool)
    first[1:] = np.diff(who) != 0
    running = np.cumsum(done, axis=0)
    start = np.flatnonzero(first)
    before_start = (running[start] - done[start])[np.cumsum(first) - 1]
    after, before = running - before_start, running - done - before_start
    bought = QUANTITIES.index("purchased")
    after[:, bought], before[:, bought] = after[:, bought] >= 0.5, before[:, bought] >= 0.5
    before[first] = 0.0  # exactly, whatever the running sum rounded
    square = after[:, :, None] * after[:, None, :] - before[:, :, None] * before[:, None, :]

    def summed(change: Floats) -> Floats:
        by_day = np.zeros((days, *change.shape[1:]))
        np.add.at(by_day, day, change)
        return np.cumsum(by_day, axis=0)[:, None]

    return from_sums(summed(first.astype(np.float64)), summed(after - before), summed(square), quantities=QUANTITIES)
