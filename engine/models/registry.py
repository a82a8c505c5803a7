"""Every model by name: what it is, what it can be told, and how to make one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.errors import ModelError, unknown
from engine.models.base import Recommender
from engine.models.info import ModelInfo
from engine.models.params import Value, complete
from engine.models.ranking_models import RANKING_MODELS
from engine.models.rating_models import RATING_MODELS

MODELS: Mapping[str, ModelInfo] = MappingProxyType({info.name: info for info in (*RATING_MODELS, *RANKING_MODELS)})


def check_params(name: str, params: Mapping[str, object] | None) -> dict[str, Value]:
    """Return every parameter of the model ``name``: the given ones checked, the others at their defaults.

    Raises:
        ModelError: for an unknown model, an unknown parameter or a value out of range, with what is allowed.
    """
    return complete(name, _info(name).params, params or {})


def make_model(name: str, params: Mapping[str, object] | None = None, seed: int = 0) -> Recommender:
    """Return an untrained model; the same name, parameters and seed learn the same from the same data.

    Raises:
        ModelError: as ``check_params``.
    """
    return _info(name).make(check_params(name, params), seed)


def _info(name: str) -> ModelInfo:
    if name not in MODELS:
        raise ModelError(unknown("Model", name, MODELS))
    return MODELS[name]
