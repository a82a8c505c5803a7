"""Is the experiment sound? Each check says in a sentence what it found and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from engine.errors import ExperimentError
from experiments.clusters import CLUSTER_UNITS
from experiments.effects import Effects
from experiments.metrics import Metric
from experiments.moments import Moments
from experiments.plan import Plan
from experiments.wording import count, listed, p_value, percent, share

Status = Literal["ok", "warning", "failed"]

#: A mismatch is called one below this p-value: rarer than alpha, for it is checked in every experiment
#: (Fabijan et al. 2019, section 3, use 0.0005 to 0.001).
SRM_ALPHA = 0.001
#: Relative uplift beyond which a figure is more likely a mistake than a success.
SUSPICIOUS_UPLIFT = 0.5
#: Share of units in a variant that should have none beyond which the assignment itself is broken.
_LEAKAGE_LIMIT = 0.001
_FEWEST_EXPECTED = 5  # Cochran's rule for chi-square
_FEWEST_EVENTS = 10  # successes and failures a normal approximation of a proportion wants


@dataclass(frozen=True, kw_only=True)
class Check:
    """One health check.

    Attributes:
        name: its name in results, for instance ``srm``.
        title: what a reader calls it.
        status: ``ok``, ``warning`` (read the figures with care) or ``failed`` (they cannot be trusted).
        sentence: what was found.
        next_step: what to do about it; empty where all is well.
        value: the figure it rests on, or None.
        p_value: where it is a test, else None.
    """

    name: str
    title: str
    status: Status
    sentence: str
    next_step: str = ""
    value: float | None = None
    p_value: float | None = None


def srm(counts: ArrayLike, weights: ArrayLike) -> Check:
    """Return the check for sample ratio mismatch: Pearson's chi-square of units against the planned split.

    Args:
        counts: units in each variant, shape (variants,).
        weights: planned weight of each variant, any scale. A variant of weight zero is no degree of freedom;
            what it holds nevertheless is ``leakage``'s to tell.

    Raises:
        ExperimentError: where the shapes differ, or no or a negative weight is given.
    """
    seen, planned = _counts_and_weights(counts, weights)
    arms = planned > 0
    observed = seen[arms]
    total = observed.sum()
    expected = total * planned[arms] / planned[arms].sum()
    if arms.sum() < 2:
        return Check(
            name="srm",
            title="Sample ratio",
            status="ok",
            sentence="Only one variant was planned to have units, so there is no ratio to check.",
        )
    if total == 0 or expected.min() < _FEWEST_EXPECTED:
        return Check(
            name="srm",
            title="Sample ratio",
            status="warning",
            sentence=f"Not enough data: {count(total)} units are too few to check the split.",
            next_step="Collect more units before reading any figure.",
        )
    chi_square = float(((observed - expected) ** 2 / expected).sum())
    p = float(special.chdtrc(observed.size - 1, chi_square))
    planned_shares = " : ".join(f"{part:.4g}%" for part in 100 * expected / total)
    found = f"{' : '.join(map(count, observed))} units against a planned {planned_shares} ({p_value(p)})"
    if p < SRM_ALPHA:
        return Check(
            name="srm",
            title="Sample ratio",
            status="failed",
            sentence=f"Sample ratio mismatch: {found}.",
            next_step="Do not read the figures. Look for units lost or logged twice in one variant, "
            "redirects, bots and late exposure; mend it and start again.",
            value=chi_square,
            p_value=p,
        )
    return Check(
        name="srm",
        title="Sample ratio",
        status="ok",
        sentence=f"The split is as planned: {found}.",
        value=chi_square,
        p_value=p,
    )


def leakage(counts: ArrayLike, weights: ArrayLike) -> Check:
    """Return the check for units in variants whose planned weight is zero."""
    seen, planned = _counts_and_weights(counts, weights)
    leaked, total = float(seen[planned == 0].sum()), float(seen.sum())
    if leaked == 0:
        return Check(
            name="leakage",
            title="Leakage",
            status="ok",
            sentence="No unit is in a variant that should have none.",
            value=0.0,
        )
    return Check(
        name="leakage",
        title="Leakage",
        status="failed" if leaked > _LEAKAGE_LIMIT * total else "warning",
        sentence=f"{count(leaked)} units ({share(leaked / total, 2)}) are in a variant of weight zero.",
        next_step="Find out how they were assigned; a variant that is switched off must show to nobody.",
        value=leaked,
    )


def units_in_two_variants(units: ArrayLike, variants: ArrayLike) -> Check:
    """Return the check for units seen in more than one variant.

    Args:
        units: unit codes, one a row of the log, shape (rows,).
        variants: variant codes, one a row.
    """
    names, codes = np.unique(np.asarray(variants), return_inverse=True)
    seen, unit = np.unique(np.asarray(units), return_inverse=True)
    appearances = np.bincount(np.unique(unit * max(len(names), 1) + codes) // max(len(names), 1))
    crossed, total = int((appearances > 1).sum()), len(seen)
    if crossed == 0:
        return Check(
            name="units_in_two_variants",
            title="Units in two variants",
            status="ok",
            sentence="Every unit saw one variant only.",
            value=0.0,
        )
    return Check(
        name="units_in_two_variants",
        title="Units in two variants",
        status="failed" if crossed > 0.01 * total else "warning",
        sentence=f"{count(crossed)} of {count(total)} units ({share(crossed / total, 2)}) saw more than one variant.",
        next_step="Assign by a lasting identifier; leave these units out only if both variants lose alike.",
        value=float(crossed),
    )


def enough_events(moments: Moments, plan: Plan, metrics: Sequence[Metric] | None = None) -> Check:
    """Return the check that every proportion has enough ones and zeros for its interval to hold.

    Args:
        moments: by variant, without leading axes.
        plan: names the split.
        metrics: the plan's, as the moments name their quantities.
    """
    used = np.array(plan.split) > 0
    clustered = CLUSTER_UNITS in moments.quantities
    units = moments.total[..., moments.index(CLUSTER_UNITS)] if clustered else moments.n
    thin = []
    for metric in plan.metrics if metrics is None else metrics:
        if metric.kind == "proportion":
            ones = moments.total[used, moments.index(metric.numerator)]
            if min(ones.min(), (units[used] - ones).min()) < _FEWEST_EVENTS:
                thin.append(metric.label)
    if moments.n[used].min() < 2 * _FEWEST_EVENTS:
        thin = [metric.label for metric in plan.metrics]
    if not thin:
        return Check(
            name="enough_events",
            title="Enough events",
            status="ok",
            sentence="Every variant has enough units and events for the intervals to hold.",
        )
    return Check(
        name="enough_events",
        title="Enough events",
        status="warning",
        sentence=f"{listed(thin)}: fewer than {_FEWEST_EVENTS} events or non-events in a variant; "
        "the intervals are rough.",
        next_step="Add units or days.",
    )


def twyman(effects: Effects, plan: Plan) -> Check:
    """Return the check for an uplift too good to be true (Twyman's law: what looks interesting is wrong).

    Args:
        effects: without leading axes.
        plan: names the metrics and variants.
    """
    large = (np.abs(effects.relative) > SUSPICIOUS_UPLIFT) & (effects.p_value < effects.alpha)
    labels = {metric.name: metric.label for metric in plan.metrics}
    found = [
        f"{labels[effects.metrics[row]]} {percent(float(effects.relative[row, column]))} in "
        f"{plan.title(plan.variants[effects.treatments[column]])}"
        for row, column in np.argwhere(large)
    ]
    biggest = float(np.nanmax(np.abs(effects.relative))) if np.isfinite(effects.relative).any() else None
    if not found:
        return Check(
            name="twyman",
            title="Too good to be true",
            status="ok",
            sentence=f"No uplift is larger than {share(SUSPICIOUS_UPLIFT, 0)}.",
            value=biggest,
        )
    return Check(
        name="twyman",
        title="Too good to be true",
        status="warning",
        sentence=f"Suspiciously large: {listed(found)}.",
        next_step="Check how the metric is counted in both variants before believing it.",
        value=biggest,
    )


def _counts_and_weights(
    counts: ArrayLike, weights: ArrayLike
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    seen, planned = np.array(counts, dtype=np.float64).ravel(), np.array(weights, dtype=np.float64).ravel()
    if seen.shape != planned.shape or not seen.size:
        raise ExperimentError(
            f"{seen.size} counts and {planned.size} weights were given; each variant needs one of both."
        )
    if (seen < 0).any() or (planned < 0).any() or planned.sum() <= 0:
        raise ExperimentError(
            f"Counts {seen.tolist()} and weights {planned.tolist()} were given; neither may be negative, and "
            "one weight must be above 0."
        )
    return seen, planned
