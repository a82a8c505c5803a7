"""Every stage by name: what it does, what it can be told, and how to make one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.policies.stage import StageInfo
from engine.policies.stages import (
    ask,
    calibrated,
    cap,
    category,
    dial,
    discount,
    epsilon,
    ignored,
    in_stock,
    level,
    longtail,
    mmr,
    most,
    new,
    thompson,
    xquad,
)

_STAGES: dict[str, StageInfo] = {
    info.name: info
    for info in (
        *(module.INFO for module in (dial, mmr, calibrated, xquad, longtail, epsilon, thompson, cap, ignored)),
        *category.INFOS,
        *(module.INFO for module in (in_stock, most, new, level, ask)),
        *discount.INFOS,
    )
}

STAGES: Mapping[str, StageInfo] = MappingProxyType(_STAGES)
"""In the order they are usually put: re-ranking, exploring, rules, then what uses beyond product rows need."""


def add_stage(info: StageInfo) -> None:
    """Let policies name the stage ``info`` describes; adding the same again changes nothing."""
    _STAGES[info.name] = info
