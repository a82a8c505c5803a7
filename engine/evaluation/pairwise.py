"""Every model against every other, user by user: which is best, or that nobody can tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from engine.errors import ModelError, unknown
from engine.evaluation import answer
from engine.evaluation.accumulate import RANKING_METRICS, number
from engine.evaluation.alike import aligned, check_alike
from engine.evaluation.record import Evaluation
from engine.multiplicity import holm

LEVEL = 0.05
"""Chance at most of calling any two models different that are not."""

YARDSTICK = "popularity"
"""The model that any other must beat to be worth its cost."""

Reading = Literal["better", "worse", "not told apart"]


@dataclass(frozen=True)
class Pair:
    """Two models over the same users.

    Attributes:
        first: name of a model; in a Standing the one with the higher mean.
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

    @property
    def reading(self) -> Reading:
        """What may be said of the first model beside the second."""
        if not self.told_apart or self.difference is None:
            return "not told apart"
        return "better" if self.difference > 0 else "worse"

    def turned(self) -> Pair:
        """Return the same pair seen from its second model."""
        difference, low, high = (None if end is None else -end for end in (self.difference, self.high, self.low))
        return replace(self, first=self.second, second=self.first, difference=difference, low=low, high=high)


@dataclass(frozen=True)
class Standing:
    """Models in order, and what of that order the users measured bear out.

    Attributes:
        metric: the ranking metric.
        order: model names, highest mean first; equal values keep the order they came in.
        best: the first of ``order`` and every model not told apart from it.
        pairs: all pairs, in the order of ``order``.
        users: users measured with every model.
        sentence: the plain reading: which is best, and how the first stands against YARDSTICK where that is there.
    """

    metric: str
    order: tuple[str, ...]
    best: tuple[str, ...]
    pairs: tuple[Pair, ...]
    users: int
    sentence: str

    def between(self, model: str, other: str) -> Pair:
        """Return the test of ``model`` against ``other``, seen from ``model``.

        Raises:
            KeyError: where the two are not both there, or are the same.
        """
        for pair in self.pairs:
            if (pair.first, pair.second) == (model, other):
                return pair
            if (pair.second, pair.first) == (model, other):
                return pair.turned()
        raise KeyError(model, other)

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
    found = Standing(metric, names, best, pairs, users, "")
    titles = {each.model: each.title for each in evaluations}
    return replace(found, sentence=_sentence(found, titles, f"{answer.TITLES[metric]}@{evaluations[0].k}"))


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


def _sentence(found: Standing, titles: Mapping[str, str], metric: str) -> str:
    best = [titles[name] for name in found.best]
    opening = answer.which_is_best(metric, best, models=len(found.order), users=found.users)
    if not found.pairs or found.users < 2 or YARDSTICK not in found.order:
        return opening
    first, gain, told_apart = found.order[0], None, True
    if first != YARDSTICK:
        pair = found.between(first, YARDSTICK)
        told_apart = pair.told_apart
        if pair.difference is not None and pair.low is not None and pair.high is not None:
            gain = (pair.difference, pair.low, pair.high)
    closing = answer.against_the_yardstick(titles[first], titles[YARDSTICK], gain=gain, told_apart=told_apart)
    return f"{opening} {closing}"
