"""Every stage by name: what it does, what it can be told, and how to make one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.policies.stage import StageInfo
from engine.policies.stages import ask, discount, epsilon, level, mmr

_STAGES: dict[str, StageInfo] = {
    info.name: info for info in (mmr.INFO, epsilon.INFO, level.INFO, ask.INFO, *discount.INFOS)
}

STAGES: Mapping[str, StageInfo] = MappingProxyType(_STAGES)


def add_stage(info: StageInfo) -> None:
    """Let policies name the stage ``info`` describes; adding the same again changes nothing."""
    _STAGES[info.name] = info
