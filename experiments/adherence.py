"""Was the plan followed? What was written down before looking, against what was analysed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any

from experiments.metrics import Metric
from experiments.plan import Plan
from experiments.wording import count

#: Fields of a plan that say how it is told, not how it is judged.
_TOLD = ("hypothesis", "titles", "metrics", "units")
#: A run may have this share fewer or more units than planned before it is told.
_UNITS_APART = 0.1


@dataclass(frozen=True, kw_only=True)
class Adherence:
    """How an analysis compares with its plan.

    Attributes:
        plan_hash: of the plan.
        registered: when the plan was written down, in UTC, as ISO 8601; None where it never was.
        deviations: what was done otherwise, a sentence each.
    """

    plan_hash: str
    registered: str | None
    deviations: tuple[str, ...] = ()

    @property
    def followed(self) -> bool:
        """Whether the plan was registered and nothing was done otherwise."""
        return self.registered is not None and not self.deviations

    @property
    def sentence(self) -> str:
        """The answer in words."""
        if self.registered is None:
            start = f"Plan {self.plan_hash} was not registered, so nobody can tell that it was made before looking."
        else:
            start = f"Plan {self.plan_hash} was registered on {self.registered[:10]}."
        if not self.deviations:
            return f"{start} The analysis followed it." if self.registered else start
        return f"{start} The analysis differs: {' '.join(self.deviations)}"


def adherence(
    planned: Plan,
    analysed: Plan,
    *,
    registered: datetime | None,
    first_day: date | None = None,
    days_run: int | None = None,
    units: int | None = None,
) -> Adherence:
    """Return whether an analysis followed its plan.

    Args:
        planned: the plan as it was written down.
        analysed: the plan the analysis was made under.
        registered: when ``planned`` was written down, with its time zone; None where it never was.
        first_day: the experiment's first day, where it is known.
        days_run: days it ran.
        units: units it had.
    """
    deviations = [*_settings(planned, analysed), *_metrics(planned.metrics, analysed.metrics)]
    if registered is not None and first_day is not None and registered.astimezone(UTC).date() > first_day:
        deviations.append(f"The plan was registered after the first day, {first_day.isoformat()}.")
    may_stop_early = planned.stopping != "fixed"
    if days_run is not None and (days_run > planned.days or (days_run < planned.days and not may_stop_early)):
        deviations.append(f"It ran {days_run} days where {planned.days} were planned.")
    if units is not None and planned.units and abs(units / planned.units - 1) > _UNITS_APART:
        deviations.append(f"It had {count(units)} units where {count(planned.units)} were planned.")
    return Adherence(
        plan_hash=planned.hash,
        registered=None if registered is None else registered.astimezone(UTC).isoformat(timespec="seconds"),
        deviations=tuple(deviations),
    )


def _settings(planned: Plan, analysed: Plan) -> list[str]:
    names = [each.name for each in fields(Plan) if each.name not in _TOLD]
    pairs = [(name, _plain(getattr(planned, name)), _plain(getattr(analysed, name))) for name in names]
    return [f"{_title(name)} was {before} and became {after}." for name, before, after in pairs if before != after]


def _metrics(planned: tuple[Metric, ...], analysed: tuple[Metric, ...]) -> list[str]:
    before, after = ({metric.name: metric for metric in metrics} for metrics in (planned, analysed))
    said = [f"Metric {name} was planned and not analysed." for name in before if name not in after]
    said += [f"Metric {name} was not planned." for name in after if name not in before]
    for name in before:
        if name in after:
            said += [
                f"{_title(each.name)} of {name} was {_plain(old)} and became {_plain(new)}."
                for each in fields(Metric)
                if each.name not in ("title", "unit")
                and (old := getattr(before[name], each.name)) != (new := getattr(after[name], each.name))
            ]
    return said


def _title(field: str) -> str:
    return field.replace("_", " ").capitalize()


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_plain(part) for part in value) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return "none" if value is None else str(value)
