"""A whole leaderboard: models measured alike, which of them is best, and for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from engine.dataset import Dataset
from engine.errors import ModelError
from engine.evaluation.accumulate import METRICS
from engine.evaluation.cold import Cold, Served, cold_users
from engine.evaluation.leak import leak_warning
from engine.evaluation.measure import Report
from engine.evaluation.pairwise import Standing, all_pairs
from engine.evaluation.repeat import Repeated, repeat
from engine.evaluation.request import Request
from engine.evaluation.versions import Versions, model_of, named, untuned, versions
from engine.models import check_params
from engine.splitting import Split

if TYPE_CHECKING:
    from engine.segments import Segmentation
    from engine.tuning import Tuned

TIMINGS = ("fit_seconds", "latency_p50_ms", "latency_p99_ms")
"""Figures of the machine, which no seed repeats."""


@dataclass(frozen=True)
class Leaderboard:
    """Models measured alike, and what of their order holds.

    Attributes:
        request: what was asked for; once tuned, with the parameters found and no tuning left to do.
        dataset: the data's name, fingerprint, feedback and size.
        split: the split.
        rows: each model, as in ``request.models``.
        standing: which model is best, by paired tests.
        versions: models that are there more than once, tuned and as given for one, against themselves.
        warning: where the split leaks the future, one sentence; otherwise empty.
        cold: by model, what users nothing was learnt of would get from it alone (with the first seed).
        served: what these users are served, whichever model serves the others.
        segments: as `engine.segments.quality_by_segment`, of all models; None where not asked for.
        best_by_segment: as `engine.segments.best_by_segment`; likewise.
        tuned: by model, how its parameters were found; models without any to tune are left out. Where they are others
            than given, the model as given is measured beside it.
        left_out: models that cannot learn from this data, and why.
    """

    request: Request
    dataset: Mapping[str, Any]
    split: Split
    rows: tuple[Repeated, ...]
    standing: Standing
    versions: tuple[Versions, ...]
    warning: str
    cold: Mapping[str, Cold]
    served: Served
    segments: pd.DataFrame | None
    best_by_segment: pd.DataFrame | None
    tuned: Mapping[str, Tuned]
    left_out: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON data; ``request`` alone is enough to compute it again."""
        parts = self.split
        return {
            **self.dataset,
            "request": self.request.to_dict(),
            "split": {
                "how": parts.how,
                "test_share": parts.test_share,
                "seed": parts.seed,
                "fit_rows": int(parts.fit_rows.sum()),
                "test_rows": int(parts.test.sum()),
                "test_from": parts.test_from.isoformat() if parts.test_from is not None else None,
            },
            "warning": self.warning,
            "k": self.request.k,
            "models": [row.to_dict() for row in self.rows],
            "standing": self.standing.to_dict(),
            "versions": [each.to_dict() for each in self.versions],
            "cold": {model: found.to_dict() for model, found in self.cold.items()},
            "served": self.served.to_dict(),
            "segments": None if self.segments is None else _records(self.segments),
            "best_by_segment": None if self.best_by_segment is None else _records(self.best_by_segment),
            "tuned": {model: found.to_dict() for model, found in self.tuned.items()},
            "left_out": dict(self.left_out),
        }


def leaderboard(dataset: Dataset, request: Request, *, report: Report | None = None) -> Leaderboard:
    """Measure the models of ``request`` on ``dataset``; several are measured without those that cannot learn from it.

    Raises:
        LabError: an impossible split, an unknown grouping, or data that no model of the request can learn from.
    """
    from engine.segments import segment_users

    parts = request.split_of(dataset)
    segmentation = None
    if request.by:
        segmentation = segment_users(dataset)
        segmentation.column(request.by)
    tuned, left_out = _tuned(dataset, parts, request, report)
    request = _with_tuned(_without(request, left_out), tuned)
    rows = []
    for name in request.models:
        try:
            rows.append(
                repeat(
                    dataset,
                    parts,
                    model_of(name),
                    request.params.get(name),
                    k=request.k,
                    seed=request.seed,
                    seeds=request.seeds,
                    report=report,
                )
            )
        except ModelError as error:
            left_out[name] = str(error)
    board = gathered(dataset, _without(request, left_out), rows, segmentation=segmentation, tuned=tuned)
    return replace(board, left_out=left_out)


