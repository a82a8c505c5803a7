"""What a world is made of, in rows for a reader: every number with its unit, its switch and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np

from engine.world.parameters import BEHAVIOURS, WorldParameters
from engine.world.world import World

Origin = Literal["fitted", "assumed", "given"]

_STRENGTH = "_strength"
_INDIRECT = "Indirect inference on how alike the items of one user are (Gourieroux, Monfort & Renault 1993)."
_SESSIONS = "The log's times, cut into sessions."
_HALVES = "regression on the log's own events, with tastes learned from the other half of the pairs."
_MEASURED = {
    "purchase_rate": "The log: share of the viewed user-item pairs that were bought.",
    "purchases_per_cart": "The log: share of the user-item pairs in a cart that were bought.",
    "cart_sensitivity": f"Logistic {_HALVES}",
    "purchase_sensitivity": f"Logistic {_HALVES}",
    "price_sensitivity_strength": f"Logistic {_HALVES}",
}
_CLICKS = "Set so that popularity's slates meet click_through."


@dataclass(frozen=True)
class Fact:
    """One number of a world.

    Attributes:
        name: its name.
        value: the number.
        unit: what it is measured in.
        on: whether the behaviour it belongs to is switched on; None where it belongs to none.
        origin: ``fitted`` to the log, ``assumed``, or ``given`` by the caller in place of the default.
        source: where it comes from.
    """

    name: str
    value: float
    unit: str
    on: bool | None
    origin: Origin
    source: str


def facts(world: World) -> tuple[Fact, ...]:
    """Return what was fitted to the log, then every parameter that is not a switch."""
    return (*_fitted(world), *_parameters(world))


def _fitted(world: World) -> Iterator[Fact]:
    slope = world.response.click_slope
    taste = float(np.sqrt((world.taste**2).sum(axis=1).mean())) * slope
    top = np.sort(world.exposure)[::-1][: max(1, round(0.1 * world.n_items))].sum()
    history = world.history.user_items
    rows = (
        ("taste_weight", taste, "logits per sd of taste", _INDIRECT),
        ("quality_weight", float(world.quality.std()) * slope, "logits per sd of quality",
         "Spread of the log's popularity, less the part that is exposure (exposure_share)."),
        ("click_slope", slope, "logits per sd of utility", "taste_weight and quality_weight together."),
        ("click_intercept", world.response.click_intercept, "logits", _CLICKS),
        ("exposure_top_tenth", float(top), "share of exposure",
         "Iterative proportional fitting of the log's popularity (Deming & Stephan 1940); the most exposed tenth."),
        ("revisit", world.revisit, "times the chance of a new item",
         "Likelihood of the log's repeats, given tastes and exposure; 0 where nothing is taken twice."),
        ("activity_mean", float(world.activity.mean()), "sessions a day",
         f"{_SESSIONS} A gamma posterior mean a user, while they are around."),
        ("activity_spread", float(world.activity.std() / max(world.activity.mean(), 1e-12)), "sd / mean", _SESSIONS),
        ("items_per_session", float(world.items_per_session.mean()), "choices a session", _SESSIONS),
        ("weekend_activity", world.rhythm[5:].mean() / world.rhythm[:5].mean(), "times a working day", _SESSIONS),
        ("history_items", float(history.mean()), "items a user had before", "The log."),
    )  # fmt: skip
    for name, value, unit, source in rows:
        on = world.params.weekly_rhythm if name == "weekend_activity" else None
        yield Fact(name, float(value), unit, on, "fitted", source)


def _parameters(world: World) -> Iterator[Fact]:
    default = {each.name: each.default for each in fields(WorldParameters)}
    for each in world.params.describe():
        if each.name in BEHAVIOURS:
            continue
        owner = each.name.removesuffix(_STRENGTH)
        on = bool(getattr(world.params, owner)) if each.name.endswith(_STRENGTH) else None
        origin: Origin = "assumed" if each.value == default[each.name] else "given"
        source = each.source
        if each.name in world.measured:
            origin, source = "fitted", _MEASURED[each.name]
        elif origin == "given":
            source = "Given in place of the default."
        yield Fact(each.name, float(each.value), each.unit, on, origin, source)
