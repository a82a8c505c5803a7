"""A model that draws at random, measured with several seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from engine.dataset import Dataset
from engine.evaluation.accumulate import METRICS, RATIOS, estimates, number
from engine.evaluation.measure import Report, evaluate
from engine.evaluation.record import Evaluation
from engine.metrics.calibration import together
from engine.metrics.intervals import Estimate
from engine.splitting import Split


@dataclass(frozen=True)
class Repeated:
    """One model measured on one split with one seed or several.

    Attributes:
        evaluation: of the first seed, its ``per_user`` and ``metrics`` being means over the seeds, and its
            ``calibration`` over the predictions of all.
        seeds: the seeds; only the first for a model that does not draw.
        values: each metric's value with each seed, None where it cannot be measured.
    """

    evaluation: Evaluation
    seeds: tuple[int, ...]
    values: Mapping[str, tuple[float | None, ...]]

    def spread(self, metric: str) -> float | None:
        """Return the standard deviation of ``metric`` between seeds; None with one seed or no value."""
        known = [value for value in self.values[metric] if value is not None]
        return float(np.std(known, ddof=1)) if len(known) > 1 else None

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain JSON data, the spread between seeds beside them."""
        return self.evaluation.to_dict() | {
            "seeds": list(self.seeds),
            "by_seed": {name: list(values) for name, values in self.values.items()},
            "spread": {name: self.spread(name) for name in self.values},
        }


def repeat(
    dataset: Dataset,
    split: Split,
    model_name: str,
    params: Mapping[str, Any] | None = None,
    *,
    k: int = 10,
    seed: int = 0,
    seeds: int = 1,
    report: Report | None = None,
) -> Repeated:
    """Evaluate a model with ``seeds`` seeds from ``seed`` on; with one where the second changes nothing.

    The split stays the same, so that models are compared over the same users. Each user's figures are averaged
    over the seeds before the intervals over users are taken; RMSE is the root of the mean squared error.

    Raises:
        ModelError: as `engine.evaluation.evaluate`.
    """

    def measured(one: int, told: Report | None) -> Evaluation:
        return evaluate(dataset, split, model_name, params, k=k, seed=one, report=told)

    return repeated(measured, seed=seed, seeds=seeds, report=report)


def repeated(
    measured: Callable[[int, Report | None], Evaluation], *, seed: int, seeds: int, report: Report | None = None
) -> Repeated:
    """Return what ``measured`` gives with ``seeds`` seeds from ``seed`` on, as ``repeat``.

    Args:
        measured: evaluates with a seed, telling its stages.
        seed: the first seed.
        seeds: how many at most.
        report: told the stages, and of which seed they are.
    """
    runs = []
    for place, one in enumerate(range(seed, seed + seeds)):
        runs.append(measured(one, report if seeds == 1 else _of_seed(place + 1, seeds, report)))
        if len(runs) == 2 and _same(*runs):
            break
    return once(runs[0]) if len(runs) == 1 or _same(*runs[:2]) else _mean(runs)


def once(run: Evaluation) -> Repeated:
    """Return a model measured with one seed."""
    return Repeated(run, (run.seed,), {name: (run.metrics[name].value,) for name in METRICS})


def _of_seed(place: int, seeds: int, report: Report | None) -> Report | None:
    if report is None:
        return None
    say = report
    return lambda stage, done, total: say(f"Seed {place} of {seeds}: {stage}", done, total)


def _same(first: Evaluation, second: Evaluation) -> bool:
    return np.array_equal(first.ranking.items, second.ranking.items) and first.per_user.equals(second.per_user)


def _mean(runs: Sequence[Evaluation]) -> Repeated:
    first = runs[0]
    values = np.mean([run.per_user.drop(columns="user").to_numpy(np.float64) for run in runs], axis=0)
    per_user = pd.DataFrame(values, columns=first.per_user.columns.drop("user"))
    per_user.insert(0, "user", first.per_user["user"])
    by_seed = {name: tuple(run.metrics[name].value for run in runs) for name in METRICS}
    over_users = estimates(per_user, seed=first.seed)
    metrics = {
        name: _explained(over_users[name] if name in RATIOS else _average(by_seed[name]), first.metrics[name])
        for name in METRICS
    }
    curves = [run.calibration for run in runs if run.calibration is not None]
    mean = replace(first, per_user=per_user, metrics=metrics, calibration=together(curves) if curves else None)
    return Repeated(mean, tuple(run.seed for run in runs), by_seed)


def _average(values: Sequence[float | None]) -> Estimate:
    known = [value for value in values if value is not None]
    return Estimate(number(float(np.mean(known))) if known else None)


def _explained(estimate: Estimate, first: Estimate) -> Estimate:
    return estimate if estimate.value is not None else replace(estimate, reason=first.reason)
