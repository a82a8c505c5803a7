"""What tuning leaves behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from engine.evaluation.answer import TITLES

State = Literal["done", "pruned", "failed"]
Ended = Literal["all", "early", "not yet"]

PATIENCE = 12
"""Trials without anything better after which a search ends."""

LOWER_IS_BETTER = ("rmse",)
"""Metrics that a search makes small."""


@dataclass(frozen=True)
class Trial:
    """One set of parameters, tried.

    Attributes:
        number: counted from 0, which is the defaults.
        params: the parameters tried.
        value: the metric on the validation rows; of a pruned trial, after its first passes; None where it failed.
        state: ``done``, ``pruned`` (given up after a quarter of its passes) or ``failed``.
        early: the metric after a quarter of the passes, where that was measured.
        reason: why it failed, in a sentence; otherwise empty.
    """

    number: int
    params: Mapping[str, Any]
    value: float | None
    state: State
    early: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Tuned:
    """What a search for the parameters of one model has tried, to its end or so far.

    Attributes:
        model: the model's name.
        title: its name for people.
        metric: the ranking metric, or ``rmse``.
        k: length of the lists.
        trials: every trial, in order.
        asked: how many trials were asked for.
        ended: ``all`` were made; ``early``, as nothing better had come for long; or ``not yet``: it goes on, or was
            stopped.
        validation_rows: rows the metric was measured on.
        seed: seed of search, split and model.
        fingerprint: fingerprint of the Dataset.
    """

    model: str
    title: str
    metric: str
    k: int
    trials: tuple[Trial, ...]
    asked: int
    ended: Ended
    validation_rows: int
    seed: int
    fingerprint: str

    @property
    def best(self) -> Trial | None:
        """The best trial that was made to its end, the first of equal ones; None where there is none."""
        return best_of(self.trials, self.metric)

    @property
    def params(self) -> Mapping[str, Any]:
        """The best trial's parameters, to be given to the model; none where there is no best trial."""
        return {} if self.best is None else self.best.params

    @property
    def value(self) -> float | None:
        """The best trial's metric on the validation rows."""
        return None if self.best is None else self.best.value

    @property
    def default_value(self) -> float | None:
        """That of the defaults; None where they failed or were not tried yet."""
        first = self.trials[:1]
        return first[0].value if first and first[0].state == "done" else None

    @property
    def running_best(self) -> tuple[float | None, ...]:
        """The best metric after each trial; None as long as none was made to its end."""
        up_to = (best_of(self.trials[: end + 1], self.metric) for end in range(len(self.trials)))
        return tuple(None if best is None else best.value for best in up_to)

    @property
    def measure(self) -> str:
        """The metric's name for people."""
        return self.metric.upper() if self.metric in LOWER_IS_BETTER else f"{TITLES[self.metric]}@{self.k}"

    @property
    def sentence(self) -> str:
        """The plain reading."""
        return " ".join([f"{self.title}: {self._found()}.", *self._ending()])

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON data."""
        return asdict(self) | {
            "params": dict(self.params),
            "value": self.value,
            "default_value": self.default_value,
            "sentence": self.sentence,
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Tuned:
        """Return what ``to_dict`` or ``asdict`` gave."""
        named = {each.name: kept[each.name] for each in fields(cls)}
        return cls(**named | {"trials": tuple(Trial(**trial) for trial in kept["trials"])})

    def _found(self) -> str:
        tried = _counted(len(self.trials))
        where = f"{self.measure} on {self.validation_rows:,} validation rows"
        if self.value is None:
            return "no trial could be measured"
        if self.default_value is None:
            return f"{self.value:.4f} {where} after {tried}; the defaults failed"
        if len(self.trials) == 1:
            return f"{self.value:.4f} {where} with the defaults, the only trial"
        if self.value == self.default_value:
            return f"none of {tried} was better than the defaults, {self.default_value:.4f} {where}"
        return f"{self.value:.4f} {where} after {tried}; {self.default_value:.4f} with the defaults"

    def _ending(self) -> list[str]:
        pruned = sum(trial.state == "pruned" for trial in self.trials)
        failed = sum(trial.state == "failed" for trial in self.trials)
        said = []
        if pruned:
            said.append(f"{_counted(pruned)} {_was(pruned)} given up after a quarter of the passes.")
        if failed:
            said.append(f"{_counted(failed)} failed.")
        if self.ended == "early" and self.best is not None:
            in_vain = len(self.trials) - 1 - self.best.number
            said.append(
                f"The search ended before the {self.asked} trials asked for, as the last {in_vain} brought nothing "
                "better."
            )
        return said


def best_of(trials: Iterable[Trial], metric: str) -> Trial | None:
    """Return the best trial that was made to its end, the first of equal ones; None where there is none."""
    sign = -1.0 if metric in LOWER_IS_BETTER else 1.0
    done = [(sign * trial.value, trial) for trial in trials if trial.state == "done" and trial.value is not None]
    return max(done, key=lambda each: each[0])[1] if done else None


def _counted(trials: int) -> str:
    return f"{trials} trial{'s' if trials != 1 else ''}"


def _was(trials: int) -> str:
    return "were" if trials != 1 else "was"
