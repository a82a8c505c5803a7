"""Worlds made up from a few dials, for demonstrations and for tests that need to know the truth.

A synthetic world has a history: its users have lived in it for some weeks, organically. ``draw_log`` gives what they
do next as a Dataset, which every page and command takes like any other log.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from engine.dataset import Dataset
from engine.errors import DataError, unknown
from engine.noise import uniform
from engine.preferences import Preferences
from engine.world.calibration import calibrated
from engine.world.catalogue import price_effect, price_slope
from engine.world.life import live
from engine.world.parameters import WorldParameters
from engine.world.response import Response
from engine.world.sessions import Lived
from engine.world.world import World

Array = NDArray[np.float64]

_MONDAY = pd.Timestamp("2026-01-05")
_WEEKEND = np.array([0, 0, 0, 0, 0, 1, 1], dtype=np.float64)
_WEIGHTS = {"view": 1.0, "add_to_cart": 3.0, "purchase": 5.0}
_PREFIX = "synthetic:"


def _dial(default: float, low: float, high: float, meaning: str) -> Any:
    return field(default=default, metadata={"low": low, "high": high, "meaning": meaning})


@dataclass(frozen=True, kw_only=True)
class Dials:
    """What a synthetic world is made from.

    Raises:
        DataError: where a value lies outside its range.
    """

    users: int = _dial(500, 2, 1_000_000, "users")
    items: int = _dial(200, 3, 1_000_000, "items in the catalogue")
    categories: int = _dial(6, 1, 200, "categories, each liked by some taste groups more than by others")
    taste_groups: int = _dial(4, 1, 200, "groups of users of like taste")
    minority_share: float = _dial(0.1, 0, 1, "share of users in the last group; the others share the rest evenly")
    taste_strength: float = _dial(1.2, 0, 5, "logits a standard deviation of taste is worth in a choice")
    rank: int = _dial(8, 1, 64, "length of a taste vector")
    popularity_skew: float = _dial(0.8, 0, 3, "exposure of the n-th most exposed item falls as n to minus this")
    activity: float = _dial(0.3, 0.001, 5, "mean sessions a day")
    activity_spread: float = _dial(0.8, 0, 3, "standard deviation of log activity between users")
    session_items: float = _dial(4, 1, 100, "mean items of a session")
    weekend: float = _dial(1.4, 0.1, 10, "sessions on a Saturday or Sunday for each on another day")
    revisit: float = _dial(0.3, 0, 100, "how much likelier an item is taken again than if it were new")
    weeks: int = _dial(6, 0, 520, "weeks of history")
    seed: int = _dial(0, 0, 2**62, "seed of everything")

    def __post_init__(self) -> None:
        for each in fields(self):
            value, low, high = getattr(self, each.name), each.metadata["low"], each.metadata["high"]
            if not low <= value <= high:
                raise DataError(f"The dial {each.name} was {value:,}. It lies between {low:,} and {high:,}.")

    @property
    def told(self) -> str:
        """The dials as ``parse`` reads them: users, items, and whatever else is not the default."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        changed = [each.name for each in fields(self) if values[each.name] != each.default]
        return ", ".join(f"{name}={values[name]}" for name in dict.fromkeys(("users", "items", *changed)))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the dials of ``synthetic:users=500,items=200``; ``synthetic`` alone gives the defaults.

        Raises:
            DataError: an unknown dial, or a value that is no number or out of range.
        """
        given: dict[str, Any] = {}
        known = {each.name: each.type for each in fields(cls)}
        for part in text.removeprefix(_PREFIX.rstrip(":")).removeprefix(":").split(","):
            if not part.strip():
                continue
            name, sign, value = (piece.strip() for piece in part.partition("="))
            if name not in known:
                raise DataError(unknown("Dial", name, known))
            try:
                given[name] = int(value) if known[name] == "int" else float(value)
            except ValueError:
                kind = "a whole number" if known[name] == "int" else "a number"
                raise DataError(f"The dial {name} was '{value}'. It needs {kind}, for instance {name}=2.") from None
            if not sign:
                raise DataError(f"The dial {name} has no value. Write {name}=2.")
        return cls(**given)


def synthetic_world(dials: Dials | None = None, *, params: WorldParameters | None = None) -> World:
    """Return a world made from ``dials``, whose users have lived in it for ``weeks``.

    Categories and taste groups are directions of one space; an item lies near its category, a user near their
    group, and a group likes some categories. Everything else is drawn.

    Args:
        dials: the defaults when None.
        params: behaviours; the defaults when None.
    """
    dials = dials or Dials()
    params = replace(params or WorldParameters(), rank=dials.rank)
    rng = np.random.default_rng(dials.seed)
    category = rng.permutation(np.arange(dials.items) % dials.categories)
    centre = _unit(rng.standard_normal((dials.categories, dials.rank)))
    vectors = _standard(centre[category] * np.sqrt(dials.rank) + rng.standard_normal((dials.items, dials.rank)))
    group = _groups(dials, rng)
    liked = _unit(rng.standard_normal((dials.taste_groups, dials.rank)))
    taste = _unit(liked[group] + 0.6 * rng.standard_normal((dials.users, dials.rank)) / np.sqrt(dials.rank))
    quality = rng.standard_normal(dials.items)
    quality -= quality.mean() + vectors @ (vectors.T @ quality) / dials.items  # so that the parts do not overlap
    quality /= max(quality.std(), 1e-12)
    share = 0.3 if dials.taste_strength else 0.0  # of the variance of a utility that all users share
    exposure = (rng.permutation(dials.items) + 1.0) ** -dials.popularity_skew
    price = np.round(np.exp(rng.normal(3, 0.6, dials.items)), 2).astype(np.float64)
    activity = dials.activity * np.exp(rng.normal(-(dials.activity_spread**2) / 2, dials.activity_spread, dials.users))
    rhythm = 1 + (dials.weekend - 1) * _WEEKEND
    world = World(
        name="Synthetic",
        params=params,
        key=np.arange(dials.users, dtype=np.int64),
        user=np.arange(dials.users, dtype=np.int32),
        taste=taste * np.sqrt(1 - share),
        activity=np.minimum(activity, params.max_sessions_per_day),
        items_per_session=np.full(dials.users, float(dials.session_items)),
        history=_nothing(dials),
        vectors=vectors,
        quality=quality * np.sqrt(share),
        price=price,
        category=category.astype(np.int32),
        categories=tuple(f"Category {number + 1}" for number in range(dials.categories)),
        exposure=exposure / exposure.sum(),
        revisit=float(dials.revisit),
        rhythm=rhythm / rhythm.mean(),
        first_weekday=0,
        response=Response(
            click_intercept=0.0,
            click_slope=float(dials.taste_strength / np.sqrt(1 - share)),
            cart_intercept=0.0,
            cart_slope=params.cart_sensitivity,
            purchase_intercept=0.0,
            purchase_slope=params.purchase_sensitivity,
            price_effect=price_effect(price, params.strength("price_sensitivity")),
            price_slope=price_slope(price, params.strength("price_sensitivity")),
            position_bias=params.strength("position_bias"),
        ),
        ratings=None,
        click_weight=_WEIGHTS["view"],
        purchase_weight=_WEIGHTS["purchase"],
        notes=("Everything about these users is made up.",),
    )
    world = calibrated(world)
    if not dials.weeks:
        return world
    lived = live(world, 7 * dials.weeks, dials.seed)
    log = _dataset(world, lived, dials.seed)
    return replace(world, history=log.preferences)


def draw_log(world: World, days: int, seed: int, *, first_day: pd.Timestamp = _MONDAY) -> Dataset:
    """Return what the units of ``world`` do organically in ``days``, as a log that names its events.

    A view is every pick; an item is put in the cart and bought with the world's chances. What they had before is
    not in the log, so a world without history (``weeks=0``) gives a log that tells all there was.

    Args:
        world: any world.
        days: at least 1.
        seed: any integer.
        first_day: midnight of day 0. The world's own first weekday should be this day's.
    """
    return _dataset(world, live(world, days, seed), seed, first_day)


def synthetic_log(dials: Dials | None = None) -> Dataset:
    """Return the whole life of a synthetic world's users as a log: ``weeks`` of it, at least one day."""
    dials = dials or Dials()
    world = synthetic_world(replace(dials, weeks=0))
    log = draw_log(world, max(7 * dials.weeks, 1), dials.seed)
    if not len(log.interactions):
        raise DataError("Nobody did anything in this synthetic world. Give it more users, weeks or activity.")
    return log


