"""How well a model predicts what users did next, with intervals over users."""

from engine.evaluation.accumulate import METRICS
from engine.evaluation.measure import evaluate
from engine.evaluation.pairwise import Pair, Standing, all_pairs
from engine.evaluation.record import Evaluation, Fitted
from engine.evaluation.tasks import fit_task, repeat_task, task
from engine.metrics.intervals import Estimate

__all__ = [
    "METRICS",
    "Estimate",
    "Evaluation",
    "Fitted",
    "Pair",
    "Standing",
    "all_pairs",
    "evaluate",
    "fit_task",
    "repeat_task",
    "task",
]
