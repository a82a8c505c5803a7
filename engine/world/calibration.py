"""Setting the intercepts of a world, so that popularity's slates meet the rates its parameters name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

from engine.preferences import Preferences
from engine.world.parameters import WorldParameters
from engine.world.world import World

Array = NDArray[np.float64]

_UNITS = 2000
_SLATE = 10
_STEEPEST = 60.0  # logits; beyond them a probability is 0 or 1


def calibrated(world: World) -> World:
    """Return the world with intercepts at which popularity's slates meet click-through, carts and purchases."""
    units = np.linspace(0, world.n_units - 1, min(world.n_units, _UNITS)).astype(np.int64)
    slates = popular_slates(world.history, units, min(_SLATE, world.n_items))
    shown, items = slates >= 0, np.maximum(slates, 0)
    utility = world.utility(units, items)
    response, params = world.response, world.params
    weight = shown * response.examination(slates.shape[1])
    # Click-through is a share of impressions, so the target is one of what is looked at.
    target = params.click_through * shown.sum() / max(weight.sum(), 1e-12)
    intercept = _intercept(response.click_slope * utility, weight, min(target, 0.99))
    response = replace(response, click_intercept=intercept)
    weight = weight * response.click(utility)
    carts = carts_per_click(params)
    response = replace(response, cart_intercept=_intercept(response.cart_slope * utility, weight, carts))
    weight = weight * response.cart(utility)
    offset = response.purchase_slope * utility + response.price_effect[items]
    bought = min(params.purchase_rate / carts, 1.0)
    return replace(world, response=replace(response, purchase_intercept=_intercept(offset, weight, bought)))


def carts_per_click(params: WorldParameters) -> float:
    """Return the part of clicks that are put in the cart: ``purchase_rate / purchases_per_cart``.

    No more than half way from the purchase rate to every click, where few carts are abandoned.
    """
    return min(params.purchase_rate / params.purchases_per_cart, (1 + params.purchase_rate) / 2)


def popular_slates(history: Preferences, units: NDArray[np.int64], k: int) -> NDArray[np.int64]:
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


def _intercept(offset: Array, weight: Array, target: float) -> float:
    """Return the intercept at which the weighted mean of ``expit(intercept + offset)`` meets ``target``.

    Args:
        offset: logits without the intercept, any shape.
        weight: non-negative weights of the same shape. They add up to what ``target`` is a share of.
        target: between 0 and 1; met as nearly as an intercept within 60 logits can.
    """

    def miss(intercept: float) -> float:
        return float((weight * expit(intercept + offset)).sum() - target * weight.sum())

    if weight.sum() == 0 or miss(-_STEEPEST) >= 0:
        return -_STEEPEST
    if miss(_STEEPEST) <= 0:
        return _STEEPEST
    return float(brentq(miss, -_STEEPEST, _STEEPEST, xtol=1e-10))
