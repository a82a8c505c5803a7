"""What tuning leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

State = Literal["done", "pruned", "failed"]


@dataclass(frozen=True)
class Trial:
    """One set of parameters, tried.

    Attributes:
        number: counted from 0, which is the defaults.
        params: the parameters tried.
        value: the metric on the validation rows; of a pruned trial, after its first passes; None where it failed.
        state: ``done``, ``pruned`` (given up after a quarter of its passes) or ``failed``.
        reason: why it failed, in a sentence; otherwise empty.
    """

    number: int
    params: Mapping[str, Any]
    value: float | None
    state: State
    reason: str = ""


@dataclass(frozen=True)
class Tuned:
    """The best parameters found for one model.

    Attributes:
        model: the model's name.
        title: its name for people.
        metric: the ranking metric.
        k: length of the lists.
        params: the best trial's parameters, to be given to the model.
        value: its metric on the validation rows.
        default_value: that of the defaults; None where they failed.
        trials: every trial, in order.
        stopped_early: whether it ended before the trials asked for, as nothing better had come for long.
        validation_rows: rows the metric was measured on.
        seed: seed of search, split and model.
        fingerprint: fingerprint of the Dataset.
    """

    model: str
    title: str
    metric: str
    k: int
    params: Mapping[str, Any]
    value: float
    default_value: float | None
    trials: tuple[Trial, ...]
    stopped_early: bool
    validation_rows: int
    seed: int
    fingerprint: str

    @property
    def sentence(self) -> str:
        """The plain reading."""
        tried = f"{len(self.trials)} trial{'s' if len(self.trials) != 1 else ''}"
        where = f"{self.metric}@{self.k} on {self.validation_rows:,} validation rows"
        if self.default_value is None:
            return f"{self.title}: {self.value:.4f} {where} after {tried}; the defaults failed."
        if self.value <= self.default_value:
            return f"{self.title}: none of {tried} was better than the defaults, {self.default_value:.4f} {where}."
        return f"{self.title}: {self.value:.4f} {where} after {tried}; {self.default_value:.4f} with the defaults."

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON data."""
        return asdict(self) | {"sentence": self.sentence}
