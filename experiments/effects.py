"""Moments to effects: uplift, standard error, interval and p-value of every metric, in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from engine.errors import ExperimentError
from experiments.estimates import Estimates, estimates
from experiments.metrics import Metric
from experiments.moments import Floats, Moments

#: Why an effect has no interval or p-value, by ``Effects.status`` code; code 0 has both.
EXPLANATIONS: tuple[str, ...] = (
    "",
    "Not enough data: a variant has fewer than two units.",
    "Not enough data: the denominator is zero in a variant.",
    "Not enough data: every unit has the same value, so there is no spread to judge a difference by.",
    "The control's value is zero, so a relative uplift does not exist.",
    "Every unit of the treatment is at zero, so the relative uplift has no interval.",
)
OK, TOO_FEW_UNITS, NO_DENOMINATOR, NO_SPREAD, NO_BASELINE, ALL_ZERO = range(6)
#: Codes of effects with a test and an interval of the absolute uplift.
TESTED = (OK, NO_BASELINE, ALL_ZERO)


@dataclass(frozen=True, eq=False)
class Effects:
    """Effects of each treatment on each metric; every array has shape (..., metrics, treatments).

    Attributes:
        metrics: names of the metrics, along the last axis but one.
        treatments: variant codes of the treatments, along the last axis.
        alpha: one minus the confidence level of the intervals.
        control_value: the metric in the control.
        treatment_value: the metric in the treatment.
        absolute: treatment_value - control_value.
        absolute_low: lower end of its interval.
        absolute_high: upper end of its interval.
        relative: treatment_value / control_value - 1.
        relative_low: lower end of its interval.
        relative_high: upper end of its interval.
        standard_error: standard error of ``absolute``.
        relative_standard_error: standard error of ``relative``, by the delta method.
        statistic: t (mean, ratio) or z with pooled variance (proportion).
        degrees_of_freedom: Welch-Satterthwaite; infinite for proportions.
        p_value: two-sided.
        n_control: units in the control.
        n_treatment: units in the treatment.
        status: why figures are missing, an index into ``EXPLANATIONS``; what does not exist is NaN.
    """

    metrics: tuple[str, ...]
    treatments: tuple[int, ...]
    alpha: float
    control_value: Floats
    treatment_value: Floats
    absolute: Floats
    absolute_low: Floats
    absolute_high: Floats
    relative: Floats
    relative_low: Floats
    relative_high: Floats
    standard_error: Floats
    relative_standard_error: Floats
    statistic: Floats
    degrees_of_freedom: Floats
    p_value: Floats
    n_control: Floats
    n_treatment: Floats
    status: NDArray[np.int8]

    def __getitem__(self, key: Any) -> Effects:
        """Return the effects at ``key`` of the leading axes, as NumPy indexes."""
        return self._of({name: array[key] for name, array in self._arrays().items()})

    def _arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name."""
        named = (field.name for field in fields(self))
        return {name: getattr(self, name) for name in named if name not in ("metrics", "treatments", "alpha")}

    def _of(self, arrays: dict[str, NDArray[Any]], metrics: tuple[str, ...] | None = None) -> Effects:
        return Effects(metrics=metrics or self.metrics, treatments=self.treatments, alpha=self.alpha, **arrays)


def concatenate(parts: Sequence[Effects]) -> Effects:
    """Return the effects of the same metrics one after the other along the first leading axis."""
    each = [part._arrays() for part in parts]
    return parts[0]._of({name: np.concatenate([arrays[name] for arrays in each]) for name in each[0]})


def stack(parts: Sequence[Effects], order: Sequence[str]) -> Effects:
    """Return the effects of different metrics as one, the metrics in ``order``; leading axes must be the same."""
    names = [name for part in parts for name in part.metrics]
    rows = [names.index(name) for name in order]
    each = [part._arrays() for part in parts]
    return parts[0]._of(
        {name: np.concatenate([arrays[name] for arrays in each], axis=-2)[..., rows, :] for name in each[0]},
        tuple(order),
    )


def effects(moments: Moments, metrics: Sequence[Metric], *, control: int = 0, alpha: float = 0.05) -> Effects:
    """Return the effect of every variant other than ``control`` on every metric.

    Means: Welch's t-test (Welch 1947). Proportions: z-test with pooled variance for the p-value, Newcombe's
    hybrid score interval for the difference (Newcombe 1998, method 10). Ratios: the delta method (Deng,
    Knoblich & Lu 2018, eq. 3) with Welch-Satterthwaite degrees of freedom. Relative uplift: the delta
    method on treatment / control (ibid., eq. 2), with the same degrees of freedom.

    Args:
        moments: of units by variant, with any leading axes.
        metrics: what to compare; their quantities must be among the moments'.
        control: variant code of the control.
        alpha: one minus the confidence level.

    Raises:
        ExperimentError: where a quantity is missing, a proportion's values are not 0 or 1, or the control
            or alpha cannot be.
    """
    return compare(estimates(moments, metrics), control=control, alpha=alpha)


