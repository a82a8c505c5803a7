"""Who will stay away, and what people will be worth: predictions for the next period, judged on a later one."""

from engine.people.groups import TITLES, beside, with_predictions
from engine.people.predictions import Predictions, check_predictable, predict_people, task
from engine.people.targets import ORDERS, Foretold, Targets, foretold, targets

__all__ = [
    "ORDERS",
    "TITLES",
    "Foretold",
    "Predictions",
    "Targets",
    "beside",
    "check_predictable",
    "foretold",
    "predict_people",
    "targets",
    "task",
    "with_predictions",
]
