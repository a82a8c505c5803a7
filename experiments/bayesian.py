"""Bayesian reading of effects: chance to win, expected loss and credible intervals of every metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from engine.errors import ExperimentError
from experiments.beta_binomial import compare_rates
from experiments.effects import Effects
from experiments.metrics import Metric
from experiments.moments import Floats


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What is believed before the experiment.

    Attributes:
        rate: Beta(a, b) of a proportion in each variant; (1, 1) is flat.
        relative_mean: mean of the normal prior on the relative uplift of every other metric.
        relative_deviation: its standard deviation; None for a flat prior.
    """

    rate: tuple[float, float] = (1.0, 1.0)
    relative_mean: float = 0.0
    relative_deviation: float | None = None

    def __post_init__(self) -> None:
        deviation = self.deviation
        if not min(self.rate) > 0 or not deviation > 0 or not np.isfinite(self.relative_mean):
            raise ExperimentError(
                f"Prior Beta{tuple(self.rate)} for rates and normal({self.relative_mean:g}, {deviation:g}) for "
                "relative uplifts was given; expected a and b above 0, a finite mean and a deviation above 0."
            )

    @property
    def deviation(self) -> float:
        """The normal prior's standard deviation, infinite where it is flat."""
        return float("inf") if self.relative_deviation is None else self.relative_deviation


@dataclass(frozen=True, eq=False)
class Beliefs:
    """What is believed of an ``Effects``, with its shape; NaN where the effect has no figures.

    Attributes:
        chance_to_win: chance that the treatment is truly better, by each metric's direction.
        expected_loss: expected loss in the metric's own unit if the treatment is chosen: how much worse it is
            where it is worse, and 0 where it is better.
        expected_loss_control: the same if the control is kept.
        absolute: posterior mean of the absolute uplift.
        absolute_low: lower end of the absolute uplift's equal-tailed credible interval.
        absolute_high: its upper end.
        relative: posterior mean of the relative uplift; of rates, the uplift between their posterior means.
        relative_low: lower end of the relative uplift's credible interval.
        relative_high: its upper end.
    """

    chance_to_win: Floats
    expected_loss: Floats
    expected_loss_control: Floats
    absolute: Floats
    absolute_low: Floats
    absolute_high: Floats
    relative: Floats
    relative_low: Floats
    relative_high: Floats


@dataclass(frozen=True, eq=False)
class Normal:
    """Normal posteriors; arrays of one shape.

    Attributes:
        mean: posterior mean.
        deviation: posterior standard deviation.
    """

    mean: Floats
    deviation: Floats

    @property
    def chance_above_zero(self) -> Floats:
        """Chance that the quantity is above zero."""
        return np.asarray(special.ndtr(self.mean / self.deviation))

    @property
    def expected_shortfall(self) -> Floats:
        """E[max(-X, 0)]: how far below zero on average, being 0 where it is above."""
        z = self.mean / self.deviation
        density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        return np.asarray(np.maximum(self.deviation * (density - z * special.ndtr(-z)), 0.0))

    def interval(self, alpha: float) -> tuple[Floats, Floats]:
        """Return both ends of the equal-tailed interval of level 1 - alpha."""
        reach = special.ndtri(1 - alpha / 2) * self.deviation
        return self.mean - reach, self.mean + reach


