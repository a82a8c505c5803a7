"""Tuning on demand: parameters that are best on validation rows, which lie within the rows to learn from."""

from engine.tuning.journal import drop, so_far
from engine.tuning.record import Trial, Tuned
from engine.tuning.space import Range, searched
from engine.tuning.task import task
from engine.tuning.tune import tune
from engine.tuning.validation import metrics_of

__all__ = ["Range", "Trial", "Tuned", "drop", "metrics_of", "searched", "so_far", "task", "tune"]
