"""The figures of one metric that a size rests on, as given or as a log tells them, and the answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.dataset import Dataset
from engine.errors import ExperimentError, unknown
from experiments.activity import QUANTITIES, activity
from experiments.baselines import baseline
from experiments.comparison import Comparison
from experiments.design import Size, detection_power, minimum_effect, sample_size, sized
from experiments.drafting import MEASURABLE
from experiments.earlier import foretell
from experiments.history import history
from experiments.margins import margin_power, margin_size
from experiments.metrics import Metric, find
from experiments.moments import Floats
from experiments.outlook import horizon


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """What a log tells of one metric.

    Attributes:
        baseline: the metric over the users of a window of ``days`` days.
        variance: of one user's value; linearised for a ratio or quantile.
        explained: share of that variance which earlier behaviour explains.
        days: length of the window.
        users: distinct users seen within the first 1, 2, ... days, shape (days of the log,): the average over as
            many windows as the log holds, and beyond ``outlook.horizon(days)`` those from its first day on.
        source: where the figures come from, in sentences.
    """

    baseline: float
    variance: float
    explained: float
    days: int
    users: Floats
    source: str

    def days_for(self, units: float) -> int | None:
        """Return the first length that brings so many users, or None where the log never does."""
        enough = np.flatnonzero(self.users >= units)
        return int(enough[0]) + 1 if len(enough) else None


def told(dataset: Dataset, metric: Metric, days: int) -> Told:
    """Return what ``dataset`` tells of ``metric`` when its users are watched for ``days`` days.

    Raises:
        ExperimentError: where the log is shorter, or tells nothing of the metric.
    """
    if days < 1:
        raise ExperimentError(f"{days} days were given; expected 1 or more.")
    quantiles = [metric] if metric.kind == "quantile" else []
    past = history(dataset, horizon(days), quantiles=quantiles)
    if days > len(past.users):
        raise ExperimentError(f"{days} days were asked for, but the log has {len(past.users)}. Give fewer days.")
    whole = history(dataset, activity(dataset).span).users
    found = baseline(past, metric)
    value, variance = float(found.value[days - 1]), float(found.variance[days - 1])
    if not (np.isfinite(value) and variance > 0):
        raise ExperimentError(f"{metric.label} shows no spread over {days} days of this log; choose another metric.")
    before = foretell(dataset, [metric], days)[metric.name]
    return Told(
        baseline=value,
        variance=variance,
        explained=before.explained,
        days=days,
        users=np.maximum.accumulate(np.concatenate([past.users, whole[len(past.users) :]])),
        source=f"{found.sentence} {before.sentence}",
    )


def metric_named(text: str) -> Metric:
    """Return the metric of a log's users that ``text`` names, such as ``conversion`` or ``revenue:quantile:0.9``.

    Raises:
        ExperimentError: where there is none, or the log's users have no such quantity.
    """
    if ":" not in text:
        return find(MEASURABLE, text)
    from experiments.importing import metrics_of

    metric = metrics_of([text])[0]
    for quantity in metric.quantities:
        if quantity not in QUANTITIES:
            raise ExperimentError(unknown("Quantity", quantity, QUANTITIES))
    return metric


def quantile_variance(level: float, density: float) -> float:
    """Return the variance of one unit's linearised value of a quantile: q (1 - q) / f².

    Deng, Knoblich & Lu (2018, KDD, section 4).

    Args:
        level: which quantile, between 0 and 1.
        density: of the values at the quantile, in one over the metric's own unit.

    Raises:
        ExperimentError: where a figure cannot be.
    """
    if not 0 < level < 1 or not density > 0:
        raise ExperimentError(
            f"Quantile {level:g} and density {density:g} were given; expected between 0 and 1, and above 0."
        )
    return level * (1 - level) / density**2


def answer(
    comparison: Comparison,
    *,
    mde: float | None = None,
    units: float | None = None,
    margin: float | None = None,
    gain: float = 0.0,
) -> tuple[Size, float]:
    """Return the size, and the power, of whichever of MDE and units was not given.

    Args:
        comparison: of one baseline.
        mde: absolute uplift to find, or None.
        units: units in all variants, or None.
        margin: relative loss a guardrail must rule out, in place of an MDE, or None.
        gain: true relative uplift of the guardrail, better above zero.

    Returns:
        With an MDE (or margin) alone the units it needs, with units alone the MDE, with both the power.

    Raises:
        ExperimentError: where a figure cannot be, or there is nothing to start from.
    """
    if margin is not None:
        if units is None:
            return margin_size(comparison, margin=margin, gain=gain), comparison.power
        size = sized(comparison, units, mde=abs(margin * float(np.asarray(comparison.baseline))))
        return size, float(margin_power(comparison, margin=margin, units=units, gain=gain))
    if units is None:
        if mde is None:
            raise ExperimentError("Neither an MDE nor units were given; give one for the other, or both for the power.")
        return sample_size(comparison, mde=mde), comparison.power
    if mde is not None:
        return sized(comparison, units, mde=abs(mde)), float(detection_power(comparison, mde=mde, units=units))
    found = float(minimum_effect(comparison, units=units))
    if not np.isfinite(found):
        raise ExperimentError(
            f"{units:,.0f} units find no uplift of this metric with power {comparison.power:g}; give more units."
        )
    return sized(comparison, units, mde=found), comparison.power
