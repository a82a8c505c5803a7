"""One policy's life: rounds of recommend, choose and retrain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.discovery.presence import comes
from engine.world import Consumed, Policy, World
from engine.world.choice import choose, take
from engine.world.outcomes import joined
from engine.world.policy import opening
from engine.world.retention import satisfied
from engine.world.shelf import Shelf


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How the rounds go.

    Attributes:
        rounds: how many, at least 2.
        slate_size: items shown to who comes.
        choices: items taken from a slate.
        round_days: how long a round lasts; decides who comes, and how much is forgotten between two.
        retrain_every: rounds between refits, the first before round 1; None to train before round 1 alone.
    """

    rounds: int
    slate_size: int
    choices: int
    round_days: int
    retrain_every: int | None


@dataclass(frozen=True)
class Round:
    """What happened in one round.

    Attributes:
        number: from 0.
        world: the units after it.
        units: codes of who came.
        slates: what they were shown, shape (len(units), slate size), -1 for no item.
        consumed: what they took.
        clicks: items they would have taken, free to take none, shape (len(units),).
    """

    number: int
    world: World
    units: NDArray[np.int64]
    slates: NDArray[np.int32]
    consumed: Consumed
    clicks: NDArray[np.int64]


def lived(start: World, policy: Policy, rules: Rules, seed: int) -> Iterator[Round]:
    """Yield each round of ``start``'s units under ``policy``.

    The loop of Chaney, Stewart & Engelhardt 2018 (section 4): who comes is shown a slate and takes ``choices``
    items from it, moods and taste move with these, and the policy is trained on all that was taken so far. How
    satisfied they are goes by what they would have clicked on the same slate of their own free will. All luck
    is hashed from ``seed`` and the unit, so that two policies can be subtracted unit by unit.
    """
    shelf = Shelf([policy], np.zeros(start.n_units, dtype=np.int64), rules.slate_size)
    state = opening(start, seed)
    parts: list[Consumed] = []
    for number in range(rules.rounds):
        state = state.at(number * rules.round_days, 0)
        if number == 0 or (rules.retrain_every is not None and number % rules.retrain_every == 0):
            shelf.refit(state, joined(parts), shared=True, report=None)
        units = np.flatnonzero(comes(state, rules.round_days))
        slates = shelf.slates(state, units)
        clicks = take(state, units, slates).counts
        consumed = choose(state, units, slates, rules.choices)
        state = state.after(consumed, units, slates)
        state = satisfied(state, units, clicks.astype(np.float64), (slates >= 0).sum(axis=1).astype(np.float64))
        parts.append(consumed)
        yield Round(number, state.world, units, slates, consumed, clicks)
