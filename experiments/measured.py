"""What a metric looks like in units seen so far: the figures that planning needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.cuped import Covariate, cuped
from experiments.estimates import estimates
from experiments.metrics import Metric
from experiments.moments import Floats, Moments


@dataclass(frozen=True, eq=False)
class Measured:
    """A metric over units seen so far; arrays of the moments' leading axes.

    Attributes:
        baseline: its value over all units.
        variance: of one unit's value; for a ratio, of its linearised value (delta method).
        explained: share of that variance which the covariates explain.
    """

    baseline: Floats
    variance: Floats
    explained: Floats


def measured(moments: Moments, metric: Metric, covariates: Sequence[str | Covariate] = ()) -> Measured:
    """Return the baseline, variance and explained share that planning needs, from earlier units.

    Args:
        moments: of any variants and leading axes; the variants are taken together.
        metric: what will be measured; not a quantile, which has no moments.
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
