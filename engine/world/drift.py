"""Taste that moves toward what is consumed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.world.world import World


def drifted(world: World, units: NDArray[np.integer], items: NDArray[np.integer], rate: float) -> World:
    """Return the world after ``units`` consumed ``items``: each taste turned toward what it consumed.

    ``taste + rate x sum of directions``, brought back to the taste's own length, so that how strongly a unit
    prefers stays the same and only what it prefers moves (Jiang et al. 2019, "Degenerate feedback loops in
    recommender systems", model interest as growing with what is consumed; the fixed length bounds it).

    Args:
        world: the world before.
        units: unit codes, shape (n,); repeats add up.
        items: item codes, shape (n,).
        rate: length of the step toward one item, as a share of the taste's length; 0 changes nothing.
    """
    if rate == 0 or not len(units):
        return world
    moved, inverse = np.unique(units, return_inverse=True)
    direction = world.vectors[items]
    direction = direction / np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-12)
    pull = np.zeros((len(moved), world.taste.shape[1]))
    np.add.at(pull, inverse, direction)
    before = world.taste[moved]
    length = np.linalg.norm(before, axis=1, keepdims=True)
    after = before + rate * length * pull
    taste = world.taste.copy()
    taste[moved] = after * (length / np.maximum(np.linalg.norm(after, axis=1, keepdims=True), 1e-12))
    return replace(world, taste=taste)
