"""Non-inferiority: is a loss as large as the margin ruled out?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from engine.errors import ExperimentError
from experiments.effects import Effects
from experiments.metrics import Metric
from experiments.moments import Floats


@dataclass(frozen=True, eq=False)
class NonInferiority:
    """Non-inferiority tests; arrays have shape (..., guardrails, treatments), NaN where an effect has no figures.

    Attributes:
        metrics: names of the guardrails.
        gain: relative uplift, turned so that above zero is better.
        worst: lower end of the two-sided interval of ``gain``: the largest loss not ruled out, with a minus.
        statistic: (gain + margin) / its standard error.
        p_value: one-sided, of a loss of the margin or more.
        non_inferior: whether ``p_value`` is below half of alpha; the same as ``worst`` > -margin.
        harmed: whether the whole interval is on the losing side.
    """

    metrics: tuple[str, ...]
    gain: Floats
    worst: Floats
    statistic: Floats
    p_value: Floats
    non_inferior: NDArray[np.bool_]
    harmed: NDArray[np.bool_]


def non_inferiority(effects: Effects, metrics: Sequence[Metric]) -> NonInferiority:
    """Return the test of every guardrail against its margin, one-sided at alpha / 2.

    Schuirmann (1987, J. Pharmacokinetics and Biopharmaceutics 15(6)), one side of it: the relative uplift plus
    the margin, over its delta-method standard error, with the effect's degrees of freedom. Half of alpha is
    the level of regulators (ICH E9, section 2.2.2, and E9's guideline on margins), and is what the two-sided
    interval shows.

    Args:
        effects: of any leading axes.
        metrics: those of ``effects``; only guardrails are tested.

    Raises:
        ExperimentError: where a guardrail is not among the effects.
    """
    guardrails = [metric for metric in metrics if metric.role == "guardrail"]
    missing = [metric.name for metric in guardrails if metric.name not in effects.metrics]
    if missing:
        raise ExperimentError(
            f"Guardrail {', '.join(missing)} was given, but the effects are of {', '.join(effects.metrics)}."
        )
    rows = [effects.metrics.index(metric.name) for metric in guardrails]
    margin = np.array([metric.margin or 0.0 for metric in guardrails])[:, None]
    higher = np.array([metric.direction == "higher" for metric in guardrails], dtype=bool)[:, None]
    relative, low, high, error, freedom = (
        each[..., rows, :]
        for each in (
            effects.relative,
            effects.relative_low,
            effects.relative_high,
            effects.relative_standard_error,
            effects.degrees_of_freedom,
        )
    )
    gain = np.where(higher, relative, -relative)
    worst, best = np.where(higher, low, -high), np.where(higher, high, -low)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = (gain + margin) / error
    by_t = np.isfinite(freedom)
    p_value = np.where(
        by_t, special.stdtr(np.where(by_t, freedom, 1.0), -statistic), special.ndtr(-statistic)
    )  # NaN statistics stay NaN
    return NonInferiority(
        metrics=tuple(metric.name for metric in guardrails),
        gain=gain,
        worst=worst,
        statistic=statistic,
        p_value=p_value,
        non_inferior=p_value < effects.alpha / 2,
        harmed=best < 0,
    )
