"""One model on a leaderboard more than once: what stands in brackets tells its rows apart.

``ease`` and ``ease(penalty=300)`` are one model with other parameters; ``ease(defaults)`` stands beside an ``ease``
that was told something, and ``ease(penalty=300, untuned)`` beside an ``ease(penalty=300)`` that was tuned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from engine.evaluation import answer
from engine.evaluation.pairwise import Pair, Standing
from engine.evaluation.record import Evaluation
from engine.metrics.intervals import Estimate
from engine.models import MODELS

_BARE = ("defaults", "untuned")


@dataclass(frozen=True)
class Versions:
    """One model told two things, measured on the same test rows.

    Attributes:
        pair: the test of the told model, ``first``, against the one held beside it, ``second``; its adjusted p-value
            is over all pairs of the leaderboard (Holm).
        told: the metric of ``first``.
        beside: the metric of ``second``.
        sentence: the plain reading.
    """

    pair: Pair
    told: Estimate
    beside: Estimate
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON data."""
        return asdict(self) | {"reading": self.pair.reading}


def model_of(row: str) -> str:
    """Return the name of the model that a leaderboard's row is of."""
    return row.partition("(")[0]


def title_of(row: str) -> str:
    """Return a row's name for people: ``EASE``, ``EASE (penalty 300)``, ``BPR (defaults)``."""
    told = _told(row)
    title = MODELS[model_of(row)].title
    return f"{title} ({told.replace('=', ' ').replace('_', ' ')})" if told else title


def row_of(model: str, params: Mapping[str, Any]) -> str:
    """Return the name of the row of ``model`` with ``params`` where another row of it stands beside."""
    told = ", ".join(f"{name}={str(value).lower()}" for name, value in params.items())
    return f"{model}({told})" if told else model


def untuned(row: str, params: Mapping[str, Any]) -> str:
    """Return the name of the row to hold beside a tuned ``row``: the same model with ``params``, as it was given."""
    if not params:
        return f"{model_of(row)}(defaults)"
    return f"{model_of(row)}({', '.join(part for part in (_told(row), 'untuned') if part)})"


def named(evaluation: Evaluation, row: str) -> Evaluation:
    """Return ``evaluation`` under the name of ``row``."""
    return evaluation if evaluation.model == row else replace(evaluation, model=row, title=title_of(row))


def versions(standing: Standing, evaluations: Sequence[Evaluation]) -> tuple[Versions, ...]:
    """Return every model that is there more than once, each told version against the one to hold it against.

    That is the one without what it was told where it is there, otherwise its first.

    Args:
        standing: of ``evaluations``.
        evaluations: in the order asked for.
    """
    by_row = {each.model: each for each in evaluations}
    found = []
    for row, other in _pairs(list(by_row)):
        pair, told, beside = standing.between(row, other), by_row[row], by_row[other]
        gain = None
        if pair.difference is not None and pair.low is not None and pair.high is not None:
            gain = (pair.difference, pair.low, pair.high)
        sentence = answer.against_itself(
            told.title,
            beside.title,
            f"{answer.TITLES[standing.metric]}@{told.k}",
            gain=gain,
            adjusted=pair.adjusted,
            told_apart=pair.told_apart,
        )
        found.append(Versions(pair, told.metrics[standing.metric], beside.metrics[standing.metric], sentence))
    return tuple(found)


def _pairs(rows: Sequence[str]) -> list[tuple[str, str]]:
    """Return each row with the one to hold it against."""
    pairs = []
    bare = {_without(row): row for row in rows if _is_bare(row)}
    for row in rows:
        if row in bare:
            pairs.append((row, bare[row]))
        elif not _is_bare(row):
            first = next(each for each in rows if model_of(each) == model_of(row) and not _is_bare(each))
            if first != row:
                pairs.append((row, first))
    return pairs


def _told(row: str) -> str:
    return row.partition("(")[2].removesuffix(")")


def _is_bare(row: str) -> bool:
    return _told(row).rpartition(", ")[2] in _BARE


def _without(row: str) -> str:
    """Return the row that a bare ``row`` stands beside."""
    told = _told(row).rpartition(", ")[0]
    return f"{model_of(row)}({told})" if told else model_of(row)
