"""Sample ratio mismatch, looked at daily and by segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from engine.errors import ExperimentError
from experiments.health import SRM_ALPHA, Check
from experiments.moments import Floats
from experiments.multiplicity import adjust
from experiments.wording import count, listed, p_value

#: Prior weight, in units, of the planned split against any other (savvi's and Lindon & Malek's choice).
CONCENTRATION = 100.0
_FEWEST_EXPECTED = 5  # Cochran's rule for chi-square


@dataclass(frozen=True, eq=False)
class SequentialRatio:
    """Evidence for a sample ratio mismatch; arrays of the counts' leading axes.

    Attributes:
        bayes_factor: chance of the counts under other splits over that under the planned one; infinite
            beyond the largest number.
        p_value: 1 / bayes_factor, at most 1; valid at any look.
    """

    bayes_factor: Floats
    p_value: Floats


def sequential_srm(
    counts: ArrayLike, weights: ArrayLike, *, concentration: float = CONCENTRATION, looks: bool = False
) -> SequentialRatio:
    """Return the evidence that units do not follow the planned split, valid however often it is looked at.

    Lindon & Malek (2022, NeurIPS, "Anytime-valid inference for multinomial count data", eq. 4): the planned
    split against splits drawn from a Dirichlet centred on it.

    Args:
        counts: units in each variant so far, shape (..., variants).
        weights: planned weight of each variant, any scale, shape (variants,); a variant of weight zero takes
            no part.
        concentration: sum of the Dirichlet's parameters.
        looks: whether the first axis is that of looks, in order; the p-value is then the smallest so far.

    Raises:
        ExperimentError: where counts and weights do not fit or cannot be.
    """
    seen, planned = _fitting(counts, weights)
    if concentration <= 0:
        raise ExperimentError(f"Concentration {concentration} was given; expected a number above 0, such as 100.")
    arms = planned > 0
    seen, share = seen[..., arms], planned[arms] / planned.sum()
    prior = concentration * share
    log_factor = (
        special.gammaln(concentration)
        - special.gammaln(concentration + seen.sum(axis=-1))
        + (special.gammaln(prior + seen) - special.gammaln(prior)).sum(axis=-1)
        - seen @ np.log(share)
    )
    best = np.maximum.accumulate(log_factor, axis=0) if looks and log_factor.ndim else log_factor
    with np.errstate(over="ignore"):
        return SequentialRatio(
            bayes_factor=np.asarray(np.exp(log_factor)), p_value=np.asarray(np.exp(np.minimum(-best, 0.0)))
        )


def chi_square_srm(counts: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    """Return Pearson's chi-square and p-value of units against the planned split, for many groups at once.

    Args:
        counts: units in each variant, shape (..., variants).
        weights: as for ``sequential_srm``.

    Returns:
        Both of the counts' leading axes; NaN where fewer than five units are expected in a variant.

    Raises:
        ExperimentError: as for ``sequential_srm``.
    """
    seen, planned = _fitting(counts, weights)
    arms = planned > 0
    seen = seen[..., arms]
    expected = seen.sum(axis=-1, keepdims=True) * planned[arms] / planned.sum()
    enough = expected.min(axis=-1) >= _FEWEST_EXPECTED
    statistic = ((seen - expected) ** 2 / np.where(expected > 0, expected, 1.0)).sum(axis=-1)
    statistic = np.where(enough & (arms.sum() > 1), statistic, np.nan)
    return statistic, np.asarray(special.chdtrc(max(int(arms.sum()) - 1, 1), statistic))


def srm_over_time(counts: ArrayLike, weights: ArrayLike, *, days: Sequence[str] | None = None) -> Check:
    """Return the always-valid check of the split on every day so far.

    Args:
        counts: units in each variant up to and with each day, shape (days, variants).
        weights: planned weight of each variant.
        days: names of the days; counted from 1 when None.

    Raises:
        ExperimentError: where the shapes differ or counts and weights cannot be.
    """
    seen = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    evidence = sequential_srm(seen, weights, looks=True)
    if not len(seen):
        return Check(
            name="srm_over_time", title="Sample ratio over time", status="warning",
            sentence="No day is in yet.", next_step="Wait for the first units.",
        )  # fmt: skip
    p = float(evidence.p_value[-1])
    broken = np.flatnonzero(evidence.p_value < SRM_ALPHA)
    if broken.size:
        first = int(broken[0])
        name = days[first] if days is not None else f"day {first + 1}"
        return Check(
            name="srm_over_time",
            title="Sample ratio over time",
            status="failed",
            sentence=f"The split went wrong by {name}: {' : '.join(map(count, seen[first]))} units "
            f"(always-valid {p_value(p)}).",
            next_step=f"Do not read the figures. Look at what changed up to {name}: a release, a ramp, a broken log.",
            value=float(first + 1),
            p_value=p,
        )
    return Check(
        name="srm_over_time",
        title="Sample ratio over time",
        status="ok",
        sentence=f"The split held on every day (always-valid {p_value(p)}).",
        p_value=p,
    )


def srm_by_segment(counts: ArrayLike, weights: ArrayLike, segments: Sequence[str]) -> Check:
    """Return the check of the split within each segment, Holm-corrected.

    Args:
        counts: units in each variant, shape (segments, variants).
        weights: planned weight of each variant.
        segments: their names.

    Raises:
        ExperimentError: where the shapes differ or counts and weights cannot be.
    """
    seen = np.asarray(counts, dtype=np.float64)
    if seen.ndim != 2 or len(seen) != len(segments):
        raise ExperimentError(f"Counts of shape {seen.shape} were given for {len(segments)} segments.")
    p = adjust(chi_square_srm(seen, weights)[1], "holm")
    known = ~np.isnan(p)
    if not known.any():
        return Check(
            name="srm_by_segment",
            title="Sample ratio by segment",
            status="ok",
            sentence="No segment has enough units to check its split.",
        )
    smallest = float(np.nanmin(p))
    broken = [name for name, value in zip(segments, p, strict=True) if value < SRM_ALPHA]
    if broken:
        return Check(
            name="srm_by_segment",
            title="Sample ratio by segment",
            status="failed",
            sentence=f"Sample ratio mismatch in {listed(broken)} ({p_value(smallest)} after Holm's correction).",
            next_step="Do not read the figures of these segments, nor the total. Look for what loses units there: "
            "a device, a country, a client version.",
            value=float(len(broken)),
            p_value=smallest,
        )
    return Check(
        name="srm_by_segment",
        title="Sample ratio by segment",
        status="ok",
        sentence=f"The split is as planned in all {count(known.sum())} segments with enough units "
        f"(smallest {p_value(smallest)} after Holm's correction).",
        value=0.0,
        p_value=smallest,
    )


def _fitting(counts: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    seen, planned = np.asarray(counts, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if planned.ndim != 1 or not planned.size or seen.shape[-1:] != planned.shape:
        raise ExperimentError(
            f"Counts of shape {seen.shape} and {planned.size} weights were given; each variant needs one of both."
        )
    if (seen < 0).any() or (planned < 0).any() or planned.sum() <= 0:
        raise ExperimentError(
            f"Counts or weights {planned.tolist()} cannot be; neither may be negative, and one weight must be above 0."
        )
    return seen, planned
