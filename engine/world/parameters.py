"""What the simulated users are made of: every parameter by name, with its unit, default, range and source."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

from engine.errors import DataError, unknown

#: What users may do or not: each is the name of a switch in ``WorldParameters``, and ``<name>_strength`` how much.
BEHAVIOURS = (
    "position_bias",
    "price_sensitivity",
    "satisfaction",
    "leaving",
    "boredom",
    "novelty",
    "drift",
    "weekly_rhythm",
)


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
        plausible: range that plausible worlds draw it from, evenly; None where it is not drawn.
        value: the value in use.
    """

    name: str
    unit: str
    meaning: str
    source: str
    low: float
    high: float
    plausible: tuple[float, float] | None
    value: float | bool


def _parameter(
    default: float | bool,
    unit: str,
    meaning: str,
    source: str,
    low: float,
    high: float,
    plausible: tuple[float, float] | None = None,
) -> Any:
    words = {"unit": unit, "meaning": meaning, "source": source, "low": low, "high": high, "plausible": plausible}
    return field(default=default, metadata=words)


def _switch(meaning: str, source: str) -> Any:
    return _parameter(True, "on or off", meaning, source, 0, 1)


@dataclass(frozen=True, kw_only=True)
class WorldParameters:
    """Settings of a fitted world. ``describe()`` lists them with unit, meaning and source.

    Each of ``BEHAVIOURS`` has a switch of its name and a strength, which counts while the switch is on.

    Raises:
        DataError: where a value lies outside its range.
    """

    rank: int = _parameter(
        16, "dimensions", "Length of a taste vector.",
        "Chosen: 10-50 factors serve logs of this size (Koren, Bell & Volinsky 2009).", 1, 256, (8, 32),
    )  # fmt: skip
    taste_trust: float = _parameter(
        1.0, "share", "Part of what the log says of a user's taste that is believed; the rest is the population's.",
        "All of it: tastes are drawn from their posterior; below 1 for a log whose choices are not independent.",
        0.01, 1, (0.5, 1.0),
    )  # fmt: skip
    exposure_share: float = _parameter(
        0.5, "share", "Part of an item's popularity in the log that is exposure rather than liking.",
        "Assumed: a log without its exposure cannot tell (Schnabel et al. 2016; Chaney et al. 2018).", 0, 1,
        (0.25, 0.75),
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
    weekly_rhythm: bool = _switch(
        "Whether activity follows the log's days of the week.",
        "Measured on the log's sessions when it spans at least two weeks.",
    )
    weekly_rhythm_strength: float = _parameter(
        1.0, "share of the log's rhythm", "How far each weekday departs from an even week: 1 is as the log does.",
        "The log's own.", 0, 3,
    )  # fmt: skip
    position_bias: bool = _switch(
        "Whether lower positions are looked at less.", "Craswell et al. 2008; Joachims et al. 2017.",
    )  # fmt: skip
    position_bias_strength: float = _parameter(
        1.0, "exponent", "Attention to position p is (1 / log2(1 + p)) to this power.",
        "Shape of the nDCG discount (Järvelin & Kekäläinen 2002); exponent as in Joachims et al. 2017.", 0, 5,
        (0.5, 1.5),
    )  # fmt: skip
    most_clicks: int = _parameter(
        5, "clicks a slate", "Most items taken from one slate.", "Chosen: half a slate of ten.", 1, 1000,
    )  # fmt: skip
    click_through: float = _parameter(
        0.05, "clicks per impression", "Click-through of the popularity policy, which the click model meets.",
        "Assumed; recommendation rows commonly report 1% to 10%.", 0.0005, 0.4, (0.02, 0.1),
    )  # fmt: skip
    purchase_rate: float = _parameter(
        0.1, "purchases per click", "Purchases per click under the popularity policy.",
        "Assumed; replaced by the log's own purchases per viewed pair where it names both.", 0.001, 0.9, (0.05, 0.2),
    )  # fmt: skip
    purchases_per_cart: float = _parameter(
        0.3, "purchases per cart", "Part of what is put in the cart that is bought, under the popularity policy.",
        "Baymard Institute 2024: 70% of carts are abandoned (mean of 49 studies); the log's own where it names both.",
        0.001, 1, (0.2, 0.5),
    )  # fmt: skip
    cart_sensitivity: float = _parameter(
        0.5, "logits per sd of utility", "How much liking an item raises the chance to put it in the cart.",
        "Assumed.", 0, 10, (0.2, 0.8),
    )  # fmt: skip
    purchase_sensitivity: float = _parameter(
        0.2, "logits per sd of utility", "How much liking an item raises the chance to buy what is in the cart.",
        "Assumed.", 0, 10, (0.0, 0.5),
    )  # fmt: skip
    price_sensitivity: bool = _switch("Whether a high price keeps a unit from buying.", "Assumed.")
    price_sensitivity_strength: float = _parameter(
        0.3, "logits per sd of log price", "How much a high price lowers the chance to buy what is in the cart.",
        "Assumed.", 0, 10, (0.1, 0.6),
    )  # fmt: skip
    satisfaction: bool = _switch(
        "Whether who finds more than expected comes more often, and who finds less comes less often.", "Assumed.",
    )  # fmt: skip
    satisfaction_strength: float = _parameter(
        0.1, "share", "How far satisfaction, -1 to 1, moves the rate of sessions, up or down.",
        "Assumed, light.", 0, 1, (0.0, 0.3),
    )  # fmt: skip
    satisfaction_memory: float = _parameter(
        0.8, "share", "Part of yesterday's satisfaction kept after a day with sessions.", "Assumed.", 0, 1,
    )  # fmt: skip
    leaving: bool = _switch("Whether an unsatisfied unit may leave for good.", "Assumed.")
    leaving_strength: float = _parameter(
        0.02, "chance a day with sessions", "Chance to leave for good after a day at a satisfaction of -1; "
        "in proportion above it, none from 0 on.",
        "Assumed: a unit who finds nothing leaves after some 50 days with sessions.", 0, 1, (0.0, 0.05),
    )  # fmt: skip
    boredom: bool = _switch(
        "Whether a unit tires of the kind of item it has had its fill of.",
        "Kapoor et al. 2015: listeners leave what they have had too much of, and come back to it.",
    )  # fmt: skip
    boredom_strength: float = _parameter(
        0.5, "sd of utility", "Most that boredom takes from an item just like what was had lately.",
        "Assumed; the shape, saturating and recovering, follows Kapoor et al. 2015 and Curmei et al. 2022.", 0, 10,
        (0.2, 1.0),
    )  # fmt: skip
    boredom_items: float = _parameter(
        5.0, "items", "Items of one kind, had lately, that bring half of the boredom; one shown counts a tenth.",
        "Assumed.", 0.1, 1000, (3, 10),
    )  # fmt: skip
    boredom_half_life_days: float = _parameter(
        7.0, "days", "Time after which half of what was had is forgotten.", "Assumed.", 0.1, 365, (3, 14),
    )  # fmt: skip
    novelty: bool = _switch(
        "Whether what was not shown lately draws more than what was.",
        "Berlyne 1970: exposure uses up an item's novelty.",
    )  # fmt: skip
    novelty_strength: float = _parameter(
        0.3, "sd of utility", "What an item gains while it is not among the impressions a unit remembers.",
        "Assumed.", 0, 10, (0.1, 0.6),
    )  # fmt: skip
    novelty_fading: float = _parameter(
        0.5, "share", "Part of the gain that is left after each showing.", "Assumed.", 0, 1, (0.3, 0.8),
    )  # fmt: skip
    memory: int = _parameter(
        60, "impressions", "How many of the items last shown to it a unit remembers.", "Chosen: six slates of ten.",
        1, 10_000,
    )  # fmt: skip
    drift: bool = _switch(
        "Whether taste moves toward what is consumed.",
        "Jiang et al. 2019 model interest as growing with what is consumed.",
    )  # fmt: skip
    drift_strength: float = _parameter(
        0.03, "share per consumed item", "How far taste moves toward each consumed item, as a share of its length.",
        "Assumed: fifty alike items bring a taste more than half way to theirs.", 0, 1, (0.0, 0.06),
    )  # fmt: skip
    rating_noise: float = _parameter(
        0.5, "sd of utility", "Spread of a rating around the utility it reports.",
        "Amatriain, Pujol & Oliver 2009: re-rating differs by 0.56 to 0.82 stars, half the spread.", 0, 10,
    )  # fmt: skip

    def __post_init__(self) -> None:
        for parameter in self.describe():
            if not parameter.low <= parameter.value <= parameter.high:
                raise DataError(
                    f"The world's {parameter.name} was {parameter.value:g} {parameter.unit}. "
                    f"It lies between {parameter.low:g} and {parameter.high:g}."
                )

    def describe(self) -> tuple[Parameter, ...]:
        """Return every parameter with its unit, meaning, source, ranges and value, in order."""
        return tuple(
            Parameter(name=each.name, value=getattr(self, each.name), **each.metadata) for each in fields(self)
        )

    def strength(self, behaviour: str) -> float:
        """Return how strong one of ``BEHAVIOURS`` is; 0 while it is switched off.

        Raises:
            DataError: where there is no such behaviour.
        """
        _check(behaviour)
        return float(getattr(self, f"{behaviour}_strength")) if getattr(self, behaviour) else 0.0

    @property
    def switched_off(self) -> tuple[str, ...]:
        """Those of ``BEHAVIOURS`` that are switched off, in order."""
        return tuple(name for name in BEHAVIOURS if not getattr(self, name))

    def without(self, *behaviours: str) -> Self:
        """Return the same settings with ``behaviours`` switched off.

        Raises:
            DataError: where one is not among ``BEHAVIOURS``.
        """
        for behaviour in behaviours:
            _check(behaviour)
        return replace(self, **dict.fromkeys(behaviours, False))


def _check(behaviour: str) -> None:
    if behaviour not in BEHAVIOURS:
        raise DataError(unknown("Behaviour", behaviour, BEHAVIOURS))
