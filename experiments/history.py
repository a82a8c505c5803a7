"""What the users of a log did within their first days in view: the baseline that planning starts from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.dataset import Dataset
from engine.errors import ExperimentError
from engine.world.catalogue import item_prices
from engine.world.parameters import WorldParameters
from experiments.metrics import Metric
from experiments.moments import Floats, Moments, from_sums

QUANTITIES = ("sessions", "impressions", "clicks", "purchased", "revenue")

_SHOWN = ("impression", "impressions", "shown", "exposure")
_CLICKED = ("click", "view")
_BOUGHT = ("purchase", "buy", "order", "transaction")
_SLATE = 10  # positions a session shows where the log counts no impressions


@dataclass(frozen=True, eq=False, kw_only=True)
class History:
    """Users of a log, counted from the start of a window of days.

    The log is cut into as many windows of ``days`` days as it holds, back from its end. A user is a unit of
    each window they appear in; figures are pooled over windows.

    Attributes:
        users: distinct users seen within the first 1, 2, ... days of a window, averaged, shape (days,).
        moments: of ``QUANTITIES`` over those users and days, one variant, leading axis (days,).
        measured: the quantities the log really holds; the others are zero.
        timed: whether the log has times; without them everybody is a unit of one day.
        price_mean: mean price of an item, 1 where items have none.
        price_square: mean squared price of an item, 1 where items have none.
    """

    users: Floats
    moments: Moments
    measured: frozenset[str]
    timed: bool
    price_mean: float
    price_square: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Baseline:
    """One metric before anything is changed.

    Attributes:
        value: the metric when units are watched for 1, 2, ... days, shape (days,).
        variance: of one unit's value (for a ratio, linearised by the delta method), shape (days,).
        measured: whether the log tells it; otherwise it is assumed.
        sentence: where it comes from.
    """

    value: Floats
    variance: Floats
    measured: bool
    sentence: str


def history(dataset: Dataset, days: int) -> History:
    """Return what users do within their first 1, 2, ... ``days`` days in view; fewer where the log is shorter.

    Raises:
        ExperimentError: where ``days`` is less than 1, or the log is empty.
    """
    rows = dataset.interactions
    timed = dataset.has_time
    if timed:
        rows = rows.loc[rows["time"].notna()]
    if days < 1 or rows.empty:
        raise ExperimentError(f"{days} days of a log of {len(rows)} rows were asked for; both must be 1 or more.")
    user = rows["user"].to_numpy(np.int64)
    second = (
        rows["time"].to_numpy().astype("datetime64[s]").astype(np.int64) if timed else np.zeros(len(rows), np.int64)
    )
    day = second // 86_400
    span = int(day.max() - day.min()) + 1
    length = min(days, span)
    windows = span // length
    window, offset = np.divmod(day - (day.max() + 1 - windows * length), length)
    values, measured = _quantities(dataset, rows["event"].astype(str).str.lower().to_numpy(), rows["item"].to_numpy())
    values[:, 0] = _opens(user, second)
    inside = window >= 0
    unit = window[inside] * dataset.n_users + user[inside]
    moments = _by_day(unit, offset[inside], values[inside], length)
    price = item_prices(dataset.items)
    paid = np.ones(1) if price is None else price
    return History(
        users=moments.n[:, 0] / windows,
        moments=moments,
        measured=measured,
        timed=timed,
        price_mean=float(paid.mean()),
        price_square=float((paid**2).mean()),
    )


def baseline(past: History, metric: Metric) -> Baseline:
    """Return ``metric`` as the log has it, or as simulated users would have it where the log cannot tell."""
    if not past.measured.issuperset(metric.quantities):
        return _assumed(past, metric)
    top = past.moments.index(metric.numerator)
    mean, covariance = past.moments.mean[:, 0], past.moments.covariance[:, 0]
    value, variance = mean[:, top], covariance[:, top, top]
    if metric.denominator is not None:
        below = past.moments.index(metric.denominator)
        bottom = mean[:, below]
        value = value / bottom
        variance = variance - 2 * value * covariance[:, top, below] + value**2 * covariance[:, below, below]
        variance = np.maximum(variance, 0) / bottom**2
    window = "from a user's first day in view" if past.timed else "over the whole log, which has no times"
    return Baseline(value=value, variance=variance, measured=True, sentence=f"Measured on this log, {window}.")


def _assumed(past: History, metric: Metric) -> Baseline:
    """Return the metric under the simulated users' default rates, from the log's own sessions.

    Purchases are a Poisson process over the positions shown, revenue a compound one.
    """
    rates = WorldParameters()
    sessions = past.moments.mean[:, 0, past.moments.index("sessions")]
    shown = _SLATE * sessions
    bought = rates.click_through * rates.purchase_rate * shown
    words = f"a click-through of {rates.click_through:.0%} on {_SLATE} positions a session"
    buying = f"{words} and {rates.purchase_rate:.0%} purchases a click"
    if metric.kind == "ratio":
        value = np.full_like(shown, rates.click_through)
        return _as_assumed(value, value * (1 - value) / shown, words)
    if metric.kind == "proportion":
        value = -np.expm1(-bought)
        return _as_assumed(value, value * (1 - value), buying)
    return _as_assumed(bought * past.price_mean, bought * past.price_square, buying)


def _as_assumed(value: Floats, variance: Floats, words: str) -> Baseline:
    sentence = (
        f"The log cannot tell it. Assumed, as simulated users start with {words}; put in your own if you know it."
    )
    return Baseline(value=value, variance=variance, measured=False, sentence=sentence)


def _quantities(
    dataset: Dataset, event: NDArray[np.object_], item: NDArray[np.integer]
) -> tuple[Floats, frozenset[str]]:
    """Return each row's quantities, shape (rows, quantities), and which of them the log holds."""
    shown, clicked, bought = (np.isin(event, names) for names in (_SHOWN, _CLICKED, _BOUGHT))
    price = item_prices(dataset.items)
    paid = np.ones(dataset.n_items) if price is None else price
    values = np.column_stack([np.zeros(len(event)), shown, clicked, bought, bought * paid[item]]).astype(np.float64)
    held = {"sessions": True, "impressions": shown.any(), "clicks": clicked.any()}
    held |= {"purchased": bought.any(), "revenue": bought.any()}
    return values, frozenset(name for name, there in held.items() if there)


def _opens(user: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which rows open a session: the user's first, and those after a silence."""
    order = np.lexsort((second, user))
    opens = np.ones(len(user), dtype=bool)
    gap = 60 * WorldParameters().session_gap_minutes
    opens[order[1:]] = (np.diff(user[order]) != 0) | (np.diff(second[order]) > gap)
    return opens


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