def _dataset(world: World, lived: Lived, seed: int, first_day: pd.Timestamp = _MONDAY) -> Dataset:
    response = world.response
    utility = world.utility(lived.user, lived.item)
    keys = (world.key[lived.user], lived.day, lived.second, lived.item)
    carted = uniform(seed, "organic cart", *keys) < expit(response.cart_intercept + response.cart_slope * utility)
    logit = response.purchase_intercept + response.purchase_slope * utility + response.price_effect[lived.item]
    bought = carted & (uniform(seed, "organic purchase", *keys) < expit(logit))
    parts = [
        pd.DataFrame(
            {"user": lived.user[mask], "item": lived.item[mask], "second": lived.second[mask] + after, "event": event}
        )
        for event, mask, after in (
            ("view", np.ones(len(lived), dtype=bool), 0), ("add_to_cart", carted, 10), ("purchase", bought, 20),
        )
    ]  # fmt: skip
    rows = pd.concat(parts, ignore_index=True).sort_values(["second", "user", "item"], kind="stable", ignore_index=True)
    interactions = pd.DataFrame(
        {
            "user": rows["user"].astype(np.int32),
            "item": rows["item"].astype(np.int32),
            "time": (first_day + pd.to_timedelta(rows["second"], unit="s")).astype("datetime64[s]"),
            "event": pd.Categorical(rows["event"], categories=sorted(_WEIGHTS)),
            "rating": np.nan,
        }
    )
    items = pd.DataFrame({"item_id": [f"i{code + 1}" for code in range(world.n_items)]})
    if world.categories:
        items["category"] = np.array([*world.categories, ""], dtype=object)[world.category]
    return Dataset(
        name=world.name,
        interactions=interactions,
        users=pd.DataFrame({"user_id": [f"u{code + 1}" for code in range(world.n_units)]}),
        items=items.assign(price=world.price),
        feedback="implicit",
        event_weights=dict(_WEIGHTS),
    )


def _groups(dials: Dials, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return each user's taste group; the last is the minority."""
    if dials.taste_groups == 1:
        return np.zeros(dials.users, dtype=np.int64)
    others = np.full(dials.taste_groups - 1, (1 - dials.minority_share) / (dials.taste_groups - 1))
    return rng.choice(dials.taste_groups, dials.users, p=np.append(others, dials.minority_share))


def _nothing(dials: Dials) -> Preferences:
    none = np.zeros(0, dtype=np.int32)
    return Preferences(
        user=none, item=none, value=np.zeros(0), n_users=dials.users, n_items=dials.items, scale=(0.0, 1.0),
        explicit=False, time=np.zeros(0, dtype=np.int64),
    )  # fmt: skip


def _standard(vectors: Array) -> Array:
    """Return vectors of mean 0 and identity covariance over the items, as far as there are enough of them."""
    centred = vectors - vectors.mean(axis=0)
    values, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    scale = np.where(values > 1e-9, 1 / np.sqrt(np.maximum(values, 1e-9)), 0.0)
    return np.asarray(centred @ (axes * scale) @ axes.T)


def _unit(rows: Array) -> Array:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))
