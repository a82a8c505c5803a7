"""The feedback study: the same users, round after round, under each policy and under three references."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.discovery.bands import Band, band
from engine.discovery.consumption import taken_by
from engine.discovery.groups import Group, groups_of, large_enough
from engine.discovery.life import Round, Rules, lived
from engine.discovery.measures import BY_BLOCK, NAMES
from engine.discovery.measuring import Ground
from engine.errors import ExperimentError, unknown
from engine.fidelity.record import Fidelity
from engine.policies import make_policy
from engine.world import Policy, World
from engine.world.parameters import BEHAVIOURS
from engine.world.policy import Report

Array = NDArray[np.float64]
Maker = Callable[[int], Policy]
"""Makes the policy of a seed."""

REFERENCES = ("random", "oracle", "none")
"""Arms every study has, by name: anything, what users truly want, and what they come across by themselves."""

_BLOCKS = 4


@dataclass(frozen=True)
class Arm:
    """A policy in a study.

    Attributes:
        name: as it was asked for: ``svd+mmr:0.3``.
        title: what a reader calls it; no two arms share one.
        role: ``policy`` or ``reference``.
    """

    name: str
    title: str
    role: Literal["policy", "reference"]


@dataclass(frozen=True)
class BubbleStudy:
    """What repeated recommending did to the same users, under each policy. Simulated.

    The arrays hold every seed; ``by_round``, ``by_block``, ``against`` and ``change`` turn them into means
    with bands over the seeds.

    Attributes:
        arms: the policies in the order asked for, then those references that were not among them.
        groups: whom the measures are taken of; the first is everybody.
        rules: how the rounds go.
        blocks: first round (from 0) of each block of rounds, and the end of the last.
        rounds: shape (seeds, arms, rounds, groups, measures), the last as ``measures.BY_ROUND``.
        blocked: shape (seeds, arms, blocks, groups, 2), the last as ``measures.BY_BLOCK``.
        sizes: mean number of users of each group, shape (groups,).
        seeds: seed of each replication.
        users: simulated users in each arm.
        drift: how far taste moves toward each consumed item, as a share of its length.
        switched_off: behaviours of the simulated users that were off.
        fingerprint: the Dataset's, empty where the world was given.
        dataset: the Dataset's name.
        fidelity: how well the simulated users fit the log; None where that was not measured.
    """

    arms: tuple[Arm, ...]
    groups: tuple[Group, ...]
    rules: Rules
    blocks: tuple[int, ...]
    rounds: Array = field(repr=False)
    blocked: Array = field(repr=False)
    sizes: Array = field(repr=False)
    seeds: tuple[int, ...]
    users: int
    drift: float
    switched_off: tuple[str, ...] = ()
    fingerprint: str = ""
    dataset: str = ""
    fidelity: Fidelity | None = None

    def arm(self, name: str) -> int:
        """Return the place of the arm called ``name``.

        Raises:
            ExperimentError: where there is none.
        """
        names = [arm.name for arm in self.arms]
        if name not in names:
            raise ExperimentError(unknown("Arm", name, names))
        return names.index(name)

    def group(self, name: str) -> int:
        """Return the place of the group called ``name``.

        Raises:
            ExperimentError: where there is none.
        """
        names = [group.name for group in self.groups]
        if name not in names:
            raise ExperimentError(unknown("Group", name, names))
        return names.index(name)

    def by_round(self, measure: str, against: str | None = None) -> Band:
        """Return a measure of ``BY_ROUND``, or its difference to the arm ``against``, shape (arms, rounds, groups)."""
        return band(self._less(self.rounds[..., NAMES.index(measure)], against))

    def by_block(self, measure: str, against: str | None = None) -> Band:
        """Return a measure of ``BY_BLOCK``, or its difference to ``against``, shape (arms, blocks, groups)."""
        return band(self._less(self.blocked[..., BY_BLOCK.index(measure)], against))

    def last(self, measure: str, against: str | None = None) -> Band:
        """Return the mean over the rounds of the last block, or its difference to ``against``: (arms, groups)."""
        return band(self._less(self.ending(measure), against))

    def change(self, measure: str, against: str) -> Band:
        """Return how a measure of ``BY_BLOCK`` moved from the first block to the last beside ``against``."""
        found = self.blocked[..., BY_BLOCK.index(measure)]
        return band(self._less(found[:, :, -1] - found[:, :, 0], against))

    def total(self, measure: str) -> Array:
        """Return each seed's mean of a measure over all rounds, shape (seeds, arms, groups)."""
        return np.asarray(self.rounds[..., NAMES.index(measure)].mean(axis=2))

    def ending(self, measure: str) -> Array:
        """Return each seed's mean over the rounds of the last block, shape (seeds, arms, groups)."""
        return np.asarray(self.rounds[:, :, self.blocks[-2] :, :, NAMES.index(measure)].mean(axis=2))

    def frame(self) -> pd.DataFrame:
        """Return one row an arm, round (from 1), group and measure, with value, low and high."""
        found = band(self.rounds)
        names = ["arm", "round", "group", "measure"]
        numbers = range(1, self.rules.rounds + 1)
        axes = [[arm.name for arm in self.arms], numbers, [group.name for group in self.groups], NAMES]
        index = pd.MultiIndex.from_product(axes, names=names)
        parts = {name: getattr(found, name).ravel() for name in ("value", "low", "high")}
        return pd.DataFrame(parts, index=index).reset_index()

    def block_frame(self) -> pd.DataFrame:
        """Return one row an arm, block (from 1), group and measure of ``BY_BLOCK``, with value, low and high."""
        found = band(self.blocked)
        numbers = range(1, len(self.blocks))
        axes = [[arm.name for arm in self.arms], numbers, [group.name for group in self.groups], BY_BLOCK]
        index = pd.MultiIndex.from_product(axes, names=["arm", "block", "group", "measure"])
        parts = {name: getattr(found, name).ravel() for name in ("value", "low", "high")}
        return pd.DataFrame(parts, index=index).reset_index()

    def _less(self, found: Array, against: str | None) -> Array:
        return found if against is None else found - found[:, [self.arm(against)]]


