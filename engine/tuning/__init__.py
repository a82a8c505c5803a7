"""Tuning on demand: parameters that rank best on validation rows, which lie within the rows to learn from."""

from engine.tuning.record import Trial, Tuned
from engine.tuning.task import task
from engine.tuning.tune import tune

__all__ = ["Trial", "Tuned", "task", "tune"]
