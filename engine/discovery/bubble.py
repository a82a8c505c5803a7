"""Filter bubbles: what users consume, round after round of recommend, choose and retrain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine import store
from engine.discovery.consumption import MEASURES, measure
from engine.errors import ExperimentError
from engine.policies import OraclePolicy, RandomPolicy, make_policy
from engine.world import Consumed, Policy, World, fit_world
from engine.world.choice import choose
from engine.world.outcomes import joined
from engine.world.policy import Report, opening
from engine.world.shelf import Shelf

Array = NDArray[np.float64]

DRIFT = 0.03
_DRAWS = 200
_Z = 1.959963984540054
_MOST_USERS = 2000
_SLATE, _CHOICES = 10, 3
_NOTABLE = 0.05  # of the random arm's level; a large study finds smaller gaps, which nobody would notice


@dataclass(frozen=True)
class Band:
    """Values with a 95% band, arrays of one shape.

    Attributes:
        value: measured on all users.
        low: lower end, value - 1.96 bootstrap standard errors over users.
        high: upper end.
    """

    value: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class BubbleStudy:
    """What repeated recommending did to the same users, under each policy. Simulated.

    Attributes:
        arms: titles of the policies, then Random and Oracle.
        rounds: number of rounds; each shows one slate, takes ``choices`` items from it and retrains.
        measures: names along the last axis of ``by_round``; ``consumption.measure`` defines them.
        by_round: shape (arms, rounds, measures).
        against_random: each measure in the last third of the rounds less the random arm's, shape (arms, measures).
        against_oracle: the same less the oracle arm's, shape (arms, measures).
        narrowing: change in diversity from the first third of the rounds to the last, less the same change in
            the random arm; below 0 means that what a user consumes narrows over the rounds. Shape (arms,).
        users: simulated users in each arm.
        choices: items a user takes a round.
        drift: how far taste moves toward each consumed item, as a share of its length.
        seed: seed of all draws.
        fingerprint: the Dataset's, empty where the world was given.
    """

    arms: tuple[str, ...]
    rounds: int
    measures: tuple[str, ...]
    by_round: Band
    against_random: Band
    against_oracle: Band
    narrowing: Band
    users: int
    choices: int
    drift: float
    seed: int
    fingerprint: str = ""

    def frame(self) -> pd.DataFrame:
        """Return one row an arm, round (from 1) and measure, with value, low and high."""
        index = pd.MultiIndex.from_product(
            [self.arms, range(1, self.rounds + 1), self.measures], names=["arm", "round", "measure"]
        )
        parts = {name: getattr(self.by_round, name).ravel() for name in ("value", "low", "high")}
        return pd.DataFrame(parts, index=index).reset_index()

    def readings(self) -> tuple[str, ...]:
        """Return a plain reading of each arm but Random: is there a bubble, by how much, and whose is it."""
        random = len(self.arms) - 2
        return tuple(self._reading(arm, random) for arm in range(len(self.arms)) if arm != random)

    def _reading(self, arm: int, random: int) -> str:
        title, at = self.arms[arm], self.measures.index("diversity")
        level = self._last(arm, at), self._last(random, at), self._last(random + 1, at)
        low, gap, high = (getattr(self.against_random, end)[arm, at] for end in ("low", "value", "high"))
        if not np.isfinite(gap):
            return f"{title}: nobody consumed two items in a round, so diversity cannot be read."
        by_how_much = (
            f"{abs(gap) / level[1]:.0%} {'less' if gap < 0 else 'more'} varied than under random recommendations "
            f"({level[0]:.2f} against {level[1]:.2f}; difference {gap:+.2f}, 95% band {low:+.2f} to {high:+.2f})"
        )
        closing = f"{self._trend(arm)}{self._alikeness(arm, random)}"
        if arm == random + 1:
            return f"{title}: users' own taste alone makes what they consume {by_how_much}. {closing}"
        if high >= 0 or -gap < _NOTABLE * level[1]:
            return f"{title}: no filter bubble to speak of. What a user consumes is {by_how_much}. {closing}"
        whose = "narrower than" if self.against_oracle.high[arm, at] < 0 else "no narrower than"
        return (
            f"{title}: a filter bubble exists. What a user consumes is {by_how_much}. That is {whose} "
            f"their own taste asks for (oracle: {level[2]:.2f}). {closing}"
        )

    def _trend(self, arm: int) -> str:
        band = self.narrowing
        word = "narrows" if band.high[arm] < 0 else "widens" if band.low[arm] > 0 else "holds"
        return f"Over {self.rounds} rounds it {word} ({band.value[arm]:+.2f} beside random)."

    def _alikeness(self, arm: int, random: int) -> str:
        at = self.measures.index("distance_between_users")
        gap, level = self.against_random.value[arm, at], self._last(random, at)
        if not (self.against_random.high[arm, at] < 0 and -gap >= _NOTABLE * level):
            return ""
        return f" Users are also more alike: distance {self._last(arm, at):.2f} against {level:.2f} under random."

    def _last(self, arm: int, measure: int) -> float:
        """Return the mean over the last third of the rounds."""
        return float(self.by_round.value[arm, -_third(self.rounds) :, measure].mean())


def bubble(
    world: World,
    policies: Sequence[Policy],
    *,
    rounds: int = 10,
    slate_size: int = _SLATE,
    choices: int = _CHOICES,
    drift: float | None = None,
    seed: int = 0,
    report: Report | None = None,
) -> BubbleStudy:
    """Let the same users live through ``rounds`` under each policy, and under random and oracle arms.

    Every round each user is shown one slate, takes ``choices`` items from it, their taste moves toward these,
    and the policy is refitted: the loop of Chaney, Stewart & Engelhardt 2018 (section 4). All arms have the
    same users, start and luck, so they can be subtracted user by user.

    Args:
        world: the simulated users.
        policies: what to study; random and oracle arms are added.
        rounds: at least 2.
        slate_size: items shown, 1 to the number of items.
        choices: items taken from a slate, 1 to ``slate_size``. Diversity needs at least 2.
        drift: step of taste toward a consumed item; the world's ``taste_drift`` when None, or 0.03 where
            that is off.
        seed: any integer. The same seed gives the same bits.
        report: told of each round.

    Raises:
        ExperimentError: where an argument is out of range.
    """
    if rounds < 2:
        raise ExperimentError(f"{rounds} rounds were asked for. A bubble shows over at least 2.")
    if not 1 <= choices <= slate_size <= world.n_items:
        raise ExperimentError(
            f"{choices} choices from a slate of {slate_size} were asked for. "
            f"Choices lie between 1 and the slate, the slate within {world.n_items} items."
        )
    rate = (world.params.taste_drift or DRIFT) if drift is None else drift
    start = replace(world, params=replace(world.params, taste_drift=rate))
    arms: list[Policy] = [*policies, RandomPolicy(), OraclePolicy()]
    rng = np.random.default_rng(seed)
    n = world.n_units
    weights = np.vstack([np.ones(n), rng.multinomial(n, np.full(n, 1 / n), size=_DRAWS)])
    found = np.empty((len(weights), len(arms), rounds, len(MEASURES)))
    for arm, policy in enumerate(arms):
        for number, (after, consumed) in enumerate(_lived(start, policy, rounds, slate_size, choices, seed)):
            if report:
                report(f"Round {number + 1} under {policy.title}", arm * rounds + number + 1, len(arms) * rounds)
            found[:, arm, number] = measure(after, start, consumed, weights)
    block, random, oracle = _third(rounds), len(policies), len(policies) + 1
    first, last = found[:, :, :block].mean(axis=2), found[:, :, -block:].mean(axis=2)
    change = (last - first)[..., MEASURES.index("diversity")]
    return BubbleStudy(
        arms=tuple(policy.title for policy in arms),
        rounds=rounds,
        measures=MEASURES,
        by_round=_band(found),
        against_random=_band(last - last[:, [random]]),
        against_oracle=_band(last - last[:, [oracle]]),
        narrowing=_band(change - change[:, [random]]),
        users=n,
        choices=choices,
        drift=rate,
        seed=seed,
    )


def task(request: Mapping[str, Any], report: Report) -> BubbleStudy:
    """Study the policies of a request, for the job runner.

    Args:
        request: ``dataset`` (fingerprint), ``policies`` (a list of ``{"model": name, "params": {}}``), and
            optionally ``rounds`` (10), ``users`` (all, at most 2,000) and ``seed`` (0).
        report: told of each round.

    Raises:
        LabError: where the dataset is not stored, or a policy, a parameter or a number cannot be.
    """
    seed = int(request.get("seed", 0))
    policies = [make_policy(each["model"], each.get("params"), seed) for each in request["policies"]]
    dataset = store.get(request["dataset"])
    report("Fitting simulated users", None, None)
    users = int(request.get("users") or min(dataset.n_users, _MOST_USERS))
    world = fit_world(dataset, np.random.default_rng(seed), users=users)
    slate_size = min(_SLATE, world.n_items)
    study = bubble(
        world,
        [policy for policy in policies if not isinstance(policy, RandomPolicy | OraclePolicy)],
        rounds=int(request.get("rounds", 10)),
        slate_size=slate_size,
        choices=min(_CHOICES, slate_size),
        seed=seed,
        report=report,
    )
    return replace(study, fingerprint=dataset.fingerprint)


def _lived(
    start: World, policy: Policy, rounds: int, slate_size: int, choices: int, seed: int
) -> Iterator[tuple[World, Consumed]]:
    """Yield, for each round, the users after it and what they consumed in it."""
    everybody = np.arange(start.n_units)
    shelf = Shelf([policy], np.zeros(start.n_units, dtype=np.int64), slate_size)
    state = opening(start, seed)
    parts: list[Consumed] = []
    for number in range(rounds):
        state = state.at(number, 0)
        shelf.refit(state, joined(parts), shared=True, report=None)
        consumed = choose(state, everybody, shelf.slates(state, everybody), choices)
        state = state.after(consumed)
        parts.append(consumed)
        yield state.world, consumed


def _band(found: Array) -> Band:
    """Return the first draw (all users) with a band from the spread of the others.

    The standard normal interval (Efron & Tibshirani 1993, section 13.2): percentiles of the draws would be off
    for coverage and Gini, which a draw with repeats understates.
    """
    value, spread = found[0], _Z * found[1:].std(axis=0, ddof=1)
    return Band(value=value, low=value - spread, high=value + spread)


def _third(rounds: int) -> int:
    return max(1, rounds // 3)
