"""What a check of a world against held-out weeks leaves behind, ready to be shown or kept as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

Verdict = Literal["fits", "roughly", "does not fit", "not measured"]

VERDICTS: tuple[Verdict, ...] = ("fits", "roughly", "does not fit", "not measured")


@dataclass(frozen=True)
class Measure:
    """One way in which simulated and held-out weeks may differ.

    Attributes:
        name: for code, for instance ``user_activity``.
        title: for people, for instance ``Activity of users``.
        unit: what the three values are measured in.
        simulated: value in the simulated weeks.
        held_out: value in the held-out weeks.
        earlier: value in the log's own weeks before them, as many; None where there were none.
        distance: how far the simulated weeks lie from the held-out ones, 0 for alike.
        distance_of_earlier: how far the log's own earlier weeks do: the yardstick.
        distance_name: what the distance is.
        source: where it comes from.
        verdict: ``fits`` where the simulated weeks are no further than the yardstick or within the measure's
            tolerance, ``roughly`` within twice that, else ``does not fit``.
        sentence: the same in words.
        parts: names of the classes the distribution is shown in; empty where there is none to show.
        simulated_parts: share of each class in the simulated weeks.
        held_out_parts: share of each class in the held-out weeks.
        earlier_parts: share of each class in the log's earlier weeks.
    """

    name: str
    title: str
    unit: str
    simulated: float
    held_out: float
    earlier: float | None
    distance: float
    distance_of_earlier: float | None
    distance_name: str
    source: str
    verdict: Verdict
    sentence: str
    parts: tuple[str, ...] = ()
    simulated_parts: tuple[float, ...] = ()
    held_out_parts: tuple[float, ...] = ()
    earlier_parts: tuple[float, ...] = ()


@dataclass(frozen=True)
class Likelihood:
    """How well each model foretells which item a known user took in the held-out weeks.

    Attributes:
        world: mean ``-log p`` of the world, nats per choice; lower is better.
        popularity: the same of a model in which everybody chooses by popularity.
        uniform: the same where every item is as likely.
        low: lower end of a 95% interval of ``popularity - world``, over users.
        high: its upper end.
        choices: choices counted: items new to a user who was known before.
        users: users who made them.
        verdict: ``fits`` where the world is better than popularity, ``roughly`` where the interval holds 0,
            else ``does not fit``.
        sentence: the same in words.
    """

    world: float
    popularity: float
    uniform: float
    low: float
    high: float
    choices: int
    users: int
    verdict: Verdict
    sentence: str

    @property
    def gain(self) -> float:
        """Nats per choice by which the world is better than popularity."""
        return self.popularity - self.world


@dataclass(frozen=True)
class Fidelity:
    """How alike simulated and held-out weeks are.

    Attributes:
        dataset: the Dataset's name.
        fingerprint: the Dataset's fingerprint.
        measures: what was compared; empty where nothing could be.
        likelihood: held-out likelihood; None where no user made a new choice in both parts.
        verdict: the overall verdict.
        sentence: the overall verdict for a reader, naming where the world does not fit.
        how: how the weeks were simulated, who was around in them, and what was left out, in sentences.
        weeks: number of held-out weeks; 0 where nothing was held out.
        first: first held-out day, ISO; empty where nothing was held out.
        last: last held-out day, ISO.
        known_users: users seen before the held-out weeks.
        returning_users: those of them seen in the held-out weeks, in the log.
        new_users: users first seen in the held-out weeks, in the log.
        choices: choices in the held-out weeks.
        seed: seed of the fit and of the simulated weeks.
    """

    dataset: str
    fingerprint: str
    measures: tuple[Measure, ...]
    likelihood: Likelihood | None
    verdict: Verdict
    sentence: str
    how: tuple[str, ...] = ()
    weeks: int = 0
    first: str = ""
    last: str = ""
    known_users: int = 0
    returning_users: int = 0
    new_users: int = 0
    choices: int = 0
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the record that ``to_dict`` gave, also after a trip through JSON."""
        measures: list[Measure] = []
        for each in data["measures"]:
            lists: dict[str, Any] = {key: tuple(value) for key, value in each.items() if key.endswith("parts")}
            measures.append(Measure(**{**each, **lists}))
        likelihood = data["likelihood"]
        known = {**data, "measures": tuple(measures), "how": tuple(data["how"])}
        return cls(**{**known, "likelihood": None if likelihood is None else Likelihood(**likelihood)})
