"""Parameters a world might have: drawn from the ranges that are plausible."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from engine.world import Parameter, WorldParameters

_STRENGTH = "_strength"


def uncertain(params: WorldParameters) -> tuple[Parameter, ...]:
    """Return the parameters that have a plausible range; not the strength of a behaviour that is switched off."""
    return tuple(
        parameter
        for parameter in params.describe()
        if parameter.plausible is not None and getattr(params, parameter.name.removesuffix(_STRENGTH), True)
    )


def drawn(params: WorldParameters, number: int, rng: np.random.Generator) -> tuple[WorldParameters, ...]:
    """Return ``number`` settings, each with its own draw of every uncertain parameter.

    A Latin hypercube (McKay, Beckman & Conover 1979): each parameter's range is cut into ``number`` equal parts,
    and each part is used once, so that few worlds cover all of it.

    Args:
        params: the settings; what has no plausible range stays as it is.
        number: how many worlds.
        rng: draws them.
    """
    asked = uncertain(params)
    if not asked:
        return (params,) * number
    share = qmc.LatinHypercube(d=len(asked), rng=rng).random(number)
    values: dict[str, list[Any]] = {}
    for place, parameter in enumerate(asked):
        taken = _at(parameter, share[:, place]).tolist()
        values[parameter.name] = list(map(round, taken)) if isinstance(parameter.value, int) else taken
    return tuple(replace(params, **{name: each[world] for name, each in values.items()}) for world in range(number))


def _at(parameter: Parameter, share: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = parameter.plausible or (0.0, 0.0)
    return low + (high - low) * share
