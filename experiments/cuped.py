"""CUPED: effects adjusted by what was known of the units before the experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import ExperimentError, unknown
from experiments.effects import Effects, compare
from experiments.estimates import Estimates, estimates
from experiments.metrics import Metric
from experiments.moments import Floats, Moments

_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Covariate:
    """What was known of a unit before the experiment, and cannot have been changed by it.

    Attributes:
        numerator: a quantity of the moments.
        denominator: a second one where the covariate is a ratio, such as earlier clicks / impressions.
    """

    numerator: str
    denominator: str | None = None


@dataclass(frozen=True, eq=False)
class Adjusted:
    """Effects with covariates, beside the same effects without.

    Attributes:
        effects: adjusted; metrics without covariates stay as they are. Values are adjusted means, and the
            relative uplift divides by the control's adjusted mean.
        unadjusted: the same metrics without any covariate.
        theta: regression coefficients of each adjusted metric, shape (..., its covariates).
        explained: share of the metric's variance over all units that its covariates explain (R squared),
            shape (..., metrics); 0 without covariates.
        adjusted: whether each metric has covariates, shape (metrics,).
    """

    effects: Effects
    unadjusted: Effects
    theta: Mapping[str, Floats]
    explained: Floats
    adjusted: NDArray[np.bool_]

    @property
    def variance_reduction(self) -> Floats:
        """Share of the absolute uplift's variance taken away, shape (..., metrics, treatments)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(1 - (self.effects.standard_error / self.unadjusted.standard_error) ** 2)


def cuped(
    moments: Moments,
    metrics: Sequence[Metric],
    covariates: Mapping[str, Sequence[str | Covariate]],
    *,
    control: int = 0,
    alpha: float = 0.05,
) -> Adjusted:
    """Return the effects of every treatment, adjusted by covariates.

    Deng, Xu, Kohavi & Walker (2013, WSDM, section 3): a metric's mean loses theta · (covariate mean in the
    variant - covariate mean over all units), theta being the regression coefficients over the units of all
    variants together. Ratios, as metrics and as covariates, enter by their linearised values (delta method;
    Deng, Knoblich & Lu 2018, eq. 3). Adjusted proportions are tested as means, by Welch's t-test.
    Covariates that say the same are counted once (pseudo-inverse).

    Args:
        moments: of units by variant, with any leading axes; holds the covariates as quantities too.
        metrics: what to compare.
        covariates: those of each metric, by its name; a name alone is a quantity. Metrics may be left out.
        control: variant code of the control.
        alpha: one minus the confidence level.

    Raises:
        ExperimentError: where a metric or quantity does not exist, a metric is its own covariate, a
            proportion's values are not 0 or 1, or the control or alpha cannot be.
    """
    names = [metric.name for metric in metrics]
    for name in covariates:
        if name not in names:
            raise ExperimentError(unknown("Metric", name, names))
    plain = estimates(moments, metrics)
    pooled = moments.pooled()
    value, variance = plain.value.copy(), plain.variance.copy()
    undefined, binary = plain.undefined.copy(), plain.binary.copy()
    explained = np.zeros((*moments.shape, len(names)))
    theta: dict[str, Floats] = {}
    for row, metric in enumerate(metrics):
        given = [Covariate(each) if isinstance(each, str) else each for each in covariates.get(metric.name, ())]
        if not given:
            continue
        shape = _shapes(moments, metric, given)
        coefficients, explained[..., row] = _regress(pooled, shape)
        theta[metric.name] = coefficients
        mean, covariance, empty = _linearised(moments, shape)
        centre = _linearised(pooled, shape)[0]
        weights = np.concatenate([np.ones((*coefficients.shape[:-1], 1)), -coefficients], axis=-1)
        moved = np.einsum("...k,...vk->...v", coefficients, mean[..., 1:] - centre[..., 1:])
        value[..., row, :] = mean[..., 0] - moved
        left = np.einsum("...i,...vij,...j->...v", weights, covariance, weights)
        noise = 64 * _EPS * covariance[..., 0, 0]
        n = np.where(moments.n > 0, moments.n, np.nan)
        variance[..., row, :] = np.where(left <= noise, 0.0, left) / n
        undefined[..., row, :] |= empty
        binary[row] = False
    adjusted = Estimates(plain.metrics, value, variance, plain.n, undefined, binary)
    return Adjusted(
        effects=compare(adjusted, control=control, alpha=alpha),
        unadjusted=compare(plain, control=control, alpha=alpha),
        theta=theta,
        explained=explained,
        adjusted=np.array([name in theta for name in names]),
    )


def _shapes(moments: Moments, metric: Metric, given: Sequence[Covariate]) -> list[tuple[int, int | None]]:
    """Return the positions of numerators and denominators: the metric's first, then the covariates'."""
    parts = [Covariate(metric.numerator, metric.denominator), *given]
    if parts[0] in given:
        raise ExperimentError(
            f"Metric '{metric.name}' was given as its own covariate; a covariate is known before the experiment."
        )
    return [
        (moments.index(part.numerator), None if part.denominator is None else moments.index(part.denominator))
        for part in parts
    ]


def _linearised(moments: Moments, shape: Sequence[tuple[int, int | None]]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return values (..., variants, parts), covariances of one unit's linearised values (..., variants, parts,
    parts), and where a denominator is zero (..., variants)."""
    mean = moments.mean
    gradient = np.zeros((*mean.shape[:-1], len(shape), len(moments.quantities)))
    value = np.empty((*mean.shape[:-1], len(shape)))
    empty = np.zeros(mean.shape[:-1], dtype=bool)
    for row, (above, below) in enumerate(shape):
        if below is None:
            value[..., row] = mean[..., above]
            gradient[..., row, above] = 1
            continue
        bottom = np.where(mean[..., below] == 0, np.nan, mean[..., below])
        empty |= mean[..., below] == 0
        value[..., row] = mean[..., above] / bottom
        gradient[..., row, above] += 1 / bottom
        gradient[..., row, below] -= value[..., row] / bottom
    covariance = gradient @ moments.covariance @ np.swapaxes(gradient, -1, -2)
    return value, covariance, empty


def _regress(pooled: Moments, shape: Sequence[tuple[int, int | None]]) -> tuple[Floats, Floats]:
    """Return coefficients (..., covariates) and R squared (...) over the units of all variants."""
    covariance = np.nan_to_num(_linearised(pooled, shape)[1][..., 0, :, :])
    spread = np.sqrt(np.maximum(np.einsum("...ii->...i", covariance), 0))  # rounding may leave less than nothing
    scale = np.where(spread > 0, spread, 1.0)
    correlation = covariance / (scale[..., :, None] * scale[..., None, :])
    with_metric = correlation[..., 1:, 0]
    inverse = np.linalg.pinv(correlation[..., 1:, 1:], rcond=1e-10, hermitian=True)
    standardised = (inverse @ with_metric[..., None])[..., 0]
    explained = np.clip((standardised * with_metric).sum(axis=-1), 0, 1)
    return standardised * scale[..., [0]] / scale[..., 1:], explained
