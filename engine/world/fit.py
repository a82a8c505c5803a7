"""Fitting a World to a Dataset: simulated users who want, come and buy as the log's users did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.dataset import Dataset
from engine.errors import DataError
from engine.preferences import Preferences
from engine.world.activity import fit_activity
from engine.world.catalogue import item_categories, item_prices, price_effect
from engine.world.events import click_weight, purchase_weight, purchases_per_view
from engine.world.parameters import WorldParameters
from engine.world.ratings import RatingScale, fit_ratings
from engine.world.response import Response, calibrated_intercept, examination
from engine.world.taste import choice_weights, complete, latent
from engine.world.world import World, rows_of

Array = NDArray[np.float64]

_SAMPLE = 2000  # units, and pairs a rating scale is read from, that calibration looks at
_SLATE = 10


def fit_world(
    dataset: Dataset,
    rng: np.random.Generator,
    *,
    users: int | None = None,
    params: WorldParameters | None = None,
) -> World:
    """Return simulated users fitted to ``dataset``.

    Args:
        dataset: the log the tastes, items, activity and prices come from.
        rng: draws which users are simulated, and what the log does not tell about them.
        users: number of units; all the Dataset's users when None. Fewer are drawn without replacement. More
            are everybody once and then clones drawn with replacement: a clone keeps a part of its original's
            history and taste (``clone_keep``), the rest of its taste is the population's.
        params: settings; the defaults when None.

    Raises:
        DataError: where the log is too small, or ``users`` is less than 1.
    """
    params = params or WorldParameters()
    preferences = dataset.preferences
    if dataset.n_users < 2 or dataset.n_items < 3 or len(preferences) < 1:
        raise DataError(
            f"{dataset.name} has {dataset.n_users} users, {dataset.n_items} items and {len(preferences)} "
            "user-item pairs to learn from. Simulated users need at least 2 users, 3 items and 1 pair."
        )
    if users is not None and users < 1:
        raise DataError(f"{users} simulated users were asked for. Ask for at least 1.")
    found = latent(preferences, params.rank, rng)
    weights = choice_weights(preferences, params.rank, rng)
    user, clone = _units(dataset.n_users, users, rng)
    history = _thinned(rows_of(preferences, user), clone, params.clone_keep, rng)
    seen = preferences.user_items[user]
    reliability = seen / np.maximum(seen + params.taste_prior, 1e-12) * np.where(clone, params.clone_keep, 1.0)
    taste = complete(found.taste[user], reliability, rng)
    activity = fit_activity(dataset, params)
    price = item_prices(dataset.items)
    paid = np.ones(dataset.n_items) if price is None else price
    category, categories = item_categories(dataset.items)
    rate = purchases_per_view(dataset)

    quality_weight = weights.quality * (1 - params.exposure_share)
    slope = float(np.hypot(weights.taste, quality_weight))
    world = World(
        name=dataset.name,
        params=params if rate is None else replace(params, purchase_rate=rate),
        key=np.arange(len(user), dtype=np.int64),
        user=user.astype(np.int32),
        taste=taste * (weights.taste / slope),
        activity=activity.sessions_per_day[user],
        history=history,
        vectors=found.vectors,
        quality=found.quality * (quality_weight / slope),
        price=paid,
        category=category,
        categories=categories,
        rhythm=activity.rhythm,
        first_weekday=activity.next_weekday,
        response=Response(
            click_intercept=0.0,
            click_slope=slope,
            purchase_intercept=0.0,
            purchase_slope=params.purchase_sensitivity,
            price_effect=price_effect(paid, params.price_sensitivity),
            position_bias=params.position_bias,
        ),
        ratings=None,
        click_weight=click_weight(dataset),
        purchase_weight=purchase_weight(dataset),
        notes=tuple(_notes(activity.note, priced=price is not None, rate=rate, measured=weights.pairs > 0)),
    )
    world = _calibrated(world)
    return replace(world, ratings=_rating_scale(world, rng)) if preferences.explicit else world


def _units(n_users: int, users: int | None, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the user each unit is made from, and whether it is a clone."""
    everyone = np.arange(n_users)
    if users is None or users == n_users:
        chosen = everyone
    elif users < n_users:
        chosen = np.sort(rng.choice(n_users, users, replace=False))
    else:
        chosen = np.concatenate([everyone, rng.integers(0, n_users, users - n_users)])
    return chosen, np.arange(len(chosen)) >= n_users


def _thinned(history: Preferences, clone: NDArray[np.bool_], keep: float, rng: np.random.Generator) -> Preferences:
    kept = ~clone[history.user] | (rng.random(len(history)) < keep)
    return history.take(kept)


def _calibrated(world: World) -> World:
    """Set both intercepts so that popularity's slates meet the target click-through and purchase rate."""
    units = np.linspace(0, world.n_units - 1, min(world.n_units, _SAMPLE)).astype(np.int64)
    slates = _popular_slates(world.history, units, min(_SLATE, world.n_items))
    shown = slates >= 0
    utility = world.utility(units, np.maximum(slates, 0))
    response, params = world.response, world.params
    looked = examination(slates.shape[1], params.position_bias)
    weight = shown * looked
    # Click-through is a share of impressions, so the target is one of what is looked at.
    target = params.click_through * shown.sum() / max(weight.sum(), 1e-12)
    intercept = calibrated_intercept(response.click_slope * utility, weight, min(target, 0.99))
    response = replace(response, click_intercept=intercept)
    offset = response.purchase_slope * utility + response.price_effect[np.maximum(slates, 0)]
    buying = calibrated_intercept(offset, weight * response.click(utility), params.purchase_rate)
    return replace(world, response=replace(response, purchase_intercept=buying))


def _popular_slates(history: Preferences, units: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Return the ``k`` items with the most users that each unit has not had; -1 where fewer are left."""
    order = np.argsort(-history.item_users, kind="stable")
    deep = min(history.n_items, k + int(history.user_items[units].max(initial=0)))
    slates = np.full((len(units), k), -1, dtype=np.int64)
    for start in range(0, len(units), 256):  # blocks bound the memory
        rows = units[start : start + 256]
        fresh = history.matrix[rows][:, order[:deep]].toarray() == 0
        place = np.cumsum(fresh, axis=1)
        row, column = np.nonzero(fresh & (place <= k))
        slates[start + row, place[row, column] - 1] = order[column]
    return slates


def _rating_scale(world: World, rng: np.random.Generator) -> RatingScale:
    history = world.history
    pair = rng.integers(0, len(history), min(len(history), 20 * _SAMPLE)) if len(history) else np.zeros(0, int)
    if len(pair) == 0:
        low, high = history.scale
        return fit_ratings(np.linspace(low, high, 5), rng.standard_normal(_SAMPLE))
    utility = world.utility(history.user[pair], history.item[pair])
    noise = rng.normal(0, world.params.rating_noise, len(pair))
    return fit_ratings(history.value, utility + noise)


def _notes(activity_note: str | None, *, priced: bool, rate: float | None, measured: bool) -> Iterator[str]:
    if activity_note:
        yield activity_note
    if not priced:
        yield "The items have no price: every purchase brings 1, so revenue counts conversions."
    if rate is not None:
        yield f"Purchases per click follow the log: {rate:.1%} of the viewed user-item pairs were bought."
    if not measured:
        yield "The log is too small to measure how taste and popularity weigh in a choice: both weigh 1."