def normal_posterior(
    estimate: ArrayLike, standard_error: ArrayLike, *, mean: ArrayLike = 0.0, deviation: ArrayLike = np.inf
) -> Normal:
    """Return the posterior of a normal prior after a normal estimate; everything broadcasts.

    Gelman et al. (2013, Bayesian Data Analysis, 3rd ed., section 2.5): precisions add, and the mean is
    weighted by them.

    Args:
        estimate: what was found.
        standard_error: its standard error.
        mean: the prior's mean.
        deviation: the prior's standard deviation; infinite for a flat prior.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        of_prior, of_data = (1 / np.asarray(each, np.float64) ** 2 for each in (deviation, standard_error))
        precision = of_prior + of_data
        centre = (of_prior * np.asarray(mean) + of_data * np.asarray(estimate)) / precision
        return Normal(mean=np.asarray(centre), deviation=np.asarray(1 / np.sqrt(precision)))


def beliefs(effects: Effects, metrics: Sequence[Metric], *, prior: Prior | None = None) -> Beliefs:
    """Return what is believed after seeing ``effects``.

    Proportions: exact, from Beta posteriors of both rates. Everything else, adjusted proportions too: the
    estimate is taken as normal with its standard error; the prior on the relative uplift is carried to the
    absolute one by the control's value.

    Args:
        effects: of any leading axes.
        metrics: those of ``effects``, in order: their kinds and directions.
        prior: flat when None.

    Raises:
        ExperimentError: where ``metrics`` are not those of ``effects``.
    """
    if tuple(metric.name for metric in metrics) != effects.metrics:
        raise ExperimentError(
            f"Effects of {', '.join(effects.metrics)} were given with metrics "
            f"{', '.join(metric.name for metric in metrics)}; expected the same, in the same order."
        )
    before = prior or Prior()
    # A flat prior is flat on both scales, whatever the control's value.
    scale = np.where(effects.control_value == 0, np.nan, np.abs(effects.control_value))
    flat = before.relative_deviation is None
    absolute = normal_posterior(
        effects.absolute,
        effects.standard_error,
        mean=before.relative_mean * effects.control_value,
        deviation=np.inf if flat else before.deviation * scale,
    )
    relative = normal_posterior(
        effects.relative,
        effects.relative_standard_error,
        mean=before.relative_mean,
        deviation=before.deviation,
    )
    figures = np.stack(
        [
            absolute.chance_above_zero,
            absolute.expected_shortfall,
            Normal(-absolute.mean, absolute.deviation).expected_shortfall,
            *absolute.interval(effects.alpha),
            *relative.interval(effects.alpha),
            relative.mean,
        ]
    )
    for row, metric in enumerate(metrics):
        # An adjusted proportion is a mean, with degrees of freedom.
        exact = np.isinf(effects.degrees_of_freedom[..., row, :])
        if metric.kind == "proportion" and exact.any():
            figures[..., row, :] = np.where(exact, _rates(effects, row, before), figures[..., row, :])
    lower = np.array([metric.direction == "lower" for metric in metrics])[:, None]
    return Beliefs(
        chance_to_win=np.where(lower, 1 - figures[0], figures[0]),
        expected_loss=np.where(lower, figures[2], figures[1]),
        expected_loss_control=np.where(lower, figures[1], figures[2]),
        # What is won where it is won, less what is lost where it is lost.
        absolute=figures[2] - figures[1],
        absolute_low=figures[3],
        absolute_high=figures[4],
        relative=figures[7],
        relative_low=figures[5],
        relative_high=figures[6],
    )


def _rates(effects: Effects, row: int, prior: Prior) -> Floats:
    """Return the eight figures of a proportion, shape (8, ..., treatments); NaN values count as no success."""
    pick = (..., row, slice(None))
    n_control, n_treatment = effects.n_control[pick], effects.n_treatment[pick]
    won_control = np.rint(np.nan_to_num(effects.control_value[pick]) * n_control)
    found = compare_rates(
        won_control,
        n_control,
        np.rint(np.nan_to_num(effects.treatment_value[pick]) * n_treatment),
        n_treatment,
        prior=prior.rate,
        alpha=effects.alpha,
    )
    a, b = prior.rate
    absolute = found.expected_loss_control - found.expected_loss
    return np.stack(
        [
            found.chance_to_win,
            found.expected_loss,
            found.expected_loss_control,
            found.absolute_low,
            found.absolute_high,
            found.relative_low,
            found.relative_high,
            absolute * (n_control + a + b) / (won_control + a),
        ]
    )
