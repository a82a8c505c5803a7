"""Every stage by name: what it does, what it can be told, and how to make one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.policies.stage import StageInfo
from engine.policies.stages import epsilon, mmr

_STAGES: dict[str, StageInfo] = {module.INFO.name: module.INFO for module in (mmr, epsilon)}

STAGES: Mapping[str, StageInfo] = MappingProxyType(_STAGES)


def add_stage(info: StageInfo) -> None:
    """Let policies name the stage ``info`` describes; adding the same again changes nothing."""
    _STAGES[info.name] = info
