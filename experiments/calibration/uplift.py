"""A known uplift put into re-randomised units: what the treatments would have measured, had they been better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.errors import ExperimentError
from experiments.cuped import Covariate
from experiments.estimates import Estimates
from experiments.metrics import Metric
from experiments.moments import Floats, Moments


@dataclass(frozen=True, eq=False)
class Injection:
    """How a relative uplift is put into one metric.

    Attributes:
        metric: which.
        uplift: relative; 0.03 makes it 3% higher in every treatment.
        streams: a generator a look, for the successes of a proportion that come or go.
    """

    metric: Metric
    uplift: float
    streams: Sequence[np.random.Generator]


def alone(moments: Moments, metric: Metric, covariates: Sequence[Covariate] = ()) -> Moments:
    """Return the moments of what one metric and its covariates read, the metric's numerator first."""
    names = dict.fromkeys(metric.quantities)
    names |= {name: None for part in covariates for name in (part.numerator, part.denominator) if name is not None}
    columns = [moments.index(name) for name in names]
    return Moments(tuple(names), moments.n, moments.total[..., columns], moments.product[..., columns, :][..., columns])


def treated(moments: Moments, of: Injection) -> Moments:
    """Return the moments of one metric, and its covariates, had every treatment's units been raised.

    Each treated unit's value is multiplied by 1 + uplift. A proportion's values are 0 or 1: so many of the
    failures become successes, drawn at random, that the expected share is that many times the share of all
    units; an extra success is spread over the looks as the others are.

    Args:
        moments: as ``alone`` gives them, leading axes (replications, looks), the control first.
        of: metric and uplift.

    Raises:
        ExperimentError: where the uplift would take a proportion beyond 100%, or a value below zero.
    """
    if of.uplift <= -1:
        raise ExperimentError(f"An uplift of {of.uplift:.0%} was given; expected more than -100%.")
    total, product = moments.total.copy(), moments.product.copy()
    if of.metric.kind == "proportion":
        _convert(moments.n, total, product, of)
    else:
        total[..., 1:, 0] *= 1 + of.uplift
        product[..., 1:, 0, :] *= 1 + of.uplift
        product[..., 1:, :, 0] *= 1 + of.uplift
    return Moments(moments.quantities, moments.n, total, product)


def treated_quantiles(found: Estimates, uplift: float) -> Estimates:
    """Return quantiles had every treatment's units been multiplied by 1 + ``uplift``: the quantile is, too."""
    factor = np.ones(found.value.shape[-1])
    factor[1:] = 1 + uplift
    return replace(found, value=found.value * factor, variance=found.variance * factor**2)


def _convert(n: Floats, total: Floats, product: Floats, of: Injection) -> None:
    """Turn failures of the treatments into successes (or successes into failures), in place."""
    successes = np.rint(total[0].sum(axis=-2)[..., 0])
    units = n[0].sum(axis=-1)
    turned = successes if of.uplift < 0 else units - successes
    needed = abs(of.uplift) * successes[-1]
    if needed > turned[-1]:
        raise ExperimentError(
            f"An uplift of {of.uplift:.0%} takes '{of.metric.name}', which is {successes[-1] / units[-1]:.1%}, beyond "
            "100%. Give a smaller one."
        )
    chance = needed / turned[-1] if turned[-1] else 0.0
    held = np.rint(total[..., 1:, 0]).astype(np.int64)
    may_turn = held if of.uplift < 0 else n[..., 1:].astype(np.int64) - held
    moved = np.empty_like(held)
    moved[:, -1] = of.streams[-1].binomial(may_turn[:, -1], chance)
    for look in range(len(successes) - 2, -1, -1):
        earlier = successes[look] / successes[look + 1] if successes[look + 1] else 0.0
        drawn = of.streams[look].binomial(moved[:, look + 1], min(earlier, 1.0))
        moved[:, look] = np.minimum(drawn, may_turn[:, look])
    total[..., 1:, 0] += np.sign(of.uplift) * moved
    share = total[..., 1:, 0] / np.maximum(n[..., 1:], 1)
    # Who turns is drawn without regard to covariates: a product with one shrinks by the chance to turn.
    product[..., 1:, 0, 1:] *= 1 - chance
    product[..., 1:, 1:, 0] *= 1 - chance
    product[..., 1:, 0, 0] = n[..., 1:] * share * (1 - share)
