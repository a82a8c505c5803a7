"""What the simulated users are made of: every parameter by name, with its unit, default and source."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from engine.errors import DataError


@dataclass(frozen=True)
class Parameter:
    """One parameter, described for a reader.

    Attributes:
        name: its name in ``WorldParameters``.
        unit: what it is measured in.
        meaning: what it does, in one sentence.
        source: where its default comes from.
        low: smallest value allowed.
        high: largest value allowed.
        value: the value in use.
    """

    name: str
    unit: str
    meaning: str
    source: str
    low: float
    high: float
    value: float | bool


def _parameter(default: float | bool, unit: str, meaning: str, source: str, low: float, high: float) -> Any:
    words = {"unit": unit, "meaning": meaning, "source": source, "low": low, "high": high}
    return field(default=default, metadata=words)


@dataclass(frozen=True, kw_only=True)
class WorldParameters:
    """Settings of a fitted world. ``describe()`` lists them with unit, meaning and source.

    Raises:
        DataError: where a value lies outside its range.
    """

    rank: int = _parameter(
        16, "dimensions", "Length of a taste vector.",
        "Chosen: 10-50 factors serve logs of this size (Koren, Bell & Volinsky 2009).", 1, 256,
    )  # fmt: skip
    taste_prior: float = _parameter(
        10.0, "interactions", "History at which half of a taste comes from the log, half from the population.",
        "Chosen; a user with no history gets a taste drawn from the population.", 0, 1e6,
    )  # fmt: skip
    exposure_share: float = _parameter(
        0.5, "share", "Part of an item's popularity in the log that is exposure rather than liking.",
        "Assumed: a log without its exposure cannot tell (Schnabel et al. 2016; Chaney et al. 2018).", 0, 1,
    )  # fmt: skip
    clone_keep: float = _parameter(
        0.8, "share", "Part of the history a cloned user keeps, and of its taste it shares with the original.",
        "Chosen, so that a clone is alike but not the same person.", 0, 1,
    )  # fmt: skip
    session_gap_minutes: float = _parameter(
        30.0, "minutes", "Silence after which the next event opens a new session.",
        "Convention of web analytics; Catledge & Pitkow 1995 measured 25.5 minutes.", 1, 1440,
    )  # fmt: skip
    default_sessions_per_day: float = _parameter(
        0.5, "sessions a day", "Activity where the log has no times.", "Assumed.", 0.001, 20,
    )  # fmt: skip
    activity_prior_days: float = _parameter(
        10.0, "days", "Days of average behaviour mixed into each user's own rate of sessions.",
        "Chosen; the mean of a gamma posterior for a Poisson rate (Gelman et al., BDA3, section 2.6).", 0, 1e4,
    )  # fmt: skip
    max_sessions_per_day: int = _parameter(
        6, "sessions a day", "Cap on one unit's sessions in a day.", "Chosen.", 1, 50,
    )  # fmt: skip
    weekly_rhythm: bool = _parameter(
        True, "on or off", "Whether activity follows the log's days of the week.",
        "Measured on the log's sessions when it spans at least two weeks.", 0, 1,
    )  # fmt: skip
    position_bias: float = _parameter(
        1.0, "exponent", "Chance to look at position p is (1 / log2(1 + p)) to this power.",
        "Shape of the nDCG discount (Järvelin & Kekäläinen 2002); exponent as in Joachims et al. 2017.", 0, 5,
    )  # fmt: skip
    click_through: float = _parameter(
        0.05, "clicks per impression", "Click-through of the popularity policy, which the click model meets.",
        "Assumed; recommendation rows commonly report 1% to 10%.", 0.0005, 0.4,
    )  # fmt: skip
    purchase_rate: float = _parameter(
        0.1, "purchases per click", "Purchases per click under the popularity policy.",
        "Assumed; replaced by the log's own purchases per viewed pair where it names both.", 0.001, 0.9,
    )  # fmt: skip
    purchase_sensitivity: float = _parameter(
        0.5, "logits per sd of utility", "How much liking an item raises the chance to buy what was clicked.",
        "Assumed.", 0, 10,
    )  # fmt: skip
    price_sensitivity: float = _parameter(
        0.3, "logits per sd of log price", "How much a high price lowers the chance to buy.", "Assumed.", 0, 10,
    )  # fmt: skip
    return_effect: float = _parameter(
        0.1, "share", "How far satisfaction moves the rate of sessions, up or down.", "Assumed, light.", 0, 1,
    )  # fmt: skip
    satisfaction_memory: float = _parameter(
        0.8, "share", "Part of yesterday's satisfaction kept after a day with sessions.", "Assumed.", 0, 1,
    )  # fmt: skip
    rating_noise: float = _parameter(
        0.5, "sd of utility", "Spread of a rating around the utility it reports.",
        "Amatriain, Pujol & Oliver 2009: re-rating differs by 0.56 to 0.82 stars, half the spread.", 0, 10,
    )  # fmt: skip
    taste_drift: float = _parameter(
        0.0, "share per consumed item", "How far taste moves toward each consumed item; 0 is off.",
        "Off in experiments; the bubble study turns it on (Jiang et al. 2019 use such an update).", 0, 1,
    )  # fmt: skip

    def __post_init__(self) -> None:
        for parameter in self.describe():
            if not parameter.low <= parameter.value <= parameter.high:
                raise DataError(
                    f"The world's {parameter.name} was {parameter.value:g} {parameter.unit}. "
                    f"It lies between {parameter.low:g} and {parameter.high:g}."
                )

    def describe(self) -> tuple[Parameter, ...]:
        """Return every parameter with its unit, meaning, source, range and value, in order."""
        return tuple(
            Parameter(name=each.name, value=getattr(self, each.name), **each.metadata) for each in fields(self)
        )
