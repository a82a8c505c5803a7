"""Setting the intercepts of a world, so that popularity's slates meet the rates its parameters name."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit

from engine.noise import uniform
from engine.world import kernel
from engine.world.choice import take
from engine.world.outcomes import Consumed, joined
from engine.world.pairs import first_unseen
from engine.world.parameters import WorldParameters
from engine.world.policy import State, opening
from engine.world.world import World

Array = NDArray[np.float64]
Codes = NDArray[np.integer]

_UNITS = 2000
_DAYS = 14
_SESSIONS = 14  # of one unit; who comes more often counts as if it came so often
_ROUNDS = 6
_SLATE = 10
_DEPTH = 4 * _SLATE
_SEED = 0
_STEEPEST = 60.0  # logits; beyond them a probability is 0 or 1


def calibrated(world: World) -> World:
    """Return the world with intercepts at which popularity's slates meet click-through, carts and purchases.

    A sample of the units lives through a fortnight's sessions, in each of which it sees the most popular items
    it has not had. Boredom, novelty and drift count as they are switched: the rate is that of the fortnight,
    and lies higher in the first session than in the last. The click intercept moves by what is missing in log
    odds, on the same luck, until the rates meet.
    """
    sample = world.take(np.arange(_UNITS) * world.n_units // _UNITS)
    sample = replace(sample, key=np.arange(_UNITS, dtype=np.int64))
    candidates = popular_slates(opening(sample, _SEED), np.arange(_UNITS), min(_DEPTH, world.n_items))
    slate = min(_SLATE, world.n_items)
    most = min(world.params.most_clicks, slate) / slate
    target = min(world.params.click_through / most, 0.95)
    intercept = float(logit(target) - 0.5 * world.response.click_slope)
    for _ in range(_ROUNDS):
        seen = _seen(_with(sample, intercept), candidates, slate)
        reached = max(len(seen.taken), 0.5) / max(seen.impressions * most, 1.0)
        intercept = float(np.clip(intercept + logit(target) - logit(min(reached, 0.999)), -_STEEPEST, _STEEPEST))
    response, params = world.response, world.params
    carts = carts_per_click(params)
    each = np.ones(len(seen.taken.utility))
    carting = calibrated_intercept(response.cart_slope * seen.taken.utility, each, carts)
    offset = response.purchase_slope * seen.taken.utility + response.price_effect[seen.taken.item]
    carted = expit(carting + response.cart_slope * seen.taken.utility)
    buying = calibrated_intercept(offset, carted, min(params.purchase_rate / carts, 1.0))
    fitted = replace(response, click_intercept=intercept, cart_intercept=carting, purchase_intercept=buying)
    return replace(world, response=fitted)


def carts_per_click(params: WorldParameters) -> float:
    """Return the part of clicks that are put in the cart: ``purchase_rate / purchases_per_cart``.

    No more than half way from the purchase rate to every click, where few carts are abandoned.
    """
    return min(params.purchase_rate / params.purchases_per_cart, (1 + params.purchase_rate) / 2)


def popular_slates(state: State, units: Codes, k: int) -> NDArray[np.int32]:
    """Return the ``k`` items with the most users that each unit has not had; -1 where fewer are left."""
    history = state.world.history
    order = np.argsort(-history.item_users, kind="stable")
    deep = min(history.n_items, k + int(history.user_items[units].max(initial=0)))
    return first_unseen(state.seen_pairs, units, np.tile(order[:deep], (len(units), 1)), history.n_items, k)


@dataclass(frozen=True)
class _Seen:
    impressions: int
    taken: Consumed


def _with(world: World, intercept: float) -> World:
    return replace(world, response=replace(world.response, click_intercept=intercept))


def _seen(world: World, candidates: NDArray[np.int32], slate: int) -> _Seen:
    """Return what the units of ``world`` do in their sessions with the most popular items."""
    state = opening(world, _SEED).own()
    sessions = np.zeros(world.n_units, dtype=np.int64)
    kernel.poisson_rows(uniform(_SEED, "sessions", world.key), _DAYS * world.activity, _SESSIONS, sessions)
    sessions = np.maximum(sessions, sessions.max(initial=0) == 0)  # somebody comes
    impressions, parts = 0, []
    for session in range(int(sessions.max())):
        units = np.flatnonzero(sessions > session)
        state = state.at(int(_DAYS * (session + 0.5) / sessions[units].mean()), 0)
        slates = first_unseen(state.seen_pairs, units, candidates[units], world.n_items, slate)
        consumed = take(state, units, slates).consumed(state.day, units, slates)
        state = state.lived(consumed, units, slates)
        impressions += int((slates >= 0).sum())
        parts.append(consumed)
    return _Seen(impressions, joined(parts))


def calibrated_intercept(offset: Array, weight: Array, target: float) -> float:
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
