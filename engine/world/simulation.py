"""Running policies on simulated users: they come, look, click, buy, and the policies learn from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from engine.errors import ExperimentError
from engine.noise import uniform
from engine.world.outcomes import QUANTITIES, Consumed, Outcomes, joined
from engine.world.policy import Policy, Report, State, opening
from engine.world.shelf import Shelf
from engine.world.world import World

Array = NDArray[np.float64]
Codes = NDArray[np.integer]


def run(
    world: World,
    policies: Sequence[Policy],
    assignment: Codes,
    *,
    days: int,
    slate_size: int = 10,
    retrain_every: int | None = 7,
    seed: int = 0,
    shared_training: bool = True,
    report: Report | None = None,
    block: int = 4096,
) -> Outcomes:
    """Let every unit live for ``days`` under the policy it is assigned to.

    Each draw is a hash of (seed, what it decides, unit, day, session, item), so a unit that is shown the same
    item at the same position responds alike whatever else differs: the common random numbers that let two
    runs be subtracted unit by unit. Clicked items, and the history, are not shown to a unit again.

    Args:
        world: the simulated users.
        policies: what may be shown; at least one.
        assignment: index into ``policies`` for each unit, shape (units,).
        days: number of days, at least 1.
        slate_size: positions a session shows, 1 to the number of items.
        retrain_every: days between refits, the first on day 0; None to fit on day 0 alone.
        seed: any integer. The same seed gives the same bits.
        shared_training: whether policies learn from what all units did since day 0. Otherwise each learns
            from its own units, and from everybody's history before day 0.
        report: told of each day and each refit.
        block: units whose sessions are worked out at once; bounds memory, changes no number.

    Raises:
        ExperimentError: where an argument is out of range.
    """
    arm = _checked(world, policies, assignment, days, slate_size, retrain_every)
    values = np.zeros((days, world.n_units, len(QUANTITIES)))
    satisfaction = np.zeros(world.n_units)
    state = opening(world, seed)
    parts: list[Consumed] = []
    shelf = Shelf(policies, arm, slate_size)
    for day in range(days):
        if report:
            report("Simulating day", day + 1, days)
        if day == 0 or (retrain_every is not None and day % retrain_every == 0):
            shelf.refit(state.at(day, 0), joined(parts), shared_training, report)
        sessions = _sessions(state.world, satisfaction, seed, day)
        for session in range(int(sessions.max(initial=0))):
            state = state.at(day, session)
            happened = [
                _session(state, units, shelf.slates(state, units), values[day])
                for units in _blocks(np.flatnonzero(sessions > session), block)
            ]
            state = state.after(joined(happened))
            parts += happened
        satisfaction = _satisfied(state.world, satisfaction, values[day], slate_size)
    titles = tuple(policy.title for policy in policies)
    return Outcomes(values=values, assignment=arm, policies=titles, consumed=joined(parts))


def _session(state: State, units: Codes, slates: NDArray[np.int32], today: NDArray[np.float64]) -> Consumed:
    """Show ``slates`` to ``units`` (each at most once), add what they do to ``today`` and return the clicks."""
    world, response = state.world, state.world.response
    shown = slates >= 0
    items = np.maximum(slates, 0)
    utility = world.utility(units, items)
    chance = shown * response.examination(slates.shape[1]) * response.click(utility)
    key = world.key[units][:, None]
    clicks = uniform(state.seed, "click", key, state.day, state.session, items) < chance
    carts = uniform(state.seed, "cart", key, state.day, state.session, items) < response.cart(utility)
    carts &= clicks
    buys = uniform(state.seed, "purchase", key, state.day, state.session, items) < response.purchase(utility, items)
    buys &= carts
    today[units] += np.column_stack(
        [
            np.ones(len(units)),
            shown.sum(axis=1),
            clicks.sum(axis=1),
            carts.sum(axis=1),
            buys.sum(axis=1),
            (buys * world.price[items]).sum(axis=1),
        ]
    )
    row, _ = np.nonzero(clicks)
    return Consumed(
        day=np.full(len(row), state.day, dtype=np.int32),
        unit=units[row].astype(np.int32),
        item=slates[clicks],
        carted=carts[clicks],
        bought=buys[clicks],
        utility=utility[clicks],
    )


def _sessions(world: World, satisfaction: Array, seed: int, day: int) -> NDArray[np.int64]:
    """Return each unit's sessions today: Poisson, by the inverse distribution function of one draw a unit."""
    weekday = world.rhythm[(world.first_weekday + day) % len(world.rhythm)]
    rate = world.activity * np.maximum(1 + world.params.strength("weekly_rhythm") * (weekday - 1), 0)
    rate = rate * (1 + world.params.strength("satisfaction") * satisfaction)
    drawn = poisson.ppf(uniform(seed, "sessions", world.key, day), rate)
    return np.asarray(np.minimum(drawn, world.params.max_sessions_per_day), dtype=np.int64)


def _satisfied(world: World, satisfaction: Array, today: Array, slate_size: int) -> Array:
    """Return satisfaction, -1 to 1, after a day: clicks a session against the expected, smoothed.

    A day without sessions changes nothing; twice the expected clicks, or more, is a satisfaction of 1.
    """
    sessions, clicks = today[:, 0], today[:, 2]
    expected = np.maximum(sessions, 1) * slate_size * world.params.click_through
    felt = np.minimum(clicks / expected, 2.0) - 1.0
    keep = world.params.satisfaction_memory
    return np.where(sessions > 0, keep * satisfaction + (1 - keep) * felt, satisfaction)


def _checked(
    world: World,
    policies: Sequence[Policy],
    assignment: Codes,
    days: int,
    slate_size: int,
    retrain_every: int | None,
) -> NDArray[np.int64]:
    if not policies:
        raise ExperimentError("No policy was given. A run needs at least one.")
    if days < 1:
        raise ExperimentError(f"A run of {days} days was asked for. It needs at least 1.")
    if not 1 <= slate_size <= world.n_items:
        raise ExperimentError(f"The slate size was {slate_size}. It lies between 1 and {world.n_items} items.")
    if retrain_every is not None and retrain_every < 1:
        raise ExperimentError(f"Retraining every {retrain_every} days was asked for. It needs at least 1 day.")
    arm = np.asarray(assignment, dtype=np.int64)
    if arm.shape != (world.n_units,):
        raise ExperimentError(
            f"The assignment has shape {arm.shape}. It needs one policy for each of the {world.n_units} units."
        )
    if world.n_units and not (arm.min() >= 0 and arm.max() < len(policies)):
        raise ExperimentError(
            f"The assignment names policies {arm.min()} to {arm.max()}. There are {len(policies)}, from 0."
        )
    return arm


def _blocks(units: Codes, block: int) -> Iterator[Codes]:
    return (units[start : start + block] for start in range(0, len(units), block))
