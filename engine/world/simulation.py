"""Running policies on simulated users: they come, look, click, buy, and the policies learn from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.errors import ExperimentError
from engine.world.choice import respond
from engine.world.outcomes import QUANTITIES, Consumed, Outcomes, joined
from engine.world.policy import Policy, Report, State, opening
from engine.world.retention import satisfied, sessions_today
from engine.world.shelf import Shelf
from engine.world.world import World

Array = NDArray[np.float64]
Codes = NDArray[np.integer]

_IMPRESSIONS, _CLICKS = QUANTITIES.index("impressions"), QUANTITIES.index("clicks")


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
    state = opening(world, seed).own()
    parts: list[Consumed] = []
    shelf = Shelf(policies, arm, slate_size)
    for day in range(days):
        if report:
            report("Simulating day", day + 1, days)
        state = state.at(day, 0)
        if day == 0 or (retrain_every is not None and day % retrain_every == 0):
            shelf.refit(state, joined(parts), shared_training, report)
        sessions = sessions_today(state)
        for session in range(int(sessions.max(initial=0))):
            state = state.at(day, session)
            units = np.flatnonzero(sessions > session)
            slates, consumed = _session(state, shelf, units, values[day], block)
            state = state.lived(consumed, units, slates)
            parts.append(consumed)
        came = np.flatnonzero(sessions)
        state = satisfied(state, came, values[day, came, _CLICKS], values[day, came, _IMPRESSIONS])
    titles = tuple(policy.title for policy in policies)
    return Outcomes(values=values, assignment=arm, policies=titles, consumed=joined(parts), stayed=state.stays)


def _session(state: State, shelf: Shelf, units: Codes, today: Array, block: int) -> tuple[NDArray[np.int32], Consumed]:
    """Show ``units`` their slates, add what they do to ``today`` and return the slates and the clicks."""
    shown, happened = [], []
    for start in range(0, len(units), block):
        rows = units[start : start + block]
        slates = shelf.slates(state, rows)
        shown.append(slates)
        happened.append(respond(state, rows, slates, shelf.prices(state, rows, slates), today))
    return shown[0] if len(shown) == 1 else np.concatenate(shown), joined(happened)


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
