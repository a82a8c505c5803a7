"""Simulated users fitted to a log, whose true response to every item is known."""

from engine.world.drift import drifted
from engine.world.fit import fit_world
from engine.world.learning import learned
from engine.world.outcomes import QUANTITIES, Consumed, Outcomes
from engine.world.parameters import Parameter, WorldParameters
from engine.world.policy import Policy, State
from engine.world.simulation import run
from engine.world.world import World

__all__ = [
    "QUANTITIES",
    "Consumed",
    "Outcomes",
    "Parameter",
    "Policy",
    "State",
    "World",
    "WorldParameters",
    "drifted",
    "fit_world",
    "learned",
    "run",
]
