"""Simulated users fitted to a log, whose true response to every item is known."""

from engine.world.fit import fit_world
from engine.world.learning import learned
from engine.world.outcomes import QUANTITIES, Consumed, Outcomes
from engine.world.parameters import BEHAVIOURS, Parameter, WorldParameters
from engine.world.policy import Policy, State
from engine.world.scene import Bargaining, Pricing, Scene
from engine.world.showings import Showings
from engine.world.simulation import run
from engine.world.world import World

__all__ = [
    "BEHAVIOURS",
    "QUANTITIES",
    "Bargaining",
    "Consumed",
    "Outcomes",
    "Parameter",
    "Policy",
    "Pricing",
    "Scene",
    "Showings",
    "State",
    "World",
    "WorldParameters",
    "fit_world",
    "learned",
    "run",
]
