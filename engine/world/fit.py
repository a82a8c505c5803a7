"""Fitting a World to a Dataset: simulated users who want, come and buy as the log's users did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.dataset import Dataset
from engine.errors import DataError
from engine.preferences import Preferences
from engine.world.activity import fit_activity
from engine.world.calibration import calibrated
from engine.world.catalogue import item_categories, item_prices, price_effect, price_slope
from engine.world.events import click_weight, purchase_weight, purchases_per_cart, purchases_per_view
from engine.world.exposure import fit_exposure
from engine.world.funnel import Funnel, fit_funnel
from engine.world.parameters import WorldParameters
from engine.world.ratings import RatingScale, fit_ratings
from engine.world.response import Response
from engine.world.revisit import fit_revisit
from engine.world.taste import draw_tastes, latent
from engine.world.temperature import choice_weights
from engine.world.world import World, rows_of

Array = NDArray[np.float64]

_CELLS = 400_000  # units times items that the exposure is fitted on
_SAMPLE = 2000  # pairs a rating scale is read from, by twenties


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
    found = latent(preferences, params.rank, rng, trust=params.taste_trust)
    weights = choice_weights(preferences, params.rank, rng, trust=params.taste_trust)
    user, clone = _units(dataset.n_users, users, rng)
    history = _thinned(rows_of(preferences, user), clone, params.clone_keep, rng)
    taste = draw_tastes(found, user, np.where(clone, params.clone_keep, 1.0), rng)
    activity = fit_activity(dataset, params)
    price = item_prices(dataset.items)
    paid = np.ones(dataset.n_items) if price is None else price
    category, categories = item_categories(dataset.items)
    rate, in_cart = purchases_per_view(dataset), purchases_per_cart(dataset)
    quality_weight = weights.quality * (1 - params.exposure_share)
    slope = float(np.hypot(weights.taste, quality_weight))
    shares = weights.taste / slope, quality_weight / slope
    funnel = fit_funnel(dataset, params.rank, shares, rng, trust=params.taste_trust)
    measured: dict[str, Any] = {
        name: value for name, value in (("purchase_rate", rate), ("purchases_per_cart", in_cart)) if value
    }
    if funnel is not None:
        measured |= _slopes(funnel, params)
    params = replace(params, **measured)
    world = World(
        name=dataset.name,
        params=params,
        key=np.arange(len(user), dtype=np.int64),
        user=user.astype(np.int32),
        taste=taste * shares[0],
        activity=activity.sessions_per_day[user],
        items_per_session=activity.items_per_session[user],
        history=history,
        vectors=found.vectors,
        quality=found.quality * shares[1],
        price=paid,
        category=category,
        categories=categories,
        exposure=np.full(dataset.n_items, 1 / dataset.n_items),
        revisit=0.0,
        rhythm=activity.rhythm,
        first_weekday=activity.next_weekday,
        response=Response(
            click_intercept=0.0,
            click_slope=slope,
            cart_intercept=0.0,
            cart_slope=params.cart_sensitivity,
            purchase_intercept=0.0,
            purchase_slope=params.purchase_sensitivity,
            price_effect=price_effect(paid, params.strength("price_sensitivity")),
            price_slope=price_slope(paid, params.strength("price_sensitivity")),
            position_bias=params.strength("position_bias"),
        ),
        ratings=None,
        click_weight=click_weight(dataset),
        purchase_weight=purchase_weight(dataset),
        measured=tuple(measured),
        notes=tuple(
            _notes(activity.note, priced=price is not None, rate=rate, in_cart=in_cart, measured=weights.pairs > 0)
        ),
    )
    world = replace(world, exposure=_exposure(world, preferences, rng))
    if activity.lived is not None:
        world = replace(world, revisit=fit_revisit(world, activity.lived, rng))
    world = calibrated(world)
    return replace(world, ratings=_rating_scale(world, rng)) if preferences.explicit else world


def _slopes(funnel: Funnel, params: WorldParameters) -> dict[str, Any]:
    """Return the funnel's slopes that take the place of defaults; who gave a value of their own keeps it."""
    found = {
        "cart_sensitivity": funnel.cart,
        "purchase_sensitivity": funnel.purchase,
        "price_sensitivity_strength": funnel.price,
    }
    default = WorldParameters()
    return {
        name: min(value, 10.0)
        for name, value in found.items()
        if value is not None and getattr(params, name) == getattr(default, name)
    }


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


def _exposure(world: World, preferences: Preferences, rng: np.random.Generator) -> Array:
    """Return each item's chance to be come across, so that units take items as often as the log's users did."""
    few = max(20, _CELLS // world.n_items)
    units = np.sort(rng.permutation(world.n_units)[:few])
    counts = preferences.user_items[world.user[units]]
    if not counts.any():
        return world.exposure
    liking = world.response.click_slope * world.utility_block(units)
    return fit_exposure(liking, counts, preferences.item_users).exposure


def _rating_scale(world: World, rng: np.random.Generator) -> RatingScale:
    history = world.history
    if not len(history):
        low, high = history.scale
        return fit_ratings(np.linspace(low, high, 5), rng.standard_normal(_SAMPLE))
    # Few pairs are all looked at, with several draws of the noise; many are sampled.
    pair = np.resize(np.arange(len(history)), max(len(history), _SAMPLE))
    if len(pair) > 20 * _SAMPLE:
        pair = rng.integers(0, len(history), 20 * _SAMPLE)
    utility = world.utility(history.user[pair], history.item[pair])
    noise = rng.normal(0, world.params.rating_noise, len(pair))
    return fit_ratings(history.value, utility + noise)


def _notes(
    activity_note: str | None, *, priced: bool, rate: float | None, in_cart: float | None, measured: bool
) -> Iterator[str]:
    if activity_note:
        yield activity_note
    if not priced:
        yield "The items have no price: every purchase brings 1, so revenue counts conversions."
    if rate is not None:
        yield f"Purchases per click follow the log: {rate:.1%} of the viewed user-item pairs were bought."
    if in_cart is not None:
        yield f"Purchases per cart follow the log: {in_cart:.1%} of the user-item pairs in a cart were bought."
    if not measured:
        yield "The log is too small to measure how taste and popularity weigh in a choice: both weigh 1."
