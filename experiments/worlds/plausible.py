"""The truth in many plausible worlds: fitted to users drawn anew, with parameters drawn from their ranges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from engine.dataset import Dataset
from engine.policies import Policy
from engine.world import World, WorldParameters
from experiments.analysis import values_along
from experiments.judging import sign
from experiments.metrics import find
from experiments.plan import Plan
from experiments.runs import Circumstances
from experiments.truth import distinct, everybody_under, side_by_side, without_covariates
from experiments.worlds.conclusions import concluded
from experiments.worlds.drawing import drawn, uncertain
from experiments.worlds.record import DrawnParameter, Worlds, WorldTruth
from experiments.worlds.resampling import resampled

#: Users of a world, and users of the log it is fitted to, at most: twenty worlds then take about as long as a coffee.
MOST_USERS = 4_000
MOST_WORLDS = 200

#: Makes a world of a log, a generator, a number of users and settings.
Fit = Callable[[Dataset, np.random.Generator, int | None, WorldParameters | None], World]


def runs_of(policies: Sequence[Policy], number: int) -> int:
    """Return how many runs ``number`` worlds take."""
    return number * distinct(policies)


def plausible_worlds(
    dataset: Dataset,
    policies: Sequence[Policy],
    plan: Plan,
    circumstances: Circumstances,
    *,
    number: int,
    fit: Fit,
    place: int = 0,
) -> Worlds:
    """Return the truth in ``number`` worlds that might as well have made the log, and what they say together.

    Each world is fitted to a bootstrap of the log's users, with every uncertain parameter drawn from its
    plausible range, and has luck of its own; within a world all policies meet the same luck.

    Args:
        dataset: the log.
        policies: one a variant of ``plan``.
        plan: names the metrics and variants.
        circumstances: those of the experiment: its days, seed, slates and refits; its world's settings are the
            middle from which parameters are drawn. A world has as many users, up to ``MOST_USERS``.
        number: how many worlds.
        fit: makes a world of a log.
        place: how many runs came before, for progress.
    """
    seeds = np.random.SeedSequence(circumstances.seed, spawn_key=(number,)).spawn(1 + number)
    params = drawn(circumstances.world.params, number, np.random.default_rng(seeds[0]))
    users = min(circumstances.world.n_units, MOST_USERS)
    truths: list[WorldTruth] = []
    used: list[WorldParameters] = []
    for world, (settings, seed) in enumerate(zip(params, seeds[1:], strict=True)):
        title = f"World {world + 1} of {number}"
        circumstances.report(f"{title}: fitting it to users drawn anew", None, None)
        rng = np.random.default_rng(seed)
        log = resampled(dataset, rng, most=MOST_USERS)
        fitted = fit(log, rng, users, settings)
        here = replace(
            circumstances,
            world=fitted,
            segments=pd.DataFrame(index=range(fitted.n_units)),
            covariates={},
            seed=int(rng.integers(2**32)),
        )
        used.append(fitted.params)
        before = place + runs_of(policies, world)
        logs = everybody_under(here, policies, plan.variants, place=before, title=title)
        found = without_covariates(side_by_side(logs, plan.variants), plan).overall
        truths += _truths(values_along(found, plan), plan, world)
    parameters = tuple(
        DrawnParameter(
            name=each.name,
            unit=each.unit,
            meaning=each.meaning,
            low=float((each.plausible or (0, 0))[0]),
            high=float((each.plausible or (0, 0))[1]),
            values=tuple(float(getattr(settings, each.name)) for settings in used),
        )
        for each in uncertain(circumstances.world.params)
    )
    return Worlds(
        users=users,
        log_users=min(dataset.n_users, MOST_USERS),
        truths=tuple(truths),
        parameters=parameters,
        conclusions=concluded(truths, parameters, plan, number),
    )


def _truths(table: pd.DataFrame, plan: Plan, world: int) -> list[WorldTruth]:
    figures = ("control_value", "treatment_value", "absolute", "relative")
    return [
        WorldTruth(
            world=world + 1,
            metric=row["metric"],
            variant=row["variant"],
            better=bool(row["absolute"] * sign(find(plan.metrics, row["metric"])) > 0)
            if np.isfinite(row["absolute"])
            else None,
            **{name: float(row[name]) if np.isfinite(row[name]) else None for name in figures},
        )
        for row in table.to_dict(orient="records")
    ]