def study(
    world: World,
    policies: Mapping[str, Maker],
    *,
    rounds: int = 20,
    users: int | None = None,
    seeds: int = 5,
    seed: int = 0,
    slate_size: int = 10,
    choices: int = 3,
    round_days: int = 7,
    retrain_every: int | None = 1,
    segments: Mapping[str, NDArray[np.bool_]] | None = None,
    report: Report | None = None,
) -> BubbleStudy:
    """Let the same users live through ``rounds`` under each policy and under the references.

    Each of ``seeds`` replications draws its users from ``world`` without replacement and has its own luck; all
    arms of one share both (common random numbers), so that they can be subtracted. Memory grows with users
    times what they were shown.

    Args:
        world: whom users are drawn from.
        policies: what to study, by name: each makes the policy of a seed. ``REFERENCES`` are added.
        rounds: at least 2.
        users: in each replication; all of the world's when None.
        seeds: replications, at least 2, for there is no band of one.
        seed: any integer. The same seed gives the same bits.
        slate_size: items shown, 1 to the number of items.
        choices: items taken from a slate, 1 to ``slate_size``. Spread needs at least 2.
        round_days: how long a round lasts, at least 1.
        retrain_every: rounds between refits; None to train once.
        segments: further groups, by name: boolean, shape (units,). Those of fewer than 10 users are left out.
        report: told of each round.

    Raises:
        ExperimentError: where an argument is out of range.
    """
    rules = Rules(
        rounds=rounds, slate_size=slate_size, choices=choices, round_days=round_days, retrain_every=retrain_every
    )
    size = world.n_units if users is None else users
    _check(rules, world, size, seeds)
    makers = dict(policies) | {name: _reference(name) for name in REFERENCES if name not in policies}
    lucks = [int(luck) for luck in np.random.SeedSequence(seed).generate_state(seeds)]
    drawn = [np.sort(np.random.default_rng(luck).choice(world.n_units, size, replace=False)) for luck in lucks]
    # A segment belongs to the study where every draw holds enough of it.
    held = {
        name: members
        for name, members in (segments or {}).items()
        if all(large_enough({name: members[units]}) for units in drawn)
    }
    blocks = tuple(np.linspace(0, rounds, min(_BLOCKS, rounds) + 1).round().astype(int).tolist())
    groups = groups_of(held)
    by_round = np.empty((seeds, len(makers), rounds, len(groups), len(NAMES)))
    by_block = np.empty((seeds, len(makers), len(blocks) - 1, len(groups), len(BY_BLOCK)))
    sizes = np.zeros(len(groups))
    titles = dict.fromkeys(makers, "")
    done, total = 0, seeds * len(makers) * rounds
    for number, (luck, units) in enumerate(zip(lucks, drawn, strict=True)):
        start = world.take(units)
        ground = Ground.of(start, {name: members[units] for name, members in held.items()})
        sizes += ground.members.sum(axis=1) / seeds
        for place, (name, make) in enumerate(makers.items()):
            policy = make(luck)
            titles[name] = policy.title
            so_far, block = ground.nothing(), list[Round]()
            # References learn nothing; ranked anew each round, the oracle knows taste as it has become.
            own = replace(rules, retrain_every=1) if name in REFERENCES else rules
            for now in lived(start, policy, own, luck):
                if report:
                    report(f"{policy.title}, draw {number + 1} of {seeds}: rounds", done + now.number + 1, total)
                so_far = so_far + taken_by(start, now.consumed)
                by_round[number, place, now.number] = ground.round(now, so_far)
                block.append(now)
                if now.number + 1 in blocks:
                    by_block[number, place, blocks.index(now.number + 1) - 1] = ground.block(block)
                    block.clear()
            done += rounds
    return BubbleStudy(
        arms=tuple(Arm(name, title, _role(name)) for name, title in _told_apart(titles).items()),
        groups=groups,
        rules=rules,
        blocks=blocks,
        rounds=by_round,
        blocked=by_block,
        sizes=sizes,
        seeds=tuple(lucks),
        users=size,
        drift=world.params.strength("drift"),
        switched_off=tuple(each for each in BEHAVIOURS if world.params.strength(each) == 0),
    )


