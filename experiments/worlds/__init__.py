"""Many plausible worlds: whether a conclusion rests on one fit of the simulated users, or holds in most of them."""

from experiments.worlds.plausible import MOST_USERS, MOST_WORLDS, plausible_worlds, runs_of
from experiments.worlds.record import Conclusion, DrawnParameter, Worlds, WorldTruth

__all__ = [
    "MOST_USERS",
    "MOST_WORLDS",
    "Conclusion",
    "DrawnParameter",
    "WorldTruth",
    "Worlds",
    "plausible_worlds",
    "runs_of",
]
