"""What a use of personalisation is: what sessions are about, what is compared, and which metric tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.dataset import Dataset
from engine.errors import DataError
from engine.world import Policy, World

Lacks = Callable[[Dataset], str | None]
Prepare = Callable[[World, Dataset, np.random.Generator], World]
Around = Callable[[Policy], Policy]


def _nothing(dataset: Dataset) -> str | None:  # noqa: ARG001 - rows need nothing
    return None


def _as_it_is(world: World, dataset: Dataset, rng: np.random.Generator) -> World:  # noqa: ARG001 - rows add nothing
    return world


def _by_itself(policy: Policy) -> Policy:
    return policy


@dataclass(frozen=True, kw_only=True)
class Use:
    """One use of personalisation. What it compares, and by which metric, is a preset that an experiment may change.

    Attributes:
        name: its name in requests and on the command line.
        title: what a reader calls it.
        question: what an experiment on it answers.
        explanation: what is simulated and what is assumed, in plain sentences.
        source: where the model comes from.
        control: the policy to beat, as ``engine.policies.parse`` reads it.
        treatments: the policies to try, written alike.
        also: further policies worth trying, which ask more of the data and so are offered but not chosen.
        primary: name of the metric that decides.
        guardrails: margin by metric, in place of an experiment's usual ones; None for the usual ones.
        lacks: ``dataset -> str | None``: the sentence that says what the data lack for the use.
        prepare: ``(world, dataset, rng) -> World``: what the use adds to simulated users of data that lack nothing.
        around: ``policy -> policy``: what the use does to every variant's policy, such as keeping to a query.
    """

    name: str
    title: str
    question: str
    explanation: tuple[str, ...]
    source: str
    control: str
    treatments: tuple[str, ...]
    primary: str
    also: tuple[str, ...] = ()
    guardrails: Mapping[str, float] | None = None
    lacks: Lacks = _nothing
    prepare: Prepare = _as_it_is
    around: Around = _by_itself

    def ready(self, world: World, dataset: Dataset, rng: np.random.Generator) -> World:
        """Return ``world`` with what the use adds to it.

        Args:
            world: simulated users.
            dataset: what they were fitted to.
            rng: draws what the data do not tell.

        Raises:
            DataError: where the data lack what the use needs.
        """
        lacking = self.lacks(dataset)
        if lacking is not None:
            raise DataError(lacking)
        return self.prepare(world, dataset, rng)
