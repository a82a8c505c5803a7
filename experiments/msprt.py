"""The mixture sequential probability ratio test: p-values and intervals valid however often one looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from engine.errors import ExperimentError
from experiments.effects import Effects
from experiments.moments import Floats

_LARGEST_LOGARITHM = 700.0  # the largest a float64 holds is e^709


@dataclass(frozen=True, eq=False)
class MixtureTest:
    """Sequential tests of an ``Effects``, with its shape; NaN where the effect has no figures.

    Attributes:
        ratio: likelihood of the data under an uplift drawn from the mixture, over that under none.
        p_value: 1 / ratio at its largest so far, at most 1.
        absolute_low: lower end of the absolute uplift's always-valid interval.
        absolute_high: its upper end.
    """

    ratio: Floats
    p_value: Floats
    absolute_low: Floats
    absolute_high: Floats


def msprt(effects: Effects, *, deviation: ArrayLike, looks: bool = False) -> MixtureTest:
    """Return the mixture test of no uplift against uplifts drawn from normal(0, ``deviation``²).

    Johari, Koomen, Pekelis & Walsh (2022, Operations Research 70(3), section 4.2), with the squared standard
    error for the variance of the difference. It is most powerful for uplifts about as large as ``deviation``;
    the MDE in the metric's own unit is a fair choice. With ``deviation`` = rho · standard deviation its
    interval is the confidence sequence of ``sequential.half_width``.

    Args:
        effects: of any leading axes.
        deviation: standard deviation of the mixture, above 0, in each metric's own unit; broadcasts with
            (..., metrics, treatments).
        looks: whether the first axis is that of looks at one experiment, in order. The p-value is then the
            smallest so far; the intervals are those of each look alone.

    Raises:
        ExperimentError: where a deviation is not above 0, or there is no axis of looks.
    """
    mixture = np.asarray(deviation, dtype=np.float64) ** 2
    if not (np.isfinite(mixture) & (mixture > 0)).all():
        raise ExperimentError(f"Mixture deviation {deviation!r} was given; expected numbers above 0, such as the MDE.")
    if looks and effects.absolute.ndim < 3:
        raise ExperimentError(
            f"Effects of shape {effects.absolute.shape} have no axis of looks; give (looks, metrics, treatments)."
        )
    variance = effects.standard_error**2
    log_ratio = 0.5 * np.log(variance / (variance + mixture)) + effects.absolute**2 * mixture / (
        2 * variance * (variance + mixture)
    )
    best = np.fmax.accumulate(log_ratio, axis=0) if looks else log_ratio
    reach = np.sqrt(
        variance
        * (variance + mixture)
        / mixture
        * (2 * np.log(1 / effects.alpha) + np.log((variance + mixture) / variance))
    )
    return MixtureTest(
        ratio=np.exp(np.minimum(log_ratio, _LARGEST_LOGARITHM)),
        p_value=np.exp(np.minimum(-best, 0.0)),
        absolute_low=effects.absolute - reach,
        absolute_high=effects.absolute + reach,
    )
