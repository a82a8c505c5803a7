"""Size, MDE and power once covariates, clusters, several looks and several comparisons are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from engine.errors import ExperimentError
from experiments.cuped import Covariate, cuped
from experiments.design import Size, detection_power, minimum_effect, sample_size
from experiments.effects import estimates
from experiments.metrics import Kind, Metric
from experiments.moments import Floats, Moments
from experiments.sequential import half_width


@dataclass(frozen=True, kw_only=True)
class Allowances:
    """What an experiment needs more or fewer units for than the plain test of one comparison.

    Attributes:
        explained: share of the metric's variance that its covariates explain (the squared correlation with
            one of them); the variance left is 1 - explained (Deng, Xu, Kohavi & Walker 2013, eq. 4).
        design_effect: how many times clustering multiplies the variance (``clusters.design_effect``).
        inflation: how many times the units several looks need (``group_sequential.inflation``,
            ``always_valid_inflation``).
        comparisons: hypotheses that share alpha beside the treatments, such as primary metrics (Bonferroni).
    """

    explained: float = 0.0
    design_effect: float = 1.0
    inflation: float = 1.0
    comparisons: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.explained < 1 or not self.design_effect > 0 or not self.inflation >= 1 or self.comparisons < 1:
            raise ExperimentError(
                f"Allowances of {self.explained:g} explained, design effect {self.design_effect:g}, inflation "
                f"{self.inflation:g} and {self.comparisons} comparisons were given; expected 0 to below 1, above 0, "
                "1 or more, and 1 or more."
            )

    @property
    def factor(self) -> float:
        """How many times the units of the plain test are needed at the same level."""
        return (1 - self.explained) * self.design_effect * self.inflation


@dataclass(frozen=True, eq=False)
class Measured:
    """What a metric looks like in units seen so far; arrays of the moments' leading axes.

    Attributes:
        baseline: its value over all units.
        variance: of one unit's value; for a ratio, of its linearised value (delta method).
        explained: share of that variance which the covariates explain.
    """

    baseline: Floats
    variance: Floats
    explained: Floats


_NONE = Allowances()


def measured(moments: Moments, metric: Metric, covariates: Sequence[str | Covariate] = ()) -> Measured:
    """Return the baseline, variance and explained share that planning needs, from earlier units.

    Args:
        moments: of any variants and leading axes; the variants are taken together.
        metric: what will be measured.
        covariates: what will be known of units before.

    Raises:
        ExperimentError: where a quantity is missing or a proportion's values are not 0 or 1.
    """
    pooled = moments.pooled()
    found = estimates(pooled, [metric])
    n = pooled.n[..., 0]
    explained = np.zeros(n.shape)
    if covariates:
        # Regression over all units needs no second variant, but a comparison does: an empty one.
        beside = Moments(
            pooled.quantities,
            np.concatenate([pooled.n, 0 * pooled.n], axis=-1),
            np.concatenate([pooled.total, 0 * pooled.total], axis=-2),
            np.concatenate([pooled.product, 0 * pooled.product], axis=-3),
        )
        explained = cuped(beside, [metric], {metric.name: covariates}).explained[..., 0]
    return Measured(baseline=found.value[..., 0, 0], variance=found.variance[..., 0, 0] * n, explained=explained)


def planned_size(
    kind: Kind,
    *,
    baseline: float,
    mde: float,
    variance: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
    split: Sequence[float] = (1.0, 1.0),
    corrected: bool = True,
    allowances: Allowances = _NONE,
) -> Size:
    """Return the units needed to find an absolute uplift of ``mde``, with ``allowances``.

    ``design.sample_size`` with the level shared by all comparisons, times the allowances' factor.

    Args:
        kind: metric kind; for a ratio ``variance`` is that of one unit's linearised value.
        baseline: the metric in the control.
        mde: smallest absolute uplift worth finding, of either sign.
        variance: variance of one unit's value; not for proportions.
        alpha: two-sided level of all comparisons together.
        power: chance to find the uplift.
        split: weight of each variant, the control first.
        corrected: whether several treatments share alpha.
        allowances: for covariates, clusters, looks and comparisons.

    Raises:
        ExperimentError: where a figure cannot be.
    """
    plain = sample_size(
        kind,
        baseline=baseline,
        mde=mde,
        variance=variance,
        alpha=alpha / allowances.comparisons,
        power=power,
        split=split,
        corrected=corrected,
    )
    return replace(plain, units=tuple(units * allowances.factor for units in plain.units))


def planned_power(
    kind: Kind,
    *,
    baseline: ArrayLike,
    uplift: ArrayLike,
    units_control: ArrayLike,
    units_treatment: ArrayLike,
    variance: ArrayLike | None = None,
    alpha: float = 0.05,
    allowances: Allowances = _NONE,
) -> Floats:
    """Return the chance to find an absolute ``uplift``, with ``allowances``; everything broadcasts.

    ``alpha`` is that of all comparisons together; share it among treatments before. See ``planned_size``.
    """
    return detection_power(
        kind,
        baseline=baseline,
        uplift=uplift,
        units_control=np.asarray(units_control, np.float64) / allowances.factor,
        units_treatment=np.asarray(units_treatment, np.float64) / allowances.factor,
        variance=variance,
        alpha=alpha / allowances.comparisons,
    )


def planned_effect(
    kind: Kind,
    *,
    baseline: ArrayLike,
    units_control: ArrayLike,
    units_treatment: ArrayLike,
    variance: ArrayLike | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
    allowances: Allowances = _NONE,
) -> Floats:
    """Return the smallest absolute uplift found with the given power (the MDE), with ``allowances``.

    Everything broadcasts. See ``planned_size`` and ``design.minimum_effect``.
    """
    return minimum_effect(
        kind,
        baseline=baseline,
        units_control=np.asarray(units_control, np.float64) / allowances.factor,
        units_treatment=np.asarray(units_treatment, np.float64) / allowances.factor,
        variance=variance,
        alpha=alpha / allowances.comparisons,
        power=power,
    )


def always_valid_inflation(*, power: float = 0.8, alpha: float = 0.05) -> float:
    """Return how many times the units of the fixed-horizon test an always-valid one needs at its planned end.

    From the width of the confidence sequence at the units it is tuned for, and the power of that one look:
    stopping earlier only adds to it.

    Args:
        power: chance to find the uplift.
        alpha: two-sided level.
    """
    reach = float(half_width(1.0, 1.0, tuning_n=1.0, alpha=alpha))
    ahead = special.ndtri(power)
    return float(((reach + ahead) / (special.ndtri(1 - alpha / 2) + ahead)) ** 2)


def non_inferiority_power(
    *,
    baseline: ArrayLike,
    margin: ArrayLike,
    units_control: ArrayLike,
    units_treatment: ArrayLike,
    variance: ArrayLike,
    gain: ArrayLike = 0.0,
    alpha: float = 0.05,
    allowances: Allowances = _NONE,
) -> Floats:
    """Return the chance to rule out a relative loss as large as ``margin``; everything broadcasts.

    The power of ``noninferiority.non_inferiority``: one-sided at alpha / 2, with the normal distribution and
    the delta-method variance of the relative uplift, (v / n_t + v (1 + gain)² / n_c) / baseline²; after Julious
    (2004, Statistics in Medicine 23(12), section 4).

    Args:
        baseline: the metric in the control.
        margin: relative loss that must be ruled out, above 0.
        units_control: units in the control.
        units_treatment: units in the treatment.
        variance: of one unit's value; baseline (1 - baseline) for a proportion.
        gain: true relative uplift, turned so that above zero is better.
        alpha: two-sided level of all comparisons together.
        allowances: for covariates, clusters, looks and comparisons.

    Raises:
        ExperimentError: where the margin or variance is not above 0, or the baseline is 0.
    """
    limit, true = np.asarray(margin, np.float64), np.asarray(gain, np.float64)
    squared = _relative_variance(baseline, margin, variance, true, units_control, units_treatment) * allowances.factor
    reach = special.ndtri(alpha / allowances.comparisons / 2)
    return np.asarray(special.ndtr((true + limit) / np.sqrt(squared) + reach))


def non_inferiority_size(
    *,
    baseline: float,
    margin: float,
    variance: float,
    gain: float = 0.0,
    alpha: float = 0.05,
    power: float = 0.8,
    split: Sequence[float] = (1.0, 1.0),
    allowances: Allowances = _NONE,
) -> Size:
    """Return the units needed to rule out a relative loss as large as ``margin``.

    See ``non_inferiority_power``. Guardrails are not corrected for several treatments: each must hold.

    Args:
        baseline: the metric in the control.
        margin: relative loss that must be ruled out, above 0.
        variance: of one unit's value.
        gain: true relative uplift, better above zero; must be above -margin.
        alpha: two-sided level; the test is one-sided at its half.
        power: chance to rule the loss out.
        split: weight of each variant, the control first; the smallest treatment sets the total.
        allowances: for covariates, clusters, looks and comparisons.

    Returns:
        ``mde`` is the margin in the metric's own unit.

    Raises:
        ExperimentError: where a figure cannot be.
    """
    weights = np.asarray(split, dtype=np.float64)
    if weights.size < 2 or (weights <= 0).any():
        raise ExperimentError(
            f"Split {weights.tolist()} was given; planning needs a control and a treatment, each above 0."
        )
    level = alpha / allowances.comparisons
    if not 0 < alpha < 1 or not level / 2 < power < 1 or gain <= -margin:
        raise ExperimentError(
            f"alpha {alpha}, power {power} and gain {gain} were given; expected alpha in (0, 1), power between its "
            f"half and 1, and a gain above -{margin:g}."
        )
    shares = weights / weights.sum()
    one = _relative_variance(baseline, margin, variance, np.asarray(gain), shares[0], shares[1:].min())
    reach = special.ndtri(power) - special.ndtri(level / 2)
    total = float((reach / (gain + margin)) ** 2 * one * allowances.factor)
    return Size(
        units=tuple(float(total * part) for part in shares),
        mde=abs(margin * baseline),
        relative_mde=margin,
        power=power,
        alpha=level,
    )


def _relative_variance(
    baseline: ArrayLike,
    margin: ArrayLike,
    variance: ArrayLike,
    gain: Floats,
    units_control: ArrayLike,
    units_treatment: ArrayLike,
) -> Floats:
    """Return the delta-method variance of the relative uplift, or raise where a figure cannot be."""
    base, spread = np.asarray(baseline, np.float64), np.asarray(variance, np.float64)
    if (np.asarray(margin) <= 0).any() or (spread <= 0).any() or (base == 0).any():
        raise ExperimentError(
            f"Margin {margin!r}, variance {variance!r} and baseline {baseline!r} were given; expected a margin and a "
            "variance above 0 and a baseline other than 0."
        )
    n_control, n_treatment = np.asarray(units_control, np.float64), np.asarray(units_treatment, np.float64)
    return np.asarray(spread * (1 / n_treatment + (1 + gain) ** 2 / n_control) / base**2)