def _role(name: str) -> Literal["policy", "reference"]:
    return "reference" if name in REFERENCES else "policy"


def _told_apart(titles: Mapping[str, str]) -> dict[str, str]:
    """Return titles by name, with the name after those that several arms share."""
    shared = Counter(titles.values())
    return {name: title if shared[title] == 1 else f"{title} ({name})" for name, title in titles.items()}


def _reference(name: str) -> Maker:
    return lambda luck: make_policy(name, seed=luck)


def _check(rules: Rules, world: World, users: int, seeds: int) -> None:
    if rules.rounds < 2:
        raise ExperimentError(f"{rules.rounds} rounds were asked for. A bubble shows over at least 2.")
    if seeds < 2:
        raise ExperimentError(f"{seeds} seeds were asked for. A band needs at least 2.")
    if not 2 <= users <= world.n_units:
        raise ExperimentError(
            f"{users} simulated users were asked for. Ask for 2 to {world.n_units}, which this world has."
        )
    if not 1 <= rules.choices <= rules.slate_size <= world.n_items:
        raise ExperimentError(
            f"{rules.choices} choices from a slate of {rules.slate_size} were asked for. "
            f"Choices lie between 1 and the slate, the slate within {world.n_items} items."
        )
    if rules.round_days < 1:
        raise ExperimentError(f"Rounds of {rules.round_days} days were asked for. A round lasts at least 1.")
    if rules.retrain_every is not None and rules.retrain_every < 1:
        raise ExperimentError(f"Training every {rules.retrain_every} rounds was asked for. It needs at least 1.")