def compare(each: Estimates, *, control: int = 0, alpha: float = 0.05) -> Effects:
    """Return the effect of every variant other than ``control``, from what each variant is estimated to be.

    Args:
        each: of at least two variants, with any leading axes.
        control: variant code of the control.
        alpha: one minus the confidence level.

    Raises:
        ExperimentError: where the control or alpha cannot be.
    """
    n_variants = each.value.shape[-1]
    if not 0 <= control < n_variants:
        raise ExperimentError(f"Control {control} was given, but variants are 0 to {n_variants - 1}.")
    if not 0 < alpha < 1:
        raise ExperimentError(f"alpha {alpha} was given; expected a number between 0 and 1, such as 0.05.")
    treatments = [variant for variant in range(n_variants) if variant != control]
    binary = each.binary[:, None]
    value, variance, n, undefined = np.broadcast_arrays(each.value, each.variance, each.n, each.undefined)
    a, b = value[..., [control]], value[..., treatments]
    va, vb = variance[..., [control]], variance[..., treatments]
    na, nb = n[..., [control]], n[..., treatments]
    a, b, va, vb, na, nb = np.broadcast_arrays(a, b, va, vb, na, nb)

    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        squared = va + vb
        freedom = np.where(binary, np.inf, squared**2 / (va**2 / np.maximum(na - 1, 1) + vb**2 / np.maximum(nb - 1, 1)))
        pooled = (a * na + b * nb) / (na + nb)
        test_squared = np.where(binary, pooled * (1 - pooled) * (1 / na + 1 / nb), squared)
        statistic = (b - a) / np.sqrt(test_squared)

    relative, relative_error = _relative(a, b, va, vb)
    status = np.select(
        [
            (na < 2) | (nb < 2),
            undefined[..., [control]] | undefined[..., treatments],
            test_squared <= 0,
            a == 0,
            relative_error == 0,
        ],
        [TOO_FEW_UNITS, NO_DENOMINATOR, NO_SPREAD, NO_BASELINE, ALL_ZERO],
        OK,
    ).astype(np.int8)
    tested = np.isin(status, TESTED)
    reach = np.where(binary, special.ndtri(1 - alpha / 2), _t_quantile(freedom, 1 - alpha / 2, tested))
    error = np.sqrt(squared)
    low, high = b - a - reach * error, b - a + reach * error
    newcombe_low, newcombe_high = _newcombe(a, na, b, nb, alpha)
    p_value = np.where(binary, 2 * special.ndtr(-np.abs(statistic)), _t_two_sided(freedom, statistic, tested))

    def known(array: Floats, where: NDArray[np.bool_]) -> Floats:
        return np.where(where, array, np.nan)

    return Effects(
        metrics=each.metrics,
        treatments=tuple(treatments),
        alpha=alpha,
        control_value=a.copy(),
        treatment_value=b.copy(),
        absolute=b - a,
        absolute_low=known(np.where(binary, newcombe_low, low), tested),
        absolute_high=known(np.where(binary, newcombe_high, high), tested),
        relative=relative,
        relative_low=known(relative - reach * relative_error, status == OK),
        relative_high=known(relative + reach * relative_error, status == OK),
        standard_error=known(error, tested),
        relative_standard_error=known(relative_error, status == OK),
        statistic=known(statistic, tested),
        degrees_of_freedom=known(freedom, tested),
        p_value=known(p_value, tested),
        n_control=na.copy(),
        n_treatment=nb.copy(),
        status=status,
    )


def _relative(a: Floats, b: Floats, va: Floats, vb: Floats) -> tuple[Floats, Floats]:
    """Return b / a - 1 and its standard error by the delta method; NaN where a is zero."""
    base = np.where(a == 0, np.nan, a)
    return b / base - 1, np.sqrt(vb / base**2 + va * b**2 / base**4)


def _newcombe(a: Floats, na: Floats, b: Floats, nb: Floats, alpha: float) -> tuple[Floats, Floats]:
    """Return Newcombe's hybrid score interval of b - a (Newcombe 1998, method 10), from Wilson's of each."""
    z = special.ndtri(1 - alpha / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        low_a, high_a = _wilson(a, na, z)
        low_b, high_b = _wilson(b, nb, z)
        low = b - a - np.sqrt((b - low_b) ** 2 + (high_a - a) ** 2)
        high = b - a + np.sqrt((high_b - b) ** 2 + (a - low_a) ** 2)
    return low, high


def _wilson(p: Floats, n: Floats, z: float) -> tuple[Floats, Floats]:
    """Return Wilson's score interval of a proportion (Wilson 1927)."""
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    # Means are handed to this function too (and not used): their p (1 - p) may be below zero.
    half = z / (1 + z**2 / n) * np.sqrt(np.maximum(p * (1 - p), 0) / n + z**2 / (4 * n**2))
    return centre - half, centre + half


def _t_quantile(freedom: Floats, level: float, where: NDArray[np.bool_]) -> Floats:
    usable = np.where(where & np.isfinite(freedom), freedom, 1.0)
    return np.asarray(special.stdtrit(usable, level))


def _t_two_sided(freedom: Floats, statistic: Floats, where: NDArray[np.bool_]) -> Floats:
    usable = where & np.isfinite(freedom)
    return np.asarray(2 * special.stdtr(np.where(usable, freedom, 1.0), -np.abs(np.where(usable, statistic, 0.0))))
