"""A metric before anything is changed: as a log has it, and as simulated users would have it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.errors import ExperimentError
from engine.world.parameters import WorldParameters
from experiments.history import History
from experiments.measured import measured
from experiments.metrics import Metric
from experiments.moments import Floats

_SLATE = 10  # positions a simulated session shows


@dataclass(frozen=True, eq=False, kw_only=True)
class Baseline:
    """One metric before anything is changed.

    Attributes:
        value: the metric when units are watched for 1, 2, ... days, shape (days,).
        variance: of one unit's value (for a ratio or quantile, linearised by the delta method), shape (days,).
        measured: whether the log tells it; otherwise it is assumed.
        sentence: where it comes from.
    """

    value: Floats
    variance: Floats
    measured: bool
    sentence: str


def baseline(past: History, metric: Metric) -> Baseline:
    """Return ``metric`` as the log has it, or as simulated users would have it where the log cannot tell.

    Raises:
        ExperimentError: where the log holds no such quantity and none can be assumed.
    """
    if past.measured.issuperset(metric.quantities):
        return _measured(past, metric)
    assumed = simulated(past, metric)
    if assumed is None:
        lacking = ", ".join(name for name in metric.quantities if name not in past.measured)
        raise ExperimentError(
            f"{metric.label} cannot be planned on this log, which holds no {lacking}. Choose another metric, or map "
            "an event column that names them."
        )
    return assumed


def simulated(past: History, metric: Metric) -> Baseline | None:
    """Return ``metric`` as simulated users begin with it under the most popular items, from the log's own sessions.

    Clicks and purchases are Poisson processes over the positions shown, revenue a compound one; that users
    differ in their sessions adds to each variance. They buy nothing but what a slate shows them.

    Returns:
        None for what that does not foretell, such as quantiles.
    """
    rates, column = WorldParameters(), past.moments.index("sessions")
    sessions, uneven = past.moments.mean[:, 0, column], past.moments.covariance[:, 0, column, column]
    uneven = np.nan_to_num(uneven)
    clicks = rates.click_through * _SLATE  # a session
    buys = past.purchase_rate * clicks
    words = f"a click-through of {rates.click_through:.0%} on {_SLATE} positions a session"
    buying = f"{words} and {past.purchase_rate:.0%} purchases a click"
    if metric.quantities == ("clicks", "impressions"):
        value = np.full_like(sessions, rates.click_through)
        return _assumed(value, value * (1 - value) / (_SLATE * sessions), words)
    if metric.quantities == ("successes", "sessions"):
        value = np.full_like(sessions, -np.expm1(-clicks))
        return _assumed(value, value * (1 - value) / sessions, words)
    if metric.kind == "proportion" and metric.numerator in ("activated", "clicks"):
        value = -np.expm1(-clicks * sessions)
        return _assumed(value, value * (1 - value), words)
    if metric.kind == "proportion" and metric.numerator in ("purchased", "purchases"):
        value = -np.expm1(-buys * sessions)
        return _assumed(value, value * (1 - value), buying)
    if metric.quantities == ("sessions",) and metric.kind in ("mean", "count"):
        return _measured(past, metric)
    # What each event adds to a unit's sum, and to its square, on average.
    events = {
        "clicks": (clicks, 1.0, 1.0, words),
        "purchases": (buys, 1.0, 1.0, buying),
        "revenue": (buys, past.price_mean, past.price_square, buying),
    }
    if metric.kind not in ("mean", "count") or metric.numerator not in events:
        return None
    rate, size, square, said = events[metric.numerator]
    return _assumed(rate * sessions * size, rate * sessions * square + (rate * size) ** 2 * uneven, said)


def known_instead(found: Baseline, metric: Metric, known: float | None) -> Baseline:
    """Return the reader's own value in place of ``found``, its variance scaled to it; ``found`` where None.

    A share's variance follows its value, any other's grows with the value's square.
    """
    if known is None:
        return found
    value = np.full_like(found.value, known)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = (value / found.value) ** 2
        if metric.unit == "share":
            scale = value * (1 - value) / (found.value * (1 - found.value))
        variance = found.variance * scale
    return Baseline(value=value, variance=variance, measured=True, sentence="Your own figure.")


def _measured(past: History, metric: Metric) -> Baseline:
    window = "from a user's first day in view" if past.timed else "over the whole log, which has no times"
    sentence = f"Measured on this log, {window}."
    if metric.kind == "quantile":
        if metric.name not in past.quantiles:
            raise ExperimentError(f"'{metric.name}' is a quantile that was not measured; name it in `quantiles`.")
        value, variance = past.quantiles[metric.name]
        return Baseline(value=value, variance=variance, measured=True, sentence=sentence)
    found = measured(past.moments, metric)
    return Baseline(value=found.baseline, variance=np.nan_to_num(found.variance), measured=True, sentence=sentence)


def _assumed(value: Floats, variance: Floats, words: str) -> Baseline:
    sentence = (
        f"The log cannot tell it. Assumed, as simulated users start with {words}; put in your own if you know it."
    )
    return Baseline(value=value, variance=variance, measured=False, sentence=sentence)
