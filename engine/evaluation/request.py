"""What a leaderboard is asked for, as plain data: the same request on the same data gives the same figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from engine.dataset import Dataset
from engine.errors import DataError, ModelError, unknown
from engine.evaluation.accumulate import RANKING_METRICS
from engine.models import MODELS
from engine.splitting import How, Split, split

TEST_SHARES: Mapping[str, float] = {"temporal": 0.15, "random": 0.2, "leave-last": 0.15}


@dataclass(frozen=True)
class Request:
    """What a leaderboard is asked for.

    Attributes:
        models: names of models, in the order to show them; a model that is there more than once has what tells its
            rows apart in brackets, as in `engine.evaluation.versions`.
        params: by row, parameters that differ from the defaults.
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
            model, _, told = name.partition("(")
            if model not in MODELS:
                raise ModelError(unknown("Model", model, MODELS))
            if "=" in told and name not in self.params:
                raise ModelError(f"The request names {name}, but its params say nothing of it. Give it there too.")
        if len(set(self.models)) < len(self.models):
            raise ModelError(f"A model was named twice: {', '.join(self.models)}. Name each once.")
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

    def split_of(self, dataset: Dataset) -> Split:
        """Return the split of ``dataset`` that is asked for.

        Raises:
            DataError: where the rows cannot be split so.
        """
        test_share = TEST_SHARES[self.split] if self.test_share is None else self.test_share
        # A large test share takes its room from validation, which a leaderboard has no use for.
        validation_share = 0.0 if self.split == "random" else min(0.15, (1 - test_share) / 2)
        return split(dataset, self.split, validation_share=validation_share, test_share=test_share, seed=self.seed)
