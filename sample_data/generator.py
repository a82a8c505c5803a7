"""Draws the shop: its items, its users, and what they did. README.md lists the truths planted here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sample_data.words import CATEGORIES, FEATURES, QUALIFIERS, STYLES

SEED = 20260301
USERS = 2000
DAYS = 90
FIRST_DAY = np.datetime64("2026-03-02", "D")  # a Monday

# Each taste group's weight for the categories, in the order of CATEGORIES.
TASTE_GROUPS = {
    "home cooks": (0.24, 0.52, 0.02, 0.02, 0.12, 0.02, 0.02, 0.04),
    "hikers": (0.04, 0.04, 0.56, 0.24, 0.06, 0.02, 0.02, 0.02),
    "readers": (0.22, 0.04, 0.02, 0.02, 0.56, 0.04, 0.08, 0.02),
    "listeners": (0.03, 0.02, 0.02, 0.06, 0.14, 0.56, 0.15, 0.02),
    "desk workers": (0.20, 0.03, 0.02, 0.08, 0.10, 0.11, 0.44, 0.02),
    "gardeners": (0.08, 0.20, 0.12, 0.02, 0.10, 0.02, 0.02, 0.44),
}
GROUP_SHARES = (0.22, 0.18, 0.22, 0.14, 0.14, 0.10)
COUNTRY_SHARES = {"DE": 0.30, "US": 0.25, "GB": 0.20, "FR": 0.15, "JP": 0.10}
COUNTRY_BUYING = {"DE": 1.0, "US": 1.35, "GB": 1.1, "FR": 0.75, "JP": 0.9}
DEVICE_SHARES = {"mobile": 0.58, "desktop": 0.32, "tablet": 0.10}
DEVICE_BUYING = {"mobile": 0.8, "desktop": 1.35, "tablet": 1.0}
WEEKDAY_ACTIVITY = (1.0, 0.95, 0.95, 1.0, 1.1, 1.4, 1.5)  # Monday to Sunday
CART_SHARE, PURCHASE_SHARE, RATING_SHARE = 0.16, 0.45, 0.55
POPULARITY_EXPONENT = 0.8
DRIFTING_SHARE = 0.2
LAPSING_SHARE = 0.25
NEW_USER_SHARE = 0.35
REFUSING_SHARE = 0.03

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Shop:
    """The three tables as they are written to disk.

    Attributes:
        events: user_id, item_id, time, event, rating (empty unless the event is a rating).
        users: user_id, country, device, signup_date, consent.
        items: item_id, title, category, price, description, brand.
    """

    events: pd.DataFrame
    users: pd.DataFrame
    items: pd.DataFrame


@dataclass(frozen=True)
class _Items:
    table: pd.DataFrame
    category: Codes  # (items,)
    style: Codes  # (items,)
    appeal: Floats  # (items,) log popularity
    price_level: Floats  # (items,) log price against its category, in standard deviations
    quality: Floats  # (items,) added to every rating


@dataclass(frozen=True)
class _Users:
    table: pd.DataFrame
    signup_day: Codes  # (users,) day of the window; negative where before it
    taste: Floats  # (2, users, categories): at the start and at the end
    style: Floats  # (users, styles)
    thrift: Floats  # (users,) how much a high price puts off
    activity: Floats  # (users,) visits a day
    lapse: Floats  # (users,) how fast the visits fade, a day
    buying: Floats  # (users,) factor on every step of the funnel


def generate(seed: int = SEED) -> Shop:
    """Return the shop drawn from ``seed``; the same seed gives the same tables."""
    rng = np.random.default_rng(seed)
    items, users = _items(rng), _users(rng)
    return Shop(_events(rng, users, items), users.table, items.table)


def _items(rng: np.random.Generator) -> _Items:
    sizes = [size for size, *_ in CATEGORIES.values()]
    category = np.repeat(np.arange(len(CATEGORIES)), sizes)
    n = len(category)
    chosen = [_products(rng, *entry) for entry in CATEGORIES.values()]
    style, titles, brands, descriptions = (np.concatenate(column) for column in zip(*chosen, strict=True))
    premium = style == STYLES.index("premium")
    price_level = rng.normal(0, 0.8, n) + 1.0 * premium
    median = np.repeat([price for _, price, *_ in CATEGORIES.values()], sizes)
    price = np.maximum(np.round(median * np.exp(0.45 * price_level)), 3) - 0.01
    rank = rng.permutation(n) + 1
    table = pd.DataFrame(
        {
            "title": titles,
            "category": np.array(list(CATEGORIES))[category],
            "price": price.round(2),
            "description": descriptions,
            "brand": brands,
        }
    )
    order = rng.permutation(n)  # so that an item's number tells nothing
    table = table.iloc[order].reset_index(drop=True)
    table.insert(0, "item_id", [f"i{number:03d}" for number in range(1, n + 1)])
    return _Items(
        table=table,
        category=category[order],
        style=style[order].astype(np.int64),
        appeal=-POPULARITY_EXPONENT * np.log(rank)[order],
        price_level=price_level[order],
        quality=rng.normal(0, 0.45, n)[order],
    )


def _products(
    rng: np.random.Generator,
    size: int,
    _price: float,
    brands: tuple[str, ...],
    products: tuple[str, ...],
    uses: tuple[str, ...],
) -> tuple[Codes, NDArray[np.str_], NDArray[np.str_], NDArray[np.str_]]:
    """Return ``size`` styles, titles (no two alike), brands and descriptions of one category."""
    words = np.array([QUALIFIERS[style] for style in STYLES])
    features = np.array([FEATURES[style] for style in STYLES])
    shape = (len(brands), len(products), *words.shape)
    brand, product, style, word = np.unravel_index(rng.choice(int(np.prod(shape)), size=size, replace=False), shape)
    first = rng.integers(0, features.shape[1], size)
    second = (first + rng.integers(1, features.shape[1], size)) % features.shape[1]
    use = rng.integers(0, len(uses), size)
    qualifier, maker = words[style, word], np.array(brands)[brand]
    thing = np.array(products)[product]
    title = np.array([" ".join(parts) for parts in zip(maker, qualifier, thing, strict=True)])
    sentences = zip(
        thing, np.array(uses)[use], np.array(STYLES)[style], features[style, first], features[style, second],
        strict=True,
    )  # fmt: skip
    description = np.array(
        [f"{what} {purpose}. A {how} design: {one}, {two}." for what, purpose, how, one, two in sentences]
    )
    return style.astype(np.int64), title, maker, description


def _users(rng: np.random.Generator) -> _Users:
    groups = np.array(list(TASTE_GROUPS.values()))
    group = rng.choice(len(groups), USERS, p=GROUP_SHARES)
    later = np.where(rng.random(USERS) < DRIFTING_SHARE, rng.choice(len(groups), USERS, p=GROUP_SHARES), group)
    personal = rng.gamma(2.5, 1 / 2.5, (USERS, groups.shape[1])) + 0.02
    taste = np.stack([groups[group] * personal, groups[later] * personal])
    country = rng.choice(list(COUNTRY_SHARES), USERS, p=list(COUNTRY_SHARES.values()))
    device = rng.choice(list(DEVICE_SHARES), USERS, p=list(DEVICE_SHARES.values()))
    taste[:, country == "JP", list(CATEGORIES).index("Audio")] *= 2
    taste[:, country == "GB", list(CATEGORIES).index("Garden")] *= 1.5
    taste /= taste.sum(axis=2, keepdims=True)
    new = rng.random(USERS) < NEW_USER_SHARE
    signup_day = np.where(new, rng.integers(0, DAYS - 5, USERS), -rng.integers(1, 700, USERS))
    table = pd.DataFrame(
        {
            "user_id": [f"u{number:04d}" for number in range(1, USERS + 1)],
            "country": country,
            "device": device,
            "signup_date": np.datetime_as_string(FIRST_DAY + signup_day),
            "consent": np.where(rng.random(USERS) < REFUSING_SHARE, "false", "true"),
        }
    )
    return _Users(
        table=table,
        signup_day=signup_day,
        taste=taste,
        style=rng.dirichlet(np.full(len(STYLES), 0.5), USERS),
        thrift=np.clip(rng.normal(0.45, 0.35, USERS), -0.4, 1.4),
        activity=np.minimum(rng.lognormal(-2.75, 0.85, USERS), 1.2),
        lapse=np.where(rng.random(USERS) < LAPSING_SHARE, rng.uniform(0.02, 0.08, USERS), 0.0),
        buying=pd.Series(country).map(COUNTRY_BUYING).to_numpy() * pd.Series(device).map(DEVICE_BUYING).to_numpy(),
    )


def _events(rng: np.random.Generator, users: _Users, items: _Items) -> pd.DataFrame:
    user, day, second = _views(rng, users)
    late = rng.random(len(user)) < day / DAYS
    item, fit = _choose(rng, users, items, user, late)

    # The funnel: each step is likelier for what fits the user, on some devices and in some countries.
    push = users.buying[user] * np.exp(0.35 * fit)
    carted = rng.random(len(user)) < np.minimum(CART_SHARE * np.sqrt(push), 0.9)
    bought = carted & (rng.random(len(user)) < np.minimum(PURCHASE_SHARE * np.sqrt(push), 0.95))
    rated = bought & (rng.random(len(user)) < RATING_SHARE)
    opinion = 3.7 + 0.6 * fit + items.quality[item] + rng.normal(0, 0.8, len(user))
    stars = np.clip(np.round(opinion), 1, 5)

    viewed_at = day * 86400 + second
    carted_at = viewed_at + rng.integers(20, 180, len(user))
    bought_at = carted_at + rng.integers(60, 1800, len(user))
    rated_at = bought_at + rng.integers(2 * 86400, 10 * 86400, len(user))
    everyone = np.ones(len(user), dtype=bool)
    steps = (
        ("view", everyone, viewed_at),
        ("add_to_cart", carted, carted_at),
        ("purchase", bought, bought_at),
        ("rating", rated, rated_at),
    )
    log = pd.concat(
        pd.DataFrame(
            {
                "user": user[mask],
                "item": item[mask],
                "second": at[mask],
                "event": event,
                "rating": stars[mask] if event == "rating" else np.nan,
            }
        )
        for event, mask, at in steps
    )
    log = log[log["second"] < DAYS * 86400].sort_values(["second", "user", "item"], kind="stable")
    moment = FIRST_DAY.astype("datetime64[s]") + log["second"].to_numpy()
    return pd.DataFrame(
        {
            "user_id": users.table["user_id"].to_numpy()[log["user"]],
            "item_id": items.table["item_id"].to_numpy()[log["item"]],
            "time": np.datetime_as_string(moment),
            "event": log["event"].to_numpy(),
            "rating": log["rating"].astype("Int64").array,
        }
    )


def _views(rng: np.random.Generator, users: _Users) -> tuple[Codes, Codes, Codes]:
    """Return the user, the day and the second of the day of every view."""
    days = np.arange(DAYS)
    age = days[None, :] - users.signup_day[:, None]
    rate = users.activity[:, None] * np.array(WEEKDAY_ACTIVITY)[days % 7] * np.exp(-users.lapse[:, None] * days)
    rate = rate * (age >= 0) * np.where(age < 7, 1.8, 1.0)
    visits = rng.poisson(rate)
    visitor, visit_day = (np.repeat(axis, visits.ravel()) for axis in np.divmod(np.arange(visits.size), DAYS))
    hour = np.clip(rng.normal(np.where(rng.random(len(visitor)) < 0.35, 12.5, 20.0), 2.0), 6.0, 23.3)
    views = np.minimum(rng.geometric(0.24, len(visitor)), 20)
    visit = np.repeat(np.arange(len(visitor)), views)
    # Seconds since the visit began: a running sum that starts again with each visit.
    steps = rng.integers(15, 120, len(visit))
    running = np.cumsum(steps)
    begin = np.repeat((running - steps)[np.cumsum(views) - views], views)
    second = (hour * 3600).astype(np.int64)[visit] + running - begin
    return visitor[visit], visit_day[visit], np.minimum(second, 86399)


def _choose(
    rng: np.random.Generator,
    users: _Users,
    items: _Items,
    user: Codes,
    late: NDArray[np.bool_],
) -> tuple[Codes, Floats]:
    """Return the item of every view, and how well it fits its user (standardised over the views).

    The chance of an item is a softmax of its appeal, the user's taste for its category and style, and its
    price. Drawn by inverting each user's cumulative chances, laid end to end: user ``u`` fills [u, u + 1).
    """
    personal = (
        1.15 * np.log(users.taste[:, :, items.category])
        + 3.2 * users.style[None, :, items.style]
        - users.thrift[None, :, None] * items.price_level
    )
    chance = np.exp(personal + items.appeal)
    cumulative = np.cumsum(chance, axis=2)
    cumulative /= cumulative[:, :, -1:]
    phase = late.astype(np.int64)
    row = phase * USERS + user
    line = (cumulative.reshape(2 * USERS, -1) + np.arange(2 * USERS)[:, None]).ravel()
    place = np.searchsorted(line, row + rng.random(len(user)), side="right")
    item = np.minimum(place - row * len(items.category), len(items.category) - 1)
    fit = personal[phase, user, item]
    return item, (fit - fit.mean()) / fit.std()
