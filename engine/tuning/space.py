"""Where to look for each parameter of a model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from engine.models.info import ModelInfo
from engine.models.params import Param, Value

if TYPE_CHECKING:
    import optuna

PASSES = ("n_epochs", "iterations")
"""Parameters that say how often training passes over the data."""

_REACH = {"float": 8.0, "int": 4.0}
_PASSES_REACH = 2.0
_NO_MATTER_OF_TASTE = ("cache_ratings", "init_mean", "init_std_dev", "init_low", "init_high")


def tunable(info: ModelInfo, fixed: Collection[str] = ()) -> tuple[Param, ...]:
    """Return the parameters of a model that a search may change.

    Those that are decided by something else unless given, that start at 0 or that change speed alone stay as they
    are, and so do the ``fixed`` ones.
    """
    kept = (*fixed, *_NO_MATTER_OF_TASTE)
    return tuple(param for param in info.params if param.name not in kept and (param.kind == "bool" or param.default))


def suggest(trial: optuna.Trial, params: Collection[Param]) -> dict[str, Value]:
    """Return a value for each of ``params``: numbers by their logarithm around the default, within their range."""
    values: dict[str, Value] = {}
    for param in params:
        if param.kind == "bool":
            values[param.name] = trial.suggest_categorical(param.name, [False, True])
        elif param.kind == "choice":
            values[param.name] = trial.suggest_categorical(param.name, param.choices)
        elif param.kind == "int":
            low, high = _ends(param)
            values[param.name] = trial.suggest_int(param.name, round(low), round(high), log=True)
        else:
            values[param.name] = trial.suggest_float(param.name, *_ends(param), log=True)
    return values


def first_passes(params: Mapping[str, Value], info: ModelInfo) -> dict[str, Value] | None:
    """Return ``params`` with a quarter of their passes, or None for a model that makes none."""
    for param in info.params:
        if param.name in PASSES:
            passes = params.get(param.name, param.default)
            if isinstance(passes, int) and passes >= 4:
                return dict(params) | {param.name: passes // 4}
    return None


def _ends(param: Param) -> tuple[float, float]:
    if not isinstance(param.default, int | float):
        raise TypeError(f"{param.name} is no number")
    reach = _PASSES_REACH if param.name in PASSES else _REACH[param.kind]
    low, high = max(param.low, param.default / reach), min(param.high, param.default * reach)
    return (max(1.0, low), high) if param.kind == "int" else (low, high)
