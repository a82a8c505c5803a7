"""Which model ranks best, and whether the users measured can tell it from the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError, unknown
from engine.evaluation.accumulate import RANKING_METRICS, number
from engine.evaluation.record import Evaluation
from engine.metrics.intervals import Estimate, ratio_intervals

REPLICATIONS = 2000
"""More than for single figures: the ends of intervals that hold together lie further out in the tails."""

Reading = Literal["better", "worse", "not told apart"]


@dataclass(frozen=True)
class Comparison:
    """Models put in order by one ranking metric.

    Attributes:
        metric: the metric's name.
        order: model names, best first; equal values keep the order they came in, models without one come last.
        reference: the model all others are held against.
        against_reference: each other model's mean minus the reference's, over the same users. The intervals
            hold together at 95%.
        lead: the best model's mean minus the second's, at the same level; without a value where there is no
            second.
        users: users the differences are over.
    """

    metric: str
    order: tuple[str, ...]
    reference: str
    against_reference: Mapping[str, Estimate]
    lead: Estimate
    users: int

    @property
    def best(self) -> str:
        """The model with the highest mean."""
        return self.order[0]


def compare(
    evaluations: Sequence[Evaluation], metric: str = "ndcg", *, reference: str = "popularity", seed: int = 0
) -> Comparison:
    """Order ``evaluations`` by ``metric`` and measure the differences user by user.

    Two models' own intervals may overlap while one is better for nearly every user: both are high for users
    who are easy to please. A difference is therefore taken within each user first, and the users are drawn
    with replacement after (paired bootstrap: Efron & Tibshirani 1993, chapter 13; in retrieval, Smucker, Allan
    & Carterette 2007). All differences share the draws. Whoever picks the best of many is misled by chance
    more often, so each of the m intervals has the level 1 - 0.05 / m (Bonferroni).

    Args:
        evaluations: models measured on one split with one k, ``reference`` among them.
        metric: one of ``accumulate.RANKING_METRICS``.
        reference: name of the model the others are held against.
        seed: seed of the bootstrap.

    Raises:
        ModelError: an unknown metric, no such reference, or models that were not measured alike.
    """
    if metric not in RANKING_METRICS:
        raise ModelError(unknown("Ranking metric", metric, RANKING_METRICS))
    names = [each.model for each in evaluations]
    if reference not in names:
        raise ModelError(unknown("The model to compare with", reference, names))
    check_alike(evaluations)

    values = np.array([_value(each, metric) for each in evaluations])
    order = np.argsort(-values, kind="stable")
    per_user = aligned(evaluations, metric)
    rest = [place for place in range(len(names)) if names[place] != reference]
    level = 1 - 0.05 / max(1, len(rest))
    differences = _differences(per_user[:, rest] - per_user[:, [names.index(reference)]], level, seed)
    if len(names) > 1:
        lead = _differences(per_user[:, order[:1]] - per_user[:, order[1:2]], level, seed)[0]
    else:
        lead = Estimate(None, reason="There is no second model.")
    return Comparison(
        metric=metric,
        order=tuple(names[place] for place in order),
        reference=reference,
        against_reference={names[place]: each for place, each in zip(rest, differences, strict=True)},
        lead=lead,
        users=int((~np.isnan(per_user)).all(axis=1).sum()),
    )


def reading(difference: Estimate) -> Reading:
    """Say what a difference's interval allows to say: it counts only where the interval leaves out 0."""
    if difference.low is not None and difference.low > 0:
        return "better"
    if difference.high is not None and difference.high < 0:
        return "worse"
    return "not told apart"


def check_alike(evaluations: Sequence[Evaluation]) -> None:
    """Refuse models whose users or lists differ: their difference would say nothing about the models."""
    first = evaluations[0]
    for each in evaluations[1:]:
        if (each.fingerprint, each.k) != (first.fingerprint, first.k) or not np.array_equal(
            each.split.test, first.split.test
        ):
            raise ModelError(
                f"{each.title} and {first.title} were not measured on the same dataset, split and k. "
                "Evaluate both in the same way."
            )


def _value(evaluation: Evaluation, metric: str) -> float:
    value = evaluation.metrics[metric].value
    return -np.inf if value is None else value


def aligned(evaluations: Sequence[Evaluation], metric: str) -> NDArray[np.float64]:
    """Return ``metric`` of each user by each model, shape (users, models)."""
    columns = [each.per_user.set_index("user")[metric] for each in evaluations]
    return np.column_stack([column.reindex(columns[0].index).to_numpy(np.float64) for column in columns])


def _differences(within_user: NDArray[np.float64], level: float, seed: int) -> list[Estimate]:
    """Return the mean of each column over its users with a bootstrap interval of the given level."""
    there = ~np.isnan(within_user)
    values, lows, highs = ratio_intervals(
        np.where(there, within_user, 0.0),
        there.astype(np.float64),
        seed=seed,
        replications=REPLICATIONS,
        level=level,
    )
    return [
        Estimate(number(value), number(low), number(high)) for value, low, high in zip(values, lows, highs, strict=True)
    ]
