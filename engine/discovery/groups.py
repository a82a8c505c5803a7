"""For whom: the groups of simulated users a bubble is looked for in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.world import World

_FIFTH = 0.2
_FEWEST = 10  # users; a smaller segment says nothing


@dataclass(frozen=True)
class Group:
    """Some of the users.

    Attributes:
        name: ``everybody``, ``mainstream``, ``minority``, ``heavy``, ``lighter``, or a segment's own.
        title: as a sentence names them: ``minority-taste users``.
    """

    name: str
    title: str


BUILT_IN = (
    Group("everybody", "everybody"),
    Group("mainstream", "mainstream-taste users"),
    Group("minority", "minority-taste users"),
    Group("heavy", "heavy users"),
    Group("lighter", "lighter users"),
)
"""Groups every world has; ``everybody`` is the first."""


def large_enough(segments: Mapping[str, NDArray[np.bool_]]) -> dict[str, NDArray[np.bool_]]:
    """Return the segments that at least 10 units belong to."""
    return {name: members for name, members in segments.items() if members.sum() >= _FEWEST}


def groups_of(segments: Mapping[str, NDArray[np.bool_]]) -> tuple[Group, ...]:
    """Return all groups in the order of the rows of ``members``."""
    return (*BUILT_IN, *(Group(name, name) for name in segments))


def members(world: World, segments: Mapping[str, NDArray[np.bool_]]) -> NDArray[np.float64]:
    """Return who belongs to which group, ones and zeros, shape (groups, units).

    minority: the fifth of the units whose true taste is least like the others'; mainstream: all others. Niche
    users are a fifth in Abdollahpouri et al. 2019 ("The unfairness of popularity bias", section 3) too; there
    by the popularity of the history, which by chance alone would move back to the middle in the rounds that
    follow. heavy: the fifth that comes most often; lighter: all others.

    Args:
        world: the units at the start.
        segments: boolean, shape (units,), by name.
    """
    few = _lowest(kinship(world))
    heavy = _lowest(-world.activity)
    rows = [np.ones(world.n_units, dtype=bool), ~few, few, heavy, ~heavy, *segments.values()]
    return np.array(rows, dtype=np.float64)


def kinship(world: World) -> NDArray[np.float64]:
    """Return how much each unit's taste is like everybody's: the mean cosine with all units', shape (units,)."""
    length = np.linalg.norm(world.taste, axis=1, keepdims=True)
    direction = world.taste / np.maximum(length, 1e-12)
    return np.asarray(direction @ direction.mean(axis=0))


def _lowest(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    lowest = np.zeros(len(values), dtype=bool)
    lowest[np.argsort(values, kind="stable")[: max(1, round(_FIFTH * len(values)))]] = True
    return lowest
