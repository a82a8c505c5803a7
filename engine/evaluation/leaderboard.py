"""A whole leaderboard from a request of plain data: the same request on the same data gives the same figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from engine.dataset import Dataset
from engine.errors import DataError, ModelError, unknown
from engine.evaluation.accumulate import METRICS, RANKING_METRICS
from engine.evaluation.cold import cold_users
from engine.evaluation.leak import leak_warning
from engine.evaluation.measure import Report
from engine.evaluation.pairwise import Standing, all_pairs
from engine.evaluation.repeat import Repeated, repeat
from engine.metrics.intervals import Estimate
from engine.models import MODELS
from engine.splitting import How, Split, split

if TYPE_CHECKING:
    from engine.tuning import Tuned

TEST_SHARES: Mapping[str, float] = {"temporal": 0.15, "random": 0.2, "leave-last": 0.15}
TIMINGS = ("fit_seconds", "latency_p50_ms", "latency_p99_ms")
"""Figures of the machine, which no seed repeats."""


@dataclass(frozen=True)
class Request:
    """What a leaderboard is asked for.

    Attributes:
        models: names of models, in the order to show them.
        params: by model, parameters that differ from the defaults.
        k: length of the lists.
        split: ``temporal``, ``random`` or ``leave-last``.
        test_share: share of rows to test on; None means what suits the split.
        seed: seed of split, models and intervals.
        seeds: with how many seeds, from ``seed`` on, a model that draws is measured.
        metric: the ranking metric that says which model is best.
        by: a grouping of users to tell figures apart by; None for none.
        tune: trials to tune each model with on validation rows before it is measured; 0 for none.
    """

    models: tuple[str, ...]
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    k: int = 10
    split: How = "temporal"
    test_share: float | None = None
    seed: int = 0
    seeds: int = 1
    metric: str = "ndcg"
    by: str | None = None
    tune: int = 0

    def __post_init__(self) -> None:
        if not self.models:
            raise ModelError(f"No models were named. Known: {', '.join(MODELS)}.")
        for name in self.models:
            if name not in MODELS:
                raise ModelError(unknown("Model", name, MODELS))
        if self.metric not in RANKING_METRICS:
            raise ModelError(unknown("Ranking metric", self.metric, RANKING_METRICS))
        if self.split not in TEST_SHARES:
            raise DataError(unknown("Split", self.split, TEST_SHARES))
        for name, value, least in (
            ("k", self.k, 1),
            ("seed", self.seed, 0),
            ("seeds", self.seeds, 1),
            ("tune", self.tune, 0),
        ):
            if value < least:
                raise ModelError(f"--{name} was {value}; it must be {least} or more.")
        if self.test_share is not None and not 0 < self.test_share < 1:
            raise DataError(f"--test-share was {self.test_share:g}; it must lie between 0 and 1, for instance 0.2.")

    def to_dict(self) -> dict[str, Any]:
        """Return the request as plain JSON data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Request:
        """Return the request ``to_dict`` gave.

        Raises:
            DataError: where something is missing or is no part of a request.
            LabError: as the request itself.
        """
        names = {each.name for each in fields(cls)}
        if "models" not in kept or not set(kept) <= names:
            raise DataError(
                f"A leaderboard's request has {', '.join(kept)}; expected models and by choice "
                f"{', '.join(sorted(names - {'models'}))}. Give a file that evaluate --json printed."
            )
        return cls(**(dict(kept) | {"models": tuple(kept["models"])}))


@dataclass(frozen=True)
class Leaderboard:
    """Models measured alike, and what of their order holds.

    Attributes:
        request: what was asked for; once tuned, with the parameters found and no tuning left to do.
        dataset: the data's name, fingerprint, feedback and size.
        split: the split.
        rows: each model, as in ``request.models``.
        standing: which model is best, by paired tests.
        warning: where the split leaks the future, one sentence; otherwise empty.
        cold: by model, each ranking metric over users nothing was learnt of.
        segments: as `engine.segments.quality_by_segment`, of all models; None where not asked for.
        tuned: by model, how its parameters were found; models without any to tune are left out.
    """

    request: Request
    dataset: Mapping[str, Any]
    split: Split
    rows: tuple[Repeated, ...]
    standing: Standing
    warning: str
    cold: Mapping[str, Mapping[str, Estimate]]
    segments: pd.DataFrame | None
    tuned: Mapping[str, Tuned]

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
            "cold": {model: {name: asdict(one) for name, one in found.items()} for model, found in self.cold.items()},
            "segments": None if self.segments is None else _records(self.segments),
            "tuned": {model: found.to_dict() for model, found in self.tuned.items()},
        }


def leaderboard(dataset: Dataset, request: Request, *, report: Report | None = None) -> Leaderboard:
    """Measure the models of ``request`` on ``dataset``.

    Raises:
        LabError: an impossible split, an unknown grouping, or data a model cannot learn from.
    """
    from engine.segments import quality_by_segment, segment_users

    test_share = TEST_SHARES[request.split] if request.test_share is None else request.test_share
    # A large test share takes its room from validation, which a leaderboard has no use for.
    validation_share = 0.0 if request.split == "random" else min(0.15, (1 - test_share) / 2)
    parts = split(dataset, request.split, validation_share=validation_share, test_share=test_share, seed=request.seed)
    segmentation = segment_users(dataset, request.seed) if request.by else None
    if segmentation is not None and request.by:
        segmentation.column(request.by)
    tuned = _tuned(dataset, parts, request, report)
    found = {name: each.params for name, each in tuned.items()}
    request = replace(request, params={**request.params, **found}, tune=0)
    rows = tuple(
        repeat(
            dataset,
            parts,
            name,
            request.params.get(name),
            k=request.k,
            seed=request.seed,
            seeds=request.seeds,
            report=report,
        )
        for name in request.models
    )
    evaluations = [row.evaluation for row in rows]
    by_segment = None
    if segmentation is not None and request.by:
        by_segment = pd.concat(
            [quality_by_segment(each, segmentation, request.by) for each in evaluations], ignore_index=True
        )
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
        split=parts,
        rows=rows,
        standing=all_pairs(evaluations, request.metric),
        warning=leak_warning(dataset, parts),
        cold={each.model: cold_users(dataset, each) for each in evaluations},
        segments=by_segment,
        tuned=tuned,
    )


def _tuned(dataset: Dataset, parts: Split, request: Request, report: Report | None) -> dict[str, Tuned]:
    """Tune every model of the request that can be."""
    from engine.tuning import tune
    from engine.tuning.space import searched

    if request.tune == 0:
        return {}
    return {
        name: tune(
            dataset,
            parts,
            name,
            request.params.get(name),
            trials=request.tune,
            metric=request.metric,
            k=request.k,
            seed=request.seed,
            report=report,
        )
        for name in request.models
        if searched(dataset, name, request.params.get(name, {}))
    }


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