def _without(request: Request, left_out: Mapping[str, str]) -> Request:
    """Return the request without models that cannot learn from the data.

    Raises:
        ModelError: no model is left; the reason is that of the first.
    """
    models = tuple(name for name in request.models if name not in left_out)
    if not models:
        raise ModelError(next(iter(left_out.values())))
    params = {name: given for name, given in request.params.items() if name not in left_out}
    return replace(request, models=models, params=params)


def gathered(
    dataset: Dataset,
    request: Request,
    rows: Sequence[Repeated],
    *,
    segmentation: Segmentation | None = None,
    tuned: Mapping[str, Tuned] | None = None,
) -> Leaderboard:
    """Return the leaderboard of models that were measured as ``request`` asks.

    Args:
        dataset: the log.
        request: what was asked for.
        rows: each of its models, in its order; of a model that is there more than once, under the model's name.
        segmentation: the users' segments, where the request has a grouping.
        tuned: by model, how its parameters were found.

    Raises:
        LabError: an unknown grouping, or models that were not measured alike.
    """
    from engine.segments import best_by_segment, quality_by_segment

    rows = [
        replace(row, evaluation=named(row.evaluation, name)) for name, row in zip(request.models, rows, strict=True)
    ]
    evaluations = [row.evaluation for row in rows]
    by_segment = best = None
    if segmentation is not None and request.by:
        by_segment = pd.concat(
            [quality_by_segment(each, segmentation, request.by) for each in evaluations], ignore_index=True
        )
        best = best_by_segment(evaluations, segmentation, request.by, request.metric)
    standing = all_pairs(evaluations, request.metric)
    cold, served = cold_users(dataset, evaluations)
    return Leaderboard(
        request=request,
        dataset={
            "dataset": dataset.name,
            "fingerprint": dataset.fingerprint,
            "feedback": dataset.feedback,
            "users": dataset.n_users,
            "items": dataset.n_items,
            "rows": len(dataset.interactions),
        },
        split=evaluations[0].split,
        rows=tuple(rows),
        standing=standing,
        versions=versions(standing, evaluations),
        warning=leak_warning(dataset, evaluations[0].split),
        cold=cold,
        served=served,
        segments=by_segment,
        best_by_segment=best,
        tuned=dict(tuned or {}),
    )


def _tuned(
    dataset: Dataset, parts: Split, request: Request, report: Report | None
) -> tuple[dict[str, Tuned], dict[str, str]]:
    """Tune every model of the request that can be; and say of each that cannot learn from the data why."""
    from engine.tuning import tune
    from engine.tuning.space import searched

    found: dict[str, Tuned] = {}
    left_out: dict[str, str] = {}
    for name in request.models if request.tune else ():
        if not searched(dataset, model_of(name), request.params.get(name, {})):
            continue
        try:
            found[name] = tune(
                dataset,
                parts,
                model_of(name),
                request.params.get(name),
                trials=request.tune,
                metric=request.metric,
                k=request.k,
                seed=request.seed,
                report=report,
            )
        except ModelError as error:
            left_out[name] = str(error)
    return found, left_out


def _with_tuned(request: Request, tuned: Mapping[str, Tuned]) -> Request:
    """Return the request with the parameters found, and beside each model they change that model as it was given."""
    models: list[str] = []
    params = {name: dict(given) for name, given in request.params.items()}
    for name in request.models:
        models.append(name)
        if name not in tuned:
            continue
        given = params.get(name, {})
        params[name] = dict(tuned[name].params)
        if check_params(model_of(name), given) != check_params(model_of(name), params[name]):
            models.append(untuned(name, given))
            params |= {models[-1]: given} if given else {}
    return replace(request, models=tuple(models), params=params, tune=0)


def _records(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    """Return the rows as plain data, None where a figure is missing."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def differing(kept: Mapping[str, Any], again: Mapping[str, Any]) -> list[str]:
    """Return the figures that two leaderboards' JSON data have differently, as ``model metric``.

    What the machine took is left out, for no seed repeats it.
    """
    theirs = {row["model"]: row for row in kept.get("models", [])}
    return [
        f"{row['model']} {name}"
        for row in again["models"]
        for name in METRICS
        if name not in TIMINGS and theirs.get(row["model"], {}).get(name) != row[name]
    ]
