"""Who will stay away, and what people will be worth: predictions for the next period, judged on a later one."""

from engine.people.groups import TITLES, beside, with_predictions
from engine.people.predictions import Predictions, check_predictable, predict_people, task

__all__ = ["TITLES", "Predictions", "beside", "check_predictable", "predict_people", "task", "with_predictions"]
