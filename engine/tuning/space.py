"""Where to look for each parameter of a model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.dataset import Dataset
from engine.models import MODELS
from engine.models.attributes import has_attributes
from engine.models.info import ModelInfo
from engine.models.params import Param, Value

if TYPE_CHECKING:
    import optuna

PASSES = ("n_epochs", "iterations")
"""Parameters that say how often training passes over the data."""

_REACH = {"float": 8.0, "int": 4.0}
_PASSES_REACH = 2.0
_SMALLEST_SHARE = 1000.0  # from nothing, a number is looked for down to this part of the highest allowed

_NO_MATTER_OF_TASTE = ("cache_ratings", "init_mean", "init_std_dev", "init_low", "init_high", "steps")
_EMPTY_YET_SEARCHED = ("negatives",)
_DRAWN_BY_CHANCE = ("random", "normal_predictor")

_BASELINES = {"reg_u": "als", "reg_i": "als", "reg": "sgd", "learning_rate": "sgd"}
_ONLY_WHERE: Mapping[str, tuple[str, Value]] = {
    "shrinkage": ("similarity", "pearson_baseline"),
    **{name: ("method", method) for name, method in _BASELINES.items()},
    **{f"baseline_{name}": ("baseline_method", method) for name, method in _BASELINES.items()},
    **dict.fromkeys(("reg_bu", "reg_bi", "lr_bu", "lr_bi"), ("biased", True)),
}

_EITHER: tuple[Value, ...] = (False, True)


@dataclass(frozen=True)
class Range:
    """Where to look for one parameter.

    Attributes:
        name: the parameter.
        default: its default.
        choices: the values, one of which is taken; empty for numbers.
        low: lowest number, above 0; numbers are looked for by their logarithm.
        high: highest number.
        whole: whether only whole numbers are meant.
        outside: whether the default, 0 or empty, lies outside of ``low`` to ``high`` and is tried too.
        only_where: name and value of another parameter, without which this one says nothing; None where it always
            does.
    """

    name: str
    default: Value
    choices: tuple[Value, ...] = ()
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    outside: bool = False
    only_where: tuple[str, Value] | None = None

    @property
    def words(self) -> str:
        """The range in words."""
        if self.choices:
            return "yes or no" if self.choices == _EITHER else " or ".join(map(str, self.choices))
        told = f"{_number(self.low)} to {_number(self.high)}"
        return told if not self.outside else f"empty or {told}" if self.default is None else f"0 or {told}"

    def belongs(self, given: Mapping[str, Value]) -> bool:
        """Return whether the parameter says anything beside the ``given`` ones."""
        return self.only_where is None or given.get(self.only_where[0]) == self.only_where[1]


def searched(dataset: Dataset, model: str, fixed: Collection[str] = (), metric: str = "ndcg") -> tuple[Range, ...]:
    """Return where to look for each parameter of ``model`` that can matter to ``metric`` on ``dataset``.

    Args:
        dataset: the log; without attributes of items there is no weight to give them.
        model: a name of ``engine.models.MODELS``.
        fixed: names of parameters that stay.
        metric: for ``rmse``, items that nobody rated are not taught as the lowest rating.
    """
    idle = {"negatives"} if metric == "rmse" else set()
    if not has_attributes(dataset.preferences_of(np.zeros(len(dataset.interactions), dtype=bool))):
        idle.add("attribute_weight")
    return ranges(MODELS[model], {*fixed, *idle})


def ranges(info: ModelInfo, fixed: Collection[str] = ()) -> tuple[Range, ...]:
    """Return where to look for each parameter of a model that a search may change.

    Those that follow another parameter unless given, that say where training starts or that change speed alone stay as
    they are, and so do the ``fixed`` ones; of a model that draws by chance all do.
    """
    if info.name in _DRAWN_BY_CHANCE:
        return ()
    kept = (*fixed, *_NO_MATTER_OF_TASTE)
    names = {param.name for param in info.params}
    return tuple(
        _range(param, names)
        for param in info.params
        if param.name not in kept and (param.default is not None or param.name in _EMPTY_YET_SEARCHED)
    )


def suggest(trial: optuna.Trial, space: Collection[Range], fixed: Mapping[str, Value]) -> dict[str, Value]:
    """Return a value for each parameter of ``space`` that says anything beside the others, and the ``fixed`` ones.

    A default outside of its range is proposed by a switch of its own, so that it is tried as often as the rest.
    """
    values = dict(fixed)
    for each in space:
        if not each.belongs(values):
            continue
        if each.outside and not trial.suggest_categorical(_switch(each), [False, True]):
            values[each.name] = each.default
        elif each.choices:
            values[each.name] = trial.suggest_categorical(each.name, each.choices)
        elif each.whole:
            values[each.name] = trial.suggest_int(each.name, round(each.low), round(each.high), log=True)
        else:
            values[each.name] = trial.suggest_float(each.name, each.low, each.high, log=True)
    return values


def suggestion(values: Mapping[str, Value], space: Collection[Range]) -> dict[str, Value]:
    """Return what ``suggest`` has to be told so that it returns ``values``."""
    told: dict[str, Value] = {}
    for each in space:
        if each.name in values:
            given = values[each.name] != each.default
            if each.outside:
                told[_switch(each)] = given
            if given or not each.outside:
                told[each.name] = values[each.name]
    return told


def first_passes(params: Mapping[str, Value], info: ModelInfo) -> dict[str, Value] | None:
    """Return ``params`` with a quarter of their passes, or None for a model that makes none."""
    for param in info.params:
        if param.name in PASSES:
            passes = params.get(param.name, param.default)
            if isinstance(passes, int) and passes >= 4:
                return dict(params) | {param.name: passes // 4}
    return None


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _switch(each: Range) -> str:
    return f"{each.name} given"


def _range(param: Param, names: Collection[str]) -> Range:
    """Return where to look for ``param`` of a model whose parameters are called ``names``."""
    condition = _ONLY_WHERE.get(param.name)
    only_where = condition if condition is not None and condition[0] in names else None
    if param.kind in ("bool", "choice"):
        choices = _EITHER if param.kind == "bool" else param.choices
        return Range(param.name, param.default, choices, only_where=only_where)
    whole = param.kind == "int"
    if not isinstance(param.default, int | float) or not param.default:
        low, high = (1.0, _REACH["int"]) if whole else (param.high / _SMALLEST_SHARE, param.high)
        low, high = max(param.low, low), min(param.high, high)
    else:
        reach = _PASSES_REACH if param.name in PASSES else _REACH[param.kind]
        low, high = max(param.low, param.default / reach), min(param.high, param.default * reach)
    return Range(
        param.name,
        param.default,
        low=max(1.0, round(low)) if whole else low,
        high=float(round(high)) if whole else high,
        whole=whole,
        outside=not param.default,
        only_where=only_where,
    )
