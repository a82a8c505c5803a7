"""Would this plan have worked? A plan's metrics and stopping rules on thousands of random re-assignments."""

from experiments.calibration.assignments import draw_assignments
from experiments.calibration.population import Population, population
from experiments.calibration.record import METHODS, Calibration
from experiments.calibration.rerandomise import rerandomised
from experiments.calibration.sources import Source, from_export, from_simulator, from_users
from experiments.calibration.study import calibrate
from experiments.calibration.task import TASK, Request, conduct, glimpse, key_of, source_of, task

__all__ = [
    "METHODS",
    "TASK",
    "Calibration",
    "Population",
    "Request",
    "Source",
    "calibrate",
    "conduct",
    "draw_assignments",
    "from_export",
    "from_simulator",
    "from_users",
    "glimpse",
    "key_of",
    "population",
    "rerandomised",
    "source_of",
    "task",
]
