"""What one person has decided about their list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from engine.errors import DataError


@dataclass(frozen=True, kw_only=True)
class Control:
    """One person's decisions; as it stands, nothing is decided.

    Attributes:
        personalisation: 1 is the model's own list, 0 is off: what is popular with everybody. Between them the two
            lists are blended.
        reset_at: what the person did up to then is not used for their list (UTC); None where they never reset it.
        hidden_items: ids of items never shown to them, sorted.
        hidden_categories: categories never shown to them, sorted; one of an item's categories is enough.
    """

    personalisation: float = 1.0
    reset_at: datetime | None = None
    hidden_items: tuple[str, ...] = ()
    hidden_categories: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.personalisation <= 1:
            raise DataError(
                f"Personalisation was {self.personalisation:g}; it must be from 0 (off) to 1 (full), for instance 0.5."
            )
        object.__setattr__(self, "hidden_items", tuple(sorted(set(self.hidden_items))))
        object.__setattr__(self, "hidden_categories", tuple(sorted(set(self.hidden_categories))))

    @property
    def decided(self) -> bool:
        """Whether the person has decided anything."""
        return self != Control()

    @property
    def sentence(self) -> str:
        """What was decided, in words."""
        said = []
        if self.personalisation == 0:
            said.append("Personalisation is off.")
        elif self.personalisation < 1:
            said.append(f"Personalisation is turned down to {self.personalisation:.0%}.")
        if self.reset_at is not None:
            said.append(
                f"Taste was reset on {self.reset_at.day} {self.reset_at:%B %Y}; what was done before is not used."
            )
        if self.hidden_items:
            said.append(f"Hidden items: {len(self.hidden_items):,}.")
        if self.hidden_categories:
            said.append(f"Hidden categories: {', '.join(self.hidden_categories)}.")
        return " ".join(said) or "Nothing is turned down, reset or hidden."

    def to_dict(self) -> dict[str, Any]:
        """Return the control as plain JSON data."""
        return asdict(self) | {"reset_at": self.reset_at.isoformat() if self.reset_at else None}


def control_from(data: Mapping[str, Any]) -> Control:
    """Return the control that ``to_dict`` wrote.

    Raises:
        DataError: a value is none that a control can have.
    """
    try:
        reset = data.get("reset_at")
        return Control(
            personalisation=float(data.get("personalisation", 1.0)),
            reset_at=datetime.fromisoformat(reset).astimezone(UTC) if reset else None,
            hidden_items=tuple(map(str, data.get("hidden_items", ()))),
            hidden_categories=tuple(map(str, data.get("hidden_categories", ()))),
        )
    except (TypeError, ValueError) as error:
        raise DataError(f"A kept control is damaged: {error}. Decide again, or clear it.") from error
