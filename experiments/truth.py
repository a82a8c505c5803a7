"""The truth a simulated experiment was meant to find: every unit under each policy, with the same luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from engine.policies import Policy
from experiments.analysis import days_of, values_along
from experiments.estimating import Estimated, estimate
from experiments.log import Log
from experiments.plan import Plan
from experiments.runs import Circumstances


@dataclass(frozen=True)
class Truth:
    """True values and differences, as ``experiments.analysis.values_along`` tables.

    Attributes:
        effects: over all units and days.
        segments: by segment.
        cumulative: up to each day.
        logs: what every unit did under each variant's policy alone, one a variant.
    """

    effects: pd.DataFrame
    segments: pd.DataFrame
    cumulative: pd.DataFrame
    logs: tuple[Log, ...]


def find_truth(circumstances: Circumstances, policies: Sequence[Policy], plan: Plan, *, place: int = 1) -> Truth:
    """Run every unit under each policy and return the differences; equal policies are run once.

    Args:
        circumstances: those of the experiment, its seed too.
        policies: one a variant of ``plan``.
        plan: names the metrics and variants.
        place: how many runs came before, for progress.
    """
    logs = everybody_under(circumstances, policies, plan.variants, place=place)
    everywhere = side_by_side(logs, plan.variants)
    found = without_covariates(everywhere, plan)
    return Truth(
        effects=values_along(found.overall, plan),
        segments=values_along(found.by_segment, plan, everywhere.cells()),
        cumulative=values_along(found.by_day, plan, days_of(everywhere)),
        logs=logs,
    )


def everybody_under(
    circumstances: Circumstances,
    policies: Sequence[Policy],
    names: Sequence[str],
    *,
    place: int,
    title: str = "Truth",
) -> tuple[Log, ...]:
    """Return what every unit does under each policy alone, one log a policy; equal policies are run once."""
    everybody = np.zeros(circumstances.world.n_units, dtype=np.int64)
    twins = [policies.index(policy) for policy in policies]
    logs: dict[int, Log] = {}
    for twin in twins:
        if twin not in logs:
            name = names[twin]
            told = f"{title}, everybody under {name}"
            logs[twin] = circumstances.live([policies[twin]], everybody, (name,), told, place + len(logs))
    return tuple(logs[twin] for twin in twins)


def side_by_side(each: Sequence[Log], names: tuple[str, ...]) -> Log:
    """Return one log in which every unit is in every variant, as ``each`` has it under that variant alone."""
    copies, one = len(each), each[0]
    return Log(
        quantities=one.quantities,
        values=np.concatenate([log.values for log in each], axis=1),
        variant=np.repeat(np.arange(copies), one.n_units),
        variants=names,
        segments=pd.concat([one.segments] * copies, ignore_index=True),
        indicators=one.indicators,
    )


def without_covariates(everywhere: Log, plan: Plan) -> Estimated:
    """Return the differences themselves: where every unit is in every variant there is nothing to adjust."""
    plain = tuple(replace(metric, covariates=()) for metric in plan.metrics)
    return estimate(everywhere, replace(plan, metrics=plain))


def distinct(policies: Sequence[Policy]) -> int:
    """Return how many different policies there are."""
    return len({policies.index(policy) for policy in policies})


def beside(table: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Put the true uplifts beside the estimates; both tables have the same rows in the same order."""
    return table.assign(true_absolute=truth["absolute"], true_relative=truth["relative"])


def inside(truth: pd.DataFrame, effects: pd.DataFrame) -> pd.DataFrame:
    """Say of each true uplift whether the estimate's interval holds it; None where there is no interval."""
    held = (effects["absolute_low"] <= truth["absolute"]) & (truth["absolute"] <= effects["absolute_high"])
    known = effects["absolute_low"].notna()
    return truth.assign(inside=held.astype(object).where(known, None))
