"""Runs of one simulated world under the same circumstances: the experiment, and the truth beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.policies import Policy
from engine.world import World, run
from experiments.analysis import days_of, values_along
from experiments.estimating import Estimated, estimate
from experiments.log import Log
from experiments.moments import Floats
from experiments.plan import Plan

Report = Callable[[str, int | None, int | None], None]

#: 0/1 quantities of the simulator: whether a unit has bought so far.
_INDICATORS = {"purchased": "purchases"}


@dataclass(frozen=True)
class Arm:
    """One variant of a simulated experiment: which policy its units see.

    Attributes:
        model: a model's name, ``random`` or ``oracle``.
        params: the model's parameters; its defaults where left out.
    """

    model: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What every run of one simulation shares, so that only the policies differ.

    Attributes:
        world: the simulated users.
        segments: one row a unit, one category column a way of grouping.
        covariates: what was known of each unit before, by name, each of shape (units,).
        days: length in days.
        seed: of the world's luck; the same in every run (common random numbers).
        retrain_every: days between refits; None to fit once.
        slate_size: items a session shows.
        shared_training: whether models learn from all units or each from its own.
        runs: how many runs there will be, for progress.
        report: told of each stage and day.
    """

    world: World
    segments: pd.DataFrame
    covariates: Mapping[str, Floats]
    days: int
    seed: int
    retrain_every: int | None
    slate_size: int
    shared_training: bool
    runs: int
    report: Report

    def live(
        self,
        policies: Sequence[Policy],
        variant: NDArray[np.int64],
        names: tuple[str, ...],
        title: str,
        place: int,
    ) -> Log:
        """Let every unit live under the policy of its variant, and return what happened.

        Args:
            policies: one a variant.
            variant: variant code of each unit, shape (units,).
            names: names of the variants.
            title: what this run is, for progress.
            place: how many runs came before, so that days done are counted over all of them.
        """

        def tell(stage: str, done: int | None, _total: int | None) -> None:
            simulating = stage.startswith("Simulating") and done is not None
            what = "simulated days" if simulating else stage[:1].lower() + stage[1:]
            days_done = place * self.days + (done or 1) - 1
            self.report(
                f"{title}: {what}",
                days_done if simulating else None,
                self.runs * self.days if simulating else None,
            )

        outcomes = run(
            self.world,
            policies,
            variant,
            days=self.days,
            slate_size=self.slate_size,
            retrain_every=self.retrain_every,
            seed=self.seed,
            shared_training=self.shared_training,
            report=tell,
        )
        return Log(
            quantities=outcomes.quantities,
            values=outcomes.values,
            variant=outcomes.assignment,
            variants=names,
            segments=self.segments,
            indicators=_INDICATORS,
            covariates=self.covariates,
        )


@dataclass(frozen=True)
class Truth:
    """True values and differences, as ``experiments.analysis.values_along`` tables.

    Attributes:
        effects: over all units and days.
        segments: by segment.
        cumulative: up to each day.
    """

    effects: pd.DataFrame
    segments: pd.DataFrame
    cumulative: pd.DataFrame


def find_truth(circumstances: Circumstances, policies: Sequence[Policy], plan: Plan) -> Truth:
    """Run every unit under each policy and return the differences; equal policies are run once.

    Args:
        circumstances: those of the experiment, its seed too.
        policies: one a variant of ``plan``.
        plan: names the metrics and variants.
    """
    everybody = np.zeros(circumstances.world.n_units, dtype=np.int64)
    twins = [policies.index(policy) for policy in policies]
    logs: dict[int, Log] = {}
    for twin in twins:
        if twin not in logs:
            name = plan.variants[twin]
            title = f"Truth, everybody under {name}"
            logs[twin] = circumstances.live([policies[twin]], everybody, (name,), title, 1 + len(logs))
    everywhere = _side_by_side([logs[twin] for twin in twins], plan.variants)
    found = _without_covariates(everywhere, plan)
    return Truth(
        effects=values_along(found.overall, plan),
        segments=values_along(found.by_segment, plan, everywhere.cells()),
        cumulative=values_along(found.by_day, plan, days_of(everywhere)),
    )


def _side_by_side(each: Sequence[Log], names: tuple[str, ...]) -> Log:
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


def _without_covariates(everywhere: Log, plan: Plan) -> Estimated:
    """Return the differences themselves: where every unit is in every variant there is nothing to adjust."""
    plain = tuple(replace(metric, covariates=()) for metric in plan.metrics)
    return estimate(everywhere, replace(plan, metrics=plain))


def distinct(policies: Sequence[Policy]) -> int:
    """Return how many different policies there are."""
    return len({policies.index(policy) for policy in policies})


def silent(stage: str, done: int | None, total: int | None) -> None:
    """Report to nobody."""
