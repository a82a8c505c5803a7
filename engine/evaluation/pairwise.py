"""Every model against every other, user by user: which is best, or that nobody can tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from engine.errors import ModelError, unknown
from engine.evaluation.accumulate import RANKING_METRICS, number
from engine.evaluation.comparison import aligned, check_alike
from engine.evaluation.record import Evaluation
from engine.multiplicity import holm

LEVEL = 0.05
"""Chance at most of calling any two models different that are not."""

_LISTED = 6


@dataclass(frozen=True)
class Pair:
    """Two models over the same users.

    Attributes:
        first: name of the model with the higher mean.
        second: name of the other.
        difference: mean over users of the first's value minus the second's; None without two users.
        low: lower end of its 95% interval, of this pair alone.
        high: upper end.
        p_value: of the paired t-test.
        adjusted: the same, adjusted over all pairs of models.
        told_apart: whether the adjusted p-value is below LEVEL.
    """

    first: str
    second: str
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    adjusted: float | None
    told_apart: bool


@dataclass(frozen=True)
class Standing:
    """Models in order, and what of that order the users measured bear out.

    Attributes:
        metric: the ranking metric.
        order: model names, highest mean first; equal values keep the order they came in.
        best: the first of ``order`` and every model not told apart from it.
        pairs: all pairs, in the order of ``order``.
        users: users measured with every model.
        sentence: the plain reading.
    """

    metric: str
    order: tuple[str, ...]
    best: tuple[str, ...]
    pairs: tuple[Pair, ...]
    users: int
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON data."""
        return asdict(self) | {"correction": "holm", "level": LEVEL}


def all_pairs(evaluations: Sequence[Evaluation], metric: str = "ndcg") -> Standing:
    """Test every model against every other by ``metric``.

    A paired t-test over users: what two models differ by is taken within each user, whose ease or difficulty
    both share. In retrieval it agrees with the randomisation test (Smucker, Allan & Carterette 2007). Holm's
    correction (1979) over all m (m - 1) / 2 pairs keeps the chance of any false difference below 5%.

    Args:
        evaluations: models measured on one split with one k.
        metric: one of ``accumulate.RANKING_METRICS``.

    Raises:
        ModelError: an unknown metric, or models that were not measured alike.
    """
    if metric not in RANKING_METRICS:
        raise ModelError(unknown("Ranking metric", metric, RANKING_METRICS))
    check_alike(evaluations)
    per_user = aligned(evaluations, metric)
    per_user = per_user[~np.isnan(per_user).any(axis=1)]
    users = len(per_user)
    order = np.argsort(-per_user.mean(axis=0), kind="stable") if users else np.arange(len(evaluations))
    names = tuple(evaluations[place].model for place in order)
    places = np.array(list(combinations(range(len(names)), 2)), dtype=np.intp).reshape(-1, 2)
    ranked = per_user[:, order]
    pairs = _tested(names, places, ranked[:, places[:, 0]] - ranked[:, places[:, 1]])
    with_first = {pair.second for pair in pairs if pair.first == names[0] and not pair.told_apart}
    best = tuple(name for name in names if name == names[0] or name in with_first)
    titles = {each.model: each.title for each in evaluations}
    sentence = _sentence([titles[name] for name in best], len(names), metric, users)
    return Standing(metric, names, best, pairs, users, sentence)


def _tested(names: tuple[str, ...], places: NDArray[np.intp], within_user: NDArray[np.float64]) -> tuple[Pair, ...]:
    """Return each column of differences, shape (users, pairs), with its test."""
    users = len(within_user)
    if users < 2:
        return tuple(Pair(names[a], names[b], None, None, None, None, None, False) for a, b in places)
    mean = within_user.mean(axis=0)
    error = within_user.std(axis=0, ddof=1) / np.sqrt(users)
    # Differences that are alike for all users have no error: none at all is no difference, any other is one.
    statistic = np.divide(mean, error, out=np.where(mean == 0, 0.0, np.inf), where=error > 0)
    p_values = 2 * special.stdtr(users - 1, -np.abs(statistic))
    adjusted = holm(p_values)
    reach = special.stdtrit(users - 1, 1 - LEVEL / 2) * error
    return tuple(
        Pair(
            first=names[a],
            second=names[b],
            difference=number(mean[column]),
            low=number(mean[column] - reach[column]),
            high=number(mean[column] + reach[column]),
            p_value=number(p_values[column]),
            adjusted=number(adjusted[column]),
            told_apart=bool(adjusted[column] < LEVEL),
        )
        for column, (a, b) in enumerate(places)
    )


def _sentence(best: Sequence[str], models: int, metric: str, users: int) -> str:
    if models == 1:
        return f"{best[0]} is the only model."
    if users < 2:
        return f"Fewer than two users have a {metric}, so no model can be called best."
    if len(best) == 1:
        return f"Best by {metric}: {best[0]}, told apart from every other model over {users:,} users."
    others = [*best[1:_LISTED], f"{len(best) - _LISTED} more"] if len(best) > _LISTED else list(best[1:])
    listed = " and ".join([", ".join(others[:-1]), others[-1]] if len(others) > 1 else others)
    return f"No single best by {metric}: {best[0]} is first, but not told apart from {listed} over {users:,} users."
