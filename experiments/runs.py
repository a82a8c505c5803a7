"""Runs of one simulated world under the same circumstances: the experiment, and the truth beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.policies import Policy
from engine.world import World, run
from experiments.log import Log
from experiments.moments import Floats

Report = Callable[[str, int | None, int | None], None]

#: 0/1 quantities of the simulator: whether a unit has bought, or clicked, so far.
_INDICATORS = {"purchased": "purchases", "activated": "clicks"}


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

    @property
    def learns(self) -> bool:
        """Whether anything that happens during the run is learned from while it runs."""
        return self.retrain_every is not None and self.retrain_every < self.days

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


def silent(stage: str, done: int | None, total: int | None) -> None:
    """Report to nobody."""
