"""What shared (or split) training data does to an A/B test, free of who happened to be assigned where.

Where policies learn while the experiment runs, a unit sees another policy inside the experiment than it would if
everybody had it: its models also learn from the other variants' units, or from fewer units. The stable unit
treatment value assumption does not hold (Kohavi, Tang & Xu 2020, Trustworthy Online Controlled Experiments,
chapter 22), and the test is biased however many units it has (Holtz et al. 2020; Guo et al. 2024, "data
training loops"). A simulator can measure that bias: the experiment is lived again in its mirror images, so that
units are seen under every variant *inside the experiment*, and each is compared with itself in the truth.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtri

from engine.policies import Policy
from experiments.analysis import values_along
from experiments.assignment import mirrored
from experiments.estimating import linearised
from experiments.log import Log
from experiments.moments import Floats
from experiments.plan import Plan
from experiments.runs import Circumstances
from experiments.truth import Truth, without_covariates

#: Columns of what ``interference`` returns.
COLUMNS = (
    "metric",
    "variant",
    *("absolute", "absolute_low", "absolute_high", "inside_absolute", "chance_absolute"),
    *("relative", "inside_relative", "chance_relative"),
)


def mirrors(plan: Plan, circumstances: Circumstances) -> int:
    """Return how many runs ``interference`` needs beside the experiment: none where nothing is learned."""
    return sum(weight > 0 for weight in plan.split) - 1 if circumstances.learns else 0


def interference(
    circumstances: Circumstances,
    policies: Sequence[Policy],
    plan: Plan,
    *,
    experiment: Log,
    truth: Truth,
    estimates: pd.DataFrame,
    place: int = 1,
) -> pd.DataFrame:
    """Return, by metric and treatment, what the test would show on average less what is true.

    Every unit has its own luck, the same in all runs, so a unit whose slates are those of the truth does what it
    does in the truth, to the bit: where nothing is learned the difference is exactly zero.

    Args:
        circumstances: those of the experiment.
        policies: one a variant of ``plan``.
        plan: names the metrics and variants, and how units are split.
        experiment: the experiment's own log.
        truth: every unit under each policy alone.
        estimates: the experiment's effects, a row a metric and treatment.
        place: how many runs came before, for progress.

    Returns:
        One row a metric and treatment in the order of ``estimates``: ``metric``, ``variant``, ``absolute`` and
        ``relative`` (the interference), ``absolute_low`` and ``absolute_high`` (its interval at the plan's alpha:
        what another draw of users might show; NaN for a quantile), ``inside_absolute`` and ``inside_relative``
        (what the test would show on average over assignments: the truth and the interference),
        ``chance_absolute`` and ``chance_relative`` (the test's own estimate less that: who happened to be
        assigned where). NaN where a variant has no units.
    """
    assigned = mirrored(circumstances.world.key, plan.split, circumstances.seed)
    runs = [experiment]
    for image in range(mirrors(plan, circumstances)):
        title = f"Mirror image {image + 1} of {len(assigned) - 1}"
        runs.append(circumstances.live(policies, assigned[image + 1], plan.variants, title, place + image))
    alone = np.stack([log.values.sum(axis=0) for log in truth.logs])
    units = np.arange(experiment.n_units)
    within = _pooled(runs, [run.values.sum(axis=0) for run in runs], plan)
    without = _pooled(runs, [alone[run.variant, units] for run in runs], plan)
    seen, same = (values_along(without_covariates(log, plan).overall, plan) for log in (within, without))
    found = seen[["metric", "variant"]].copy()
    reach = ndtri(1 - plan.alpha / 2) * _standard_error(within, without, plan, experiment.n_units)
    for name in ("absolute", "relative"):
        found[name] = seen[name] - same[name]
        found[f"inside_{name}"] = truth.effects[name] + found[name]
        found[f"chance_{name}"] = estimates[name] - found[f"inside_{name}"]
    found["absolute_low"], found["absolute_high"] = found["absolute"] - reach, found["absolute"] + reach
    return found[list(COLUMNS)]


def _pooled(runs: Sequence[Log], values: Sequence[Floats], plan: Plan) -> Log:
    """Return the units of all ``runs``, each as its run assigns it, with given sums over all days.

    Units are put in order within each variant, so that variants who did the same add up to the same bits.
    """
    variant = np.concatenate([run.variant for run in runs])
    unit = np.tile(np.arange(runs[0].n_units), len(runs))
    order = np.lexsort((unit, variant))
    return Log(
        quantities=runs[0].quantities,
        values=np.concatenate(values)[order][None],
        variant=variant[order],
        variants=plan.variants,
        indicators=runs[0].indicators,
    )


def _standard_error(within: Log, without: Log, plan: Plan, units: int) -> Floats:
    """Return the standard error of each metric's and treatment's interference, in the order of an effect table.

    Each unit is compared with itself in the truth, a ratio's by the delta method; units respond independently of
    one another. Where every unit was seen under every variant, variants are compared within units too.
    """
    change = np.stack(
        [
            np.full(within.n_units, np.nan)
            if metric.kind == "quantile"
            else linearised(within, metric) - linearised(without, metric)
            for metric in plan.metrics
        ]
    )
    counts = np.bincount(within.variant, minlength=len(plan.variants))
    if np.ptp(counts) == 0 and within.n_units == units * len(plan.variants):
        each = change.reshape(len(plan.metrics), len(plan.variants), units)
        return _mean_error(each[:, 1:] - each[:, :1]).ravel()
    error = np.stack([_mean_error(change[:, within.variant == place]) for place in range(len(plan.variants))], axis=1)
    return np.hypot(error[:, 1:], error[:, :1]).ravel()


def _mean_error(values: Floats) -> Floats:
    """Return the standard error of the mean along the last axis; NaN of fewer than two values."""
    number = values.shape[-1]
    if number < 2:
        return np.full(values.shape[:-1], np.nan)
    return np.asarray(values.std(axis=-1, ddof=1) / np.sqrt(number))
