"""Recommenders: scikit-surprise's algorithms, models made for ranking, and two yardsticks, all scored in bulk."""

from engine.models.base import Recommender
from engine.models.info import ModelInfo
from engine.models.newcomers import Served, serve_new
from engine.models.params import Param
from engine.models.presets import PRESETS, Preset
from engine.models.ranking import Ranking, top_k
from engine.models.reasons import reasons
from engine.models.registry import MODELS, check_params, make_model
from engine.models.story import Reason

__all__ = [
    "MODELS",
    "PRESETS",
    "ModelInfo",
    "Param",
    "Preset",
    "Ranking",
    "Reason",
    "Recommender",
    "Served",
    "check_params",
    "make_model",
    "reasons",
    "serve_new",
    "top_k",
]
